"""Exact nearest neighbours over the stored vectors, for the trainer.

The order of examples must be the same when a run is gone on with, and nothing else may be writing
the index file beside the model worker; a few thousand dot products a sample cost less than either.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panzad.recall import EMBEDDER
from panzad.recall.embedder import DIMENSIONS
from panzad.store import embeddings
from panzad.store.database import Database

# Beyond this a cosine differs with the order in which a library adds up.
_DECIMALS = 4


class ExactIndex:
    """The vectors as they are in the database when it is made."""

    def __init__(self, db: Database) -> None:
        vectors = embeddings.vectors(db, EMBEDDER, embeddings.ids(db, EMBEDDER))
        self._ids = sorted(vectors)
        rows = [np.frombuffer(vectors[mail_id], dtype="<f4") for mail_id in self._ids]
        self._matrix = np.stack(rows) if rows else np.zeros((0, DIMENSIONS), np.float32)

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, vector: NDArray[np.float32], count: int) -> list[int]:
        """Ids of the `count` mails nearest to a unit vector of DIMENSIONS numbers, in order."""
        similarities = np.round(self._matrix @ vector, _DECIMALS)  # (mails,)
        order = np.argsort(-similarities, kind="stable")[:count]
        return [self._ids[at] for at in order]
