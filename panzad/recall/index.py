"""The hnswlib index over the stored vectors: a cache, extended in place, rebuilt when in doubt.

It is rebuilt when a mail has left, too: hnswlib only marks a vector as deleted and keeps it in the
file, and a text can be guessed from its vector.

The vectors in SQLite are the truth. `save_index` is one plain write, so a file is written under
a new name, synced, renamed, and only then recorded with its checksum: a crash at any point leaves
either the old file on record or the new one. Labels are mail ids, which are never used twice.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import hnswlib
import numpy as np
import structlog
from numpy.typing import NDArray

from panzad.engines.checksums import hash_file
from panzad.files import flush
from panzad.recall import EMBEDDER
from panzad.recall.embedder import DIMENSIONS
from panzad.store import embeddings
from panzad.store.database import Database

EF_SEARCH = 64

log = structlog.get_logger("panzad.recall")


class Index:
    """Nearest neighbours among the learnt mails, in step with the database after `refresh`."""

    def __init__(self, db: Database, directory: Path) -> None:
        self._db = db
        self._directory = directory
        self._labels: set[int] = set()
        self._index: Any = None

    def refresh(self) -> bool:
        """Take in what is new and drop what is gone; write the file when anything changed.

        Returns whether it changed. A missing, damaged or foreign file is rebuilt.
        """
        wanted = embeddings.ids(self._db, EMBEDDER)
        removed = len(self._labels - wanted)
        # A mail that was embedded anew has the label that it had: only the row tells.
        in_step = (
            embeddings.index_file(self._db) is not None
            and not embeddings.index_stale(self._db)
            and (self._index is not None or self._load())
            and self._labels <= wanted
        )
        if not in_step:
            self._reset(len(wanted))
        added = self._add(wanted - self._labels)
        if added or not in_step:
            try:
                self._save()
            except (OSError, RuntimeError) as error:
                # The file is a cache: without room for it the index serves from memory, and the
                # next process builds it again. hnswlib tells a failed open as RuntimeError.
                log.warning("index.not_written", error=str(error))
                return True
            log.info("index.written", added=added, removed=removed, mails=len(wanted))
            return True
        return False

    def __len__(self) -> int:
        return len(self._labels)

    def search(self, vector: NDArray[np.float32], count: int) -> list[int]:
        """Ids of the `count` mails nearest to a unit vector of DIMENSIONS numbers, in order."""
        count = min(count, len(self))
        if count == 0:
            return []
        self._index.set_ef(max(EF_SEARCH, 2 * count))
        labels, _ = self._index.knn_query(vector.reshape(1, DIMENSIONS), k=count)
        return [int(label) for label in labels[0]]

    def _reset(self, capacity: int) -> None:
        self._index = hnswlib.Index(space="cosine", dim=DIMENSIONS)
        self._index.init_index(max_elements=max(64, 2 * capacity), ef_construction=200, M=16)
        self._labels = set()

    def _add(self, ids: set[int] | frozenset[int]) -> int:
        vectors = embeddings.vectors(self._db, EMBEDDER, frozenset(ids))
        if not vectors:
            return 0
        if len(self._labels) + len(vectors) > self._index.get_max_elements():
            self._index.resize_index(2 * (len(self._labels) + len(vectors)))
        labels = sorted(vectors)
        data = np.stack([np.frombuffer(vectors[label], dtype="<f4") for label in labels])
        self._index.add_items(data, labels, num_threads=1)
        self._labels.update(labels)
        return len(labels)

    def _load(self) -> bool:
        record = embeddings.index_file(self._db)
        if record is None or record.model != EMBEDDER:
            return False
        path = self._directory / record.file
        try:
            if hash_file(path) != record.sha256:
                log.warning("index.damaged", file=record.file)
                return False
        except OSError:
            log.warning("index.missing", file=record.file)
            return False
        index: Any = hnswlib.Index(space="cosine", dim=DIMENSIONS)
        try:
            index.load_index(str(path), allow_replace_deleted=False)
        except RuntimeError:
            # One that an earlier panzad has written half, and taken down with its checksum.
            log.warning("index.damaged", file=record.file)
            return False
        self._index = index
        self._labels = {int(label) for label in index.get_ids_list()}
        self._sweep(record.file)  # a write that was killed has left the file before it
        return True

    def _save(self) -> None:
        before = embeddings.index_file(self._db)
        generation = (before.generation if before else 0) + 1
        name = f"mails-{generation}.hnsw"
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._directory / f".{name}.{os.getpid()}"
        try:
            self._index.save_index(str(temporary))
            # hnswlib does not look whether its writes succeed: a full disk leaves half a file.
            if temporary.stat().st_size != self._index.index_file_size():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(temporary))
            temporary.chmod(0o600)
            digest = hash_file(temporary)
            flush(temporary)
            temporary.rename(self._directory / name)
        finally:
            temporary.unlink(missing_ok=True)
        record = embeddings.IndexFile(generation, name, EMBEDDER, digest)
        with self._db.transaction() as tx:
            embeddings.record_index(tx, record)
        self._sweep(name)

    def _sweep(self, kept: str) -> None:
        """Remove every other file: it may hold what has left."""
        for old in self._directory.glob("*mails-*.hnsw*"):
            if old.name != kept:
                old.unlink(missing_ok=True)
