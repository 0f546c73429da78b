"""The vector index: in step with the database, rebuilt when its file cannot be trusted."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from structlog.testing import capture_logs

from panzad.recall import EMBEDDER
from panzad.recall.embedder import DIMENSIONS
from panzad.recall.index import Index
from panzad.store import embeddings, folders, locations, mails
from panzad.store.database import Database
from panzad.store.mails import NewMail
from tests.disk import no_file_longer_than


def vector(seed: int) -> NDArray[np.float32]:
    found = np.random.default_rng(seed).normal(size=DIMENSIONS)
    return (found / np.linalg.norm(found)).astype(np.float32)


class Box:
    """A database with mails that have vectors, and the folder of the index file."""

    def __init__(self, folder: Path) -> None:
        self.db = Database(folder / "panzad.db")
        self.index_folder = folder / "index"
        self.place = folders.known(self.db, "work", "Sent", "sent").id

    def add(self, uid: int) -> int:
        mail = NewMail(f"<{uid}@x>", "2026-05-01", "", "", (), (), None, "text", (), False)
        with self.db.transaction() as tx:
            mail_id = mails.store(tx, "work", self.place, uid, mail)
            embeddings.keep(tx, EMBEDDER, {mail_id: vector(uid).tobytes()})
        return mail_id

    def delete(self, uid: int) -> None:
        with self.db.transaction() as tx:
            locations.vanish(tx, self.place, frozenset({uid}))
            locations.drop_unlocated(tx, "work")

    def index(self) -> Index:
        index = Index(self.db, self.index_folder)
        index.refresh()
        return index

    @property
    def file(self) -> Path:
        record = embeddings.index_file(self.db)
        assert record is not None
        return self.index_folder / record.file


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def nearest(index: Index, uid: int) -> int:
    return index.search(vector(uid), 1)[0]


class TestRefresh:
    def test_new_mails_are_added_without_a_rebuild(self, box: Box) -> None:
        first = box.add(1)
        index = box.index()
        second = box.add(2)
        assert index.refresh()
        assert (nearest(index, 1), nearest(index, 2)) == (first, second)
        assert not index.refresh()

    def test_a_second_process_reads_the_file(self, box: Box) -> None:
        ids = [box.add(uid) for uid in range(30)]
        box.index()
        again = box.index()
        assert [nearest(again, uid) for uid in range(30)] == ids
        assert len(list(box.index_folder.iterdir())) == 1

    def test_a_deleted_mail_is_never_found_again(self, box: Box) -> None:
        ids = [box.add(uid) for uid in range(10)]
        index = box.index()
        box.delete(3)
        index.refresh()
        for one in (index, box.index()):
            assert set(one.search(vector(3), 10)) == set(ids) - {ids[3]}

    def test_the_file_is_stale_from_a_deletion_until_it_is_written(self, box: Box) -> None:
        """The worker is woken for it: no new mail need come."""
        for uid in range(10):
            box.add(uid)
        index = box.index()
        assert not embeddings.index_stale(box.db)
        box.delete(3)
        assert embeddings.index_stale(box.db)
        index.refresh()
        assert not embeddings.index_stale(box.db)
        box.delete(4)
        box.index()
        assert not embeddings.index_stale(box.db)

    def test_many_deletions_and_additions_keep_every_neighbour_findable(self, box: Box) -> None:
        index = box.index()
        alive: dict[int, int] = {}
        for uid in range(120):
            alive[uid] = box.add(uid)
            if uid % 3 == 2:
                box.delete(uid - 1)
                del alive[uid - 1]
            if uid % 10 == 0:
                index.refresh()
        index.refresh()
        assert {uid: nearest(index, uid) for uid in alive} == alive
        assert len(index) == len(alive)

    @pytest.mark.parametrize("harm", ["missing", "truncated", "flipped"])
    def test_a_file_that_cannot_be_trusted_is_rebuilt(self, box: Box, harm: str) -> None:
        mail_id = box.add(1)
        box.index()
        content = bytearray(box.file.read_bytes())
        match harm:
            case "missing":
                box.file.unlink()
            case "truncated":
                box.file.write_bytes(content[: len(content) // 2])
            case _:
                content[-10] ^= 0xFF
                box.file.write_bytes(content)
        index = box.index()
        assert nearest(index, 1) == mail_id
        assert embeddings.index_file(box.db) is not None

    def test_a_leftover_of_a_killed_write_is_swept_away(self, box: Box) -> None:
        box.add(1)
        box.index_folder.mkdir()
        (box.index_folder / ".mails-1.hnsw.99").write_bytes(b"half")
        box.index()
        assert [path.name for path in box.index_folder.iterdir()] == [box.file.name]

    def test_so_is_the_file_before_when_the_next_process_reads_the_new_one(self, box: Box) -> None:
        box.add(1)
        box.index()
        (box.index_folder / "mails-0.hnsw").write_bytes(b"with a mail that has left")
        assert not box.index().refresh()
        assert [path.name for path in box.index_folder.iterdir()] == [box.file.name]

    def test_without_room_for_its_file_it_serves_from_memory(self, box: Box) -> None:
        mail_id = box.add(1)
        box.index_folder.write_text("a file stands where the folder should be")
        index = box.index()
        assert nearest(index, 1) == mail_id
        assert embeddings.index_file(box.db) is None

    @pytest.mark.parametrize("octets", [0, 1, 4096, 50_000, 100_000])
    def test_a_disk_that_fills_up_under_its_file_costs_the_file_alone(
        self, box: Box, octets: int
    ) -> None:
        ids = [box.add(uid) for uid in range(64)]
        with capture_logs() as logs, no_file_longer_than(octets):
            index = Index(box.db, box.index_folder)
            index.refresh()
        assert [nearest(index, uid) for uid in range(64)] == ids
        assert embeddings.index_file(box.db) is None
        assert list(box.index_folder.iterdir()) == []
        assert [one["event"] for one in logs] == ["index.not_written"]
        again = box.index()
        assert [nearest(again, uid) for uid in range(64)] == ids
        assert embeddings.index_file(box.db) is not None

    def test_half_a_file_with_its_checksum_on_record_is_rebuilt(self, box: Box) -> None:
        """hnswlib reports no failed write: once such a file was taken for whole."""
        mail_id = box.add(1)
        box.index()
        half = box.file.read_bytes()[:1000]
        box.file.write_bytes(half)
        before = embeddings.index_file(box.db)
        assert before is not None
        digest = hashlib.sha256(half).hexdigest()
        with box.db.transaction() as tx:
            embeddings.record_index(tx, replace(before, sha256=digest))
        assert nearest(box.index(), 1) == mail_id
        after = embeddings.index_file(box.db)
        assert after is not None
        assert after.sha256 != digest

    def test_an_empty_index_finds_nothing(self, box: Box) -> None:
        assert box.index().search(vector(1), 3) == []
