"""Full-text search follows the mails, whatever is done to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from panzad.store import database, folders, locations, mails, search
from panzad.store.database import Database
from panzad.store.mails import NewMail, ThreadTurn
from panzad.store.schema import MIGRATIONS


class Box:
    """A database with mails under UIDs."""

    def __init__(self, folder: Path) -> None:
        self.db = Database(folder / "panzad.db")
        self.place = folders.known(self.db, "work", "Sent", "sent").id

    def add(self, uid: int, text: str, reason: str | None = None) -> int:
        mail = NewMail(f"<{uid}@x>", "2026-05-01", "", "", (), (), reason, text, (), False)
        with self.db.transaction() as tx:
            return mails.store(tx, "work", self.place, uid, mail)

    def found(self, *words: str) -> list[int]:
        return search.matching(self.db, words, range(1, 99), 9)

    def sound(self) -> None:
        """Raises when the index does not agree with the mails."""
        with self.db.transaction() as tx:
            tx.execute("INSERT INTO mail_search (mail_search, rank) VALUES ('integrity-check', 0)")


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


class TestMatching:
    def test_the_better_match_comes_first(self, box: Box) -> None:
        box.add(1, "oars")
        both = box.add(2, "oars and a rope")
        assert box.found("oars", "rope")[0] == both

    def test_accents_and_case_make_no_difference(self, box: Box) -> None:
        mail_id = box.add(1, "Crème brûlée")
        assert box.found("creme") == box.found("BRÛLEE") == [mail_id]

    def test_only_the_mails_asked_for_are_looked_at(self, box: Box) -> None:
        box.add(1, "oars")
        assert search.matching(box.db, ["oars"], [], 9) == []
        assert search.matching(box.db, [], [1], 9) == []

    def test_a_mail_that_is_not_learnt_is_not_found(self, box: Box) -> None:
        box.add(1, "oars", reason="bulk")
        assert box.found("oars") == []
        box.sound()


class TestFollowing:
    def test_a_text_that_lost_its_signature_is_not_found_by_it(self, box: Box) -> None:
        mail_id = box.add(1, "oars\nHarbour Office")
        with box.db.transaction() as tx:
            mails.keep_signature(tx, mail_id, "oars", "Harbour Office")
        assert (box.found("harbour"), box.found("oars")) == ([], [mail_id])

    def test_a_mail_that_is_no_longer_learnt_leaves(self, box: Box) -> None:
        mail_id = box.add(1, "oars")
        with box.db.transaction() as tx:
            mails.keep_signature(tx, mail_id, "", "oars")
        assert box.found("oars") == []

    def test_a_thread_that_comes_later_is_found(self, box: Box) -> None:
        mail_id = box.add(1, "yes")
        with box.db.transaction() as tx:
            mails.keep_thread(tx, mail_id, (ThreadTurn("Bob", "", "", "the oars?"),))
        assert box.found("oars") == [mail_id]

    def test_of_a_deleted_mail_no_word_stays_in_the_file(self, box: Box) -> None:
        box.add(1, "quicksilver")
        box.add(2, "oars")
        with box.db.transaction() as tx:
            locations.vanish(tx, box.place, frozenset({1}))
            locations.drop_unlocated(tx, "work")
        box.db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert box.found("quicksilver") == []
        assert b"quicksilver" not in box.db.path.read_bytes()
        box.sound()


def test_mails_of_an_older_database_are_found_after_its_migration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "MIGRATIONS", MIGRATIONS[:2])
    old = Database(tmp_path / "panzad.db")
    with old.transaction() as tx:
        for number, reason in ((1, None), (2, "bulk")):
            tx.execute(
                "INSERT INTO mails (account, message_id, date, subject, sender, recipients,"
                " parents, reason, own_text, thread, added_at)"
                " VALUES ('work', ?, '', 'oars', '', '[]', '[]', ?, '', '[]', '')",
                (str(number), reason),
            )
    old.close()
    monkeypatch.undo()
    assert search.matching(Database(tmp_path / "panzad.db"), ["oars"], [1, 2], 9) == [1]
