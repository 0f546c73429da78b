"""Gives each learnt mail its vector, in committed batches, and brings the index in step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from panzad.recall import EMBEDDER
from panzad.recall.embedder import Embedder
from panzad.recall.index import Index
from panzad.recall.query import text_of
from panzad.store import embeddings
from panzad.store.database import Database

BATCH = 32


class Tools(Protocol):
    """The embedder, loaded only when there is something to embed, and the index."""

    @property
    def embedder(self) -> Embedder: ...
    @property
    def index(self) -> Index: ...


def embed(
    db: Database,
    tools: Tools,
    *,
    go_on: Callable[[], bool],
    done: Callable[[int], None],
) -> int:
    """Embed what has no vector yet, as long as `go_on()`; then refresh the index.

    `done(n)` is told of each batch. Returns how many mails were embedded.
    """
    count = 0
    while go_on() and (batch := embeddings.wanting(db, EMBEDDER, BATCH)):
        vectors = tools.embedder.embed([text_of(mail) for mail in batch])
        with db.transaction() as tx:
            embeddings.keep(
                tx,
                EMBEDDER,
                {
                    mail.id: vector.astype("<f4").tobytes()
                    for mail, vector in zip(batch, vectors, strict=True)
                },
            )
        count += len(batch)
        done(len(batch))
    tools.index.refresh()
    return count
