"""The dataset: what a sent mail becomes, and when it leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from panzad.store import embeddings, folders, locations, mails, pairs
from panzad.store.database import Database
from panzad.store.mails import Manner, NewMail, Person, ThreadTurn


def sent(message_id: str, *, reason: str | None = None, wanted: bool = False) -> NewMail:
    return NewMail(
        message_id=message_id,
        date="2026-05-01T10:00:00+00:00",
        subject="Re: lunch",
        sender="ann@example.org",
        recipients=(Person("to", "Bob", "bob@example.org"),),
        parents=("<parent@x>",),
        reason=reason,
        own_text="Yes, that works.",
        thread=() if wanted else (ThreadTurn("Bob", "bob@example.org", "", "Lunch?"),),
        thread_wanted=wanted,
        manner=Manner("en", "top", True, "Ann"),
    )


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return Database(tmp_path / "panzad.db")


def stored(db: Database, folder: str, uid: int, mail: NewMail) -> int:
    place = folders.known(db, "work", folder, "sent").id
    with db.transaction() as tx:
        return mails.store(tx, "work", place, uid, mail)


def vanished(db: Database, folder: str, *uids: int) -> None:
    place = folders.known(db, "work", folder, "sent").id
    with db.transaction() as tx:
        locations.vanish(tx, place, frozenset(uids))
        locations.drop_unlocated(tx, "work")


class TestStore:
    def test_a_usable_mail_waits_for_its_instruction(self, db: Database) -> None:
        mail_id = stored(db, "Sent", 1, sent("<a@x>"))
        assert [mail.id for mail in pairs.pending(db, 9)] == [mail_id]
        found = mails.get(db, mail_id)
        assert found is not None
        assert found.thread == (ThreadTurn("Bob", "bob@example.org", "", "Lunch?"),)
        assert found.manner == Manner("en", "top", True, "Ann")

    def test_an_unused_mail_keeps_its_reason_and_none_of_its_text(self, db: Database) -> None:
        mail_id = stored(db, "Sent", 1, sent("<a@x>", reason="automatic"))
        found = mails.get(db, mail_id)
        assert found is not None
        assert (found.reason, found.own_text, found.thread) == ("automatic", "", ())
        assert found.manner == Manner()
        assert pairs.pending(db, 9) == []
        assert mails.counts(db)["work"].unused == {"automatic": 1}

    def test_the_same_mail_in_two_folders_counts_once(self, db: Database) -> None:
        assert stored(db, "Sent", 1, sent("<a@x>")) == stored(db, "All", 7, sent("<a@x>"))
        assert mails.counts(db)["work"].mails == 1

    def test_an_unreadable_mail_is_counted(self, db: Database) -> None:
        place = folders.known(db, "work", "Sent", "sent").id
        with db.transaction() as tx:
            locations.set_aside(tx, place, 4, "unreadable")
        assert mails.counts(db)["work"].unused == {"unreadable": 1}
        assert locations.uids(db, place) == {4}


class TestVanish:
    def test_a_deleted_mail_leaves_dataset_and_vectors(self, db: Database) -> None:
        mail_id = stored(db, "Sent", 1, sent("<a@x>"))
        with db.transaction() as tx:
            pairs.finish(tx, mail_id, "Say yes.", "model")
            embeddings.keep(tx, "mini", {mail_id: b"\0" * 4})
        vanished(db, "Sent", 1)
        assert mails.get(db, mail_id) is None
        assert pairs.finished(db) == []
        assert embeddings.ids(db, "mini") == frozenset()

    def test_a_mail_that_also_lies_elsewhere_stays(self, db: Database) -> None:
        mail_id = stored(db, "Sent", 1, sent("<a@x>"))
        stored(db, "All", 7, sent("<a@x>"))
        vanished(db, "Sent", 1)
        assert mails.get(db, mail_id) is not None

    def test_a_mail_id_is_never_used_twice(self, db: Database) -> None:
        first = stored(db, "Sent", 1, sent("<a@x>"))
        vanished(db, "Sent", 1)
        assert stored(db, "Sent", 2, sent("<b@x>")) > first

    def test_a_vector_for_a_mail_that_is_gone_is_passed_over(self, db: Database) -> None:
        with db.transaction() as tx:
            embeddings.keep(tx, "mini", {99: b"\0" * 4})
        assert embeddings.ids(db, "mini") == frozenset()


class TestRelocate:
    def test_a_new_uidvalidity_keeps_the_work_done(self, db: Database) -> None:
        mail_id = stored(db, "Sent", 1, sent("<a@x>"))
        with db.transaction() as tx:
            pairs.finish(tx, mail_id, "Say yes.", "model")
        place = folders.known(db, "work", "Sent", "sent").id
        with db.transaction() as tx:
            locations.relocate(tx, place, {1: 41})
            locations.drop_unlocated(tx, "work")
        assert locations.ids_by_uid(db, place) == {41: "<a@x>"}
        assert [pair.instruction for pair in pairs.finished(db)] == ["Say yes."]


class TestThreads:
    def test_a_reply_without_its_thread_waits_for_it_first(self, db: Database) -> None:
        mail_id = stored(db, "Sent", 1, sent("<a@x>", wanted=True))
        assert [mail.id for mail in mails.wanting_thread(db, "work", 9)] == [mail_id]
        assert pairs.pending(db, 9) == []
        with db.transaction() as tx:
            mails.keep_thread(tx, mail_id, (ThreadTurn("Bob", "", "", "Lunch?"),))
        assert [mail.thread[0].text for mail in pairs.pending(db, 9)] == ["Lunch?"]

    def test_what_it_quotes_stays_where_nothing_else_is_found(self, db: Database) -> None:
        mail_id = stored(db, "Sent", 1, replace(sent("<a@x>"), thread_wanted=True))
        assert mails.parents_sought(db, "work", 9) == {mail_id: ("<parent@x>",)}
        assert mails.wanting_thread(db, "work", 9, up_to=mail_id - 1) == []
        with db.transaction() as tx:
            mails.keep_thread(tx, mail_id, None)
        assert mails.parents_sought(db, "work", 9) == {}
        assert [mail.thread[0].text for mail in pairs.pending(db, 9)] == ["Lunch?"]


class TestPairs:
    def test_hopeless_mails_are_given_up(self, db: Database) -> None:
        mail_id = stored(db, "Sent", 1, sent("<a@x>"))
        for _ in range(pairs.MAX_ATTEMPTS):
            assert pairs.pending(db, 9)
            with db.transaction() as tx:
                pairs.fail(tx, mail_id)
        assert pairs.pending(db, 9) == []
        assert pairs.counts(db) == {"pending": 0, "done": 0, "failed": 1, "duplicate": 0}
