"""What is forgotten leaves every file and stays away, whatever was killed in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from panzad.config import Privacy, locate
from panzad.learning import forgetting, traces
from panzad.learning.privacy import enforce
from panzad.learning.sync import sync_account
from panzad.mail.forgetting import Target
from panzad.mailbox import Mailbox
from panzad.recall import EMBEDDER
from panzad.store import (
    adapters,
    drafts,
    embeddings,
    folders,
    locations,
    mails,
    marks,
    pairs,
    problems,
)
from panzad.store import forgotten as store
from panzad.store.database import Database
from panzad.store.mails import NewMail, Person, ThreadTurn
from panzad.store.marks import NewMark
from tests.servers.mailbox import TestMailbox, mail

EVE = Target("address", "eve@x.org")
SECRET = "the quince jelly recipe stays between the two of us"


def keep(
    db: Database,
    number: int,
    *,
    to: str = "bob@x.org",
    text: str = "A plain word about the rowing club.",
    turns: tuple[ThreadTurn, ...] = (),
    parents: tuple[str, ...] = (),
    folder: str = "Sent",
    day: str = "2026-05-01",
) -> int:
    """A mail with its instruction and vector."""
    place = folders.known(db, "work", folder, "sent").id
    one = NewMail(
        f"<{number}@mail.x>", f"{day}T10:00:00+00:00", f"Subject {number}", "ann@x.org",
        (Person("to", "", to),), parents, None, text, turns, False,
    )  # fmt: skip
    with db.transaction() as tx:
        mail_id = mails.store(tx, "work", place, number, one)
        pairs.finish(tx, mail_id, f"Say it: {text}", "model")
        embeddings.keep(tx, EMBEDDER, {mail_id: b"vector"})
    return mail_id


def trained(db: Database, adapter_id: str, newest: int) -> None:
    with db.transaction() as tx:
        adapters.begin(tx, adapter_id, "base", {}, 1, newest)
        adapters.finish(tx, adapter_id, {}, "better", promote=True)


def stored(db: Database) -> list[str]:
    return [one.message_id for one in mails.all_after(db, 0, 99)]


class TestForget:
    def test_an_address_takes_its_mails_with_all_that_was_made_of_them(self, db: Database) -> None:
        keep(db, 1, to="Eve+list@X.org", text=SECRET)
        kept = keep(db, 2)
        assert forgetting.forget(db, EVE) == 1
        assert stored(db) == ["<2@mail.x>"]
        assert [one.mail.id for one in pairs.finished(db)] == [kept]
        assert embeddings.ids(db, EMBEDDER) == {kept}
        assert mails.counts(db)["work"].unused == {"forgotten": 1}
        assert locations.uids(db, folders.known(db, "work", "Sent", "sent").id) == {1, 2}

    def test_what_an_address_wrote_or_is_named_in_leaves_the_other_mails(
        self, db: Database
    ) -> None:
        turns = (ThreadTurn("Eve", "eve@x.org", "", SECRET), ThreadTurn("Bob", "b@x.org", "", "Hm"))
        mail_id = keep(db, 1, text="Write to eve@x.org about it.", turns=turns)
        with db.transaction() as tx:
            mails.keep_signature(tx, mail_id, "Write to eve@x.org about it.", "Ann (eve@x.org)")
        forgetting.forget(db, EVE)
        [left] = pairs.pending(db, 9)
        assert left.own_text == "Write to [secret] about it."
        assert left.manner.signature == "Ann ([secret])"
        assert [turn.author for turn in left.thread] == ["Bob"]

    def test_a_message_id_takes_the_threads_it_stands_in(self, db: Database) -> None:
        keep(db, 1, turns=(ThreadTurn("Cy", "cy@x.org", "", SECRET),), parents=("<q@x>", "<p@x>"))
        forgetting.forget(db, Target("message", "<p@x>"))
        [left] = pairs.pending(db, 9)
        assert (left.thread, left.parents) == ((), ())

    def test_a_folder_takes_its_mails_wherever_else_they_lie(self, db: Database) -> None:
        keep(db, 1, folder="INBOX.Private.2024", text=SECRET)
        keep(db, 2)
        other = folders.known(db, "work", "Sent", "sent").id
        with db.transaction() as tx:
            locations.locate(tx, other, 9, mails.all_after(db, 0, 1)[0].id)
        forgetting.forget(db, Target("folder", "Private"))
        assert stored(db) == ["<2@mail.x>"]
        assert [one.name for one in folders.listed(db)] == ["Sent"]

    def test_a_folder_takes_what_threads_may_have_out_of_it(self, db: Database) -> None:
        turns = (ThreadTurn("Cy", "cy@x.org", "", SECRET),)
        alone = keep(db, 1)
        trained(db, "before", alone)
        reply = keep(db, 2, turns=turns, parents=("<p@x>",))
        trained(db, "after", reply)
        private = Target("folder", "Archive/Private")
        assert forgetting.forget(db, private) == 1
        [left] = mails.wanting_thread(db, "work", 9, reply)
        assert (left.id, left.thread) == (reply, ())
        assert embeddings.ids(db, EMBEDDER) == {alone}
        assert [one.id for one in adapters.tainted(db)] == ["after"]

    def test_a_folder_that_is_forgotten_already_takes_nothing_more(self, db: Database) -> None:
        private = Target("folder", "Archive/Private")
        forgetting.forget(db, private)
        keep(db, 1, turns=(ThreadTurn("B", "b@x.org", "", "Hm"),), parents=("<p@x>",))
        for target in (private, EVE):
            assert forgetting.forget(db, target) == 0

    def test_a_folder_that_is_lifted_gives_threads_again_and_can_be_forgotten_again(
        self, db: Database
    ) -> None:
        private = Target("folder", "Archive/Private")
        turns = (ThreadTurn("B", "b@x.org", "", "Hm"),)
        reply = keep(db, 1, turns=turns, parents=("<p@x>",))

        def fetched(thread: tuple[ThreadTurn, ...]) -> None:
            [waiting] = mails.wanting_thread(db, "work", 9, reply)
            with db.transaction() as tx:
                mails.keep_thread(tx, waiting.id, thread)

        forgetting.forget(db, private)
        fetched(())
        assert forgetting.lift(db, private)
        fetched(turns)
        assert forgetting.forget(db, private) == 1

    def test_a_folder_that_was_never_forgotten_is_not_lifted(self, db: Database) -> None:
        keep(db, 1, turns=(ThreadTurn("B", "b@x.org", "", "Hm"),), parents=("<p@x>",))
        assert not forgetting.lift(db, Target("folder", "Typo"))
        assert [one.thread for one in mails.all_after(db, 0, 9)] != [()]

    def test_a_day_takes_what_is_older(self, db: Database) -> None:
        keep(db, 1, day="2019-12-31")
        keep(db, 2, day="2020-01-01")
        forgetting.forget(db, Target("before", "2020-01-01"))
        assert stored(db) == ["<2@mail.x>"]

    def test_adapters_that_may_have_learnt_from_it_are_to_be_replaced(self, db: Database) -> None:
        first = keep(db, 1)
        trained(db, "before", first)
        second = keep(db, 2, to="eve@x.org")
        trained(db, "after", second)
        forgetting.forget(db, EVE)
        assert [one.id for one in adapters.tainted(db)] == ["after"]

    def test_a_draft_under_way_is_not_written_and_a_past_mark_leaves_no_id(
        self, db: Database
    ) -> None:
        with db.transaction() as tx:
            under_way = marks.add(tx, NewMark("work", "INBOX", 1, 1, "<a@x>", "reply"))
            marks.gathered(tx, under_way, '{"to": "eve@x.org"}', None, "")
            over = marks.add(tx, NewMark("work", "INBOX", 1, 2, "<b@x>", "reply"))
            marks.refuse(tx, over, "eve@x.org is a list")
            marks.leave(tx, over, cancel=False)
            standing = marks.add(tx, NewMark("work", "INBOX", 1, 3, "<c@x>", "reply"))
            marks.refuse(tx, standing, "eve@x.org is a list")
        forgetting.forget(db, EVE)
        forgetting.forget(db, Target("message", "<b@x>"))
        cancelled = marks.get(db, under_way)
        assert cancelled is not None
        assert (cancelled.state, cancelled.task) == ("cancelled", None)
        assert marks.get(db, over) is None
        told = marks.get(db, standing)
        assert told is not None
        assert told.reason == "[secret] is a list"

    def test_of_a_draft_to_somebody_forgotten_nothing_is_kept(self, db: Database) -> None:
        with db.transaction() as tx:
            for uid, email in enumerate(("eve@x.org", "bob@x.org"), start=1):
                mark = marks.add(tx, NewMark("work", "INBOX", 1, uid, f"<{uid}@x>", "reply"))
                drafts.keep(tx, mark, [email], "Say yes", "Yes, gladly.")
        forgetting.forget(db, EVE)
        assert [one.audience for one in drafts.every(db)] == [("bob@x.org",)]

    def test_tombstones_hold_no_name(self, db: Database) -> None:
        keep(db, 1, to="eve@x.org")
        forgetting.forget(db, EVE)
        db.compact()
        assert b"eve@x.org" not in db.path.read_bytes()
        assert store.counts(db) == {"address": 1}

    @pytest.mark.parametrize("step", range(1, 7))
    def test_killed_at_any_commit_the_next_look_does_the_rest(
        self, db: Database, monkeypatch: pytest.MonkeyPatch, step: int
    ) -> None:
        monkeypatch.setattr(forgetting, "BATCH", 2)
        for number in range(1, 7):
            keep(db, number, to="eve@x.org" if number % 2 else "bob@x.org")
        transaction, commits = Database.transaction, iter(range(1, 99))

        def dying(self: Database):
            if next(commits) > step:
                raise KeyboardInterrupt
            return transaction(self)

        store.key(db)
        with monkeypatch.context() as patch:
            patch.setattr(Database, "transaction", dying)
            try:
                forgetting.forget(db, EVE)
            except KeyboardInterrupt:
                assert store.pending(db)
        enforce(db, Privacy())
        assert stored(db) == ["<2@mail.x>", "<4@mail.x>", "<6@mail.x>"]
        assert not store.pending(db)


# Every column that can hold text. A new one is to be dealt with in `panzad.learning.forgetting`,
# in `traces.leaving` where it holds words of mails, and in `panzad.export`, before it stands here.
TEXT_COLUMNS = {
    "adapters": "id state base plan metrics reason created_at finished_at served_at tainted_at",
    "drafts": "audience instruction text missing_since decided_at",
    "embeddings": "model vector",
    "folders": "account name role synced_at baseline_at baseline_mark",
    "forgotten": "digest kind cause cutoff at",
    "imported": "at",
    "index_files": "file model sha256 written_at",
    "locations": "reason",
    "mails": "account message_id date subject sender recipients parents reason own_text thread"
    " added_at language layout signature",
    "marks": "account folder message_id kind state task text adapter draft draft_message_id"
    " drafts_folder keyword_state reason retry_at marked_at changed_at appended_at answers note",
    "notes": "key value",
    "pairs": "state instruction model done_at",
    "problems": "scope what remedy first_at last_at",
}


def test_every_column_that_can_hold_text_is_dealt_with(db: Database) -> None:
    tables = db.connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'mail\\_search%' ESCAPE '\\'"
    )
    found = {
        table["name"]: {
            column["name"]
            for column in db.connection.execute(f"PRAGMA table_info({table['name']})")
            if column["type"] in ("TEXT", "BLOB")
        }
        for table in tables
    }
    assert found == {table: set(columns.split()) for table, columns in TEXT_COLUMNS.items()}


class TestTraces:
    def test_of_what_left_nothing_is_found_in_any_file(self, tmp_path: Path, db: Database) -> None:
        paths = locate(None, tmp_path)
        keep(db, 1, to="eve@x.org", text=SECRET)
        keep(db, 2)
        asked = forgetting.as_known(store.key(db), forgetting.tombstones_of(db, EVE))
        words = traces.leaving(db, asked)
        assert traces.search_words(db, paths, words).places, "before it is forgotten it is found"
        forgetting.forget(db, EVE)
        assert db.compact()
        assert traces.search_words(db, paths, words).places == ()
        assert traces.search_names(db, paths).places == ()

    @pytest.mark.parametrize("place", ["panzad.log", "adapters/a1/notes", "quarantine/old.db"])
    def test_a_copy_that_was_missed_is_named(
        self, tmp_path: Path, db: Database, place: str
    ) -> None:
        paths = locate(None, tmp_path)
        keep(db, 1, to="eve@x.org", text=SECRET)
        asked = forgetting.as_known(store.key(db), forgetting.tombstones_of(db, EVE))
        words = traces.leaving(db, asked)
        forgetting.forget(db, EVE)
        db.compact()
        copy = tmp_path / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(SECRET)
        assert traces.search_words(db, paths, words).places == (str(copy),)
        copy.write_text("mail of Eve@x.org.")
        assert traces.search_names(db, paths).places == (str(copy),)

    def test_words_that_others_use_too_are_not_looked_for(
        self, tmp_path: Path, db: Database
    ) -> None:
        keep(db, 1, to="eve@x.org", text="Shall we meet at the station at noon? " + SECRET)
        keep(db, 2, text="Shall we meet at the station at noon? Bring the map, please.")
        asked = forgetting.as_known(store.key(db), forgetting.tombstones_of(db, EVE))
        pieces = traces.leaving(db, asked)
        assert not any(b"Shall we meet" in one for one in pieces)
        assert any(b"quince" in one for one in pieces)

    def test_a_word_that_stays_in_the_full_text_index_alone_is_found(
        self, tmp_path: Path, db: Database
    ) -> None:
        keep(db, 1, text="Résumé of the résumés", turns=(ThreadTurn("Zoë", "z@x", "", "\n"),))
        paths = locate(None, tmp_path)
        assert traces.search_words(db, paths, ()).places == ()
        with db.transaction() as tx:
            tx.execute("DROP TRIGGER mail_search_gone")
        forgetting.forget(db, Target("message", "<1@mail.x>"))
        assert traces.search_words(db, paths, ()).places == ("the full-text index",)


class TestSync:
    def test_what_is_forgotten_does_not_come_back(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", mail("One", SECRET, To="eve@x.org"), mail("Two"))
        sync_account(db, open_mailbox, Privacy())
        forgetting.forget(db, EVE)
        mailbox.append("Sent", mail("Three", To="Eve <EVE@x.org>"), mail("Four"))
        sync_account(db, open_mailbox, Privacy())
        assert stored(db) == ["<Two@example.org>", "<Four@example.org>"]
        assert mails.counts(db)["work"].unused == {"forgotten": 2}
        with mailbox.client() as client:  # a new UIDVALIDITY: all is fetched again
            client.delete_folder("Sent")
            client.create_folder("Sent")
        mailbox.append("Sent", mail("One", SECRET, To="eve@x.org"), mail("Two"))
        open_mailbox.session.selected = None
        sync_account(db, open_mailbox, Privacy())
        assert stored(db) == ["<Two@example.org>"]

    def test_what_is_lifted_comes_back(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", mail("One", SECRET, To="eve@x.org"), mail("Two"))
        sync_account(db, open_mailbox, Privacy())
        forgetting.forget(db, EVE)
        assert forgetting.lift(db, EVE)
        assert not forgetting.lift(db, EVE)
        sync_account(db, open_mailbox, Privacy())
        assert sorted(stored(db)) == ["<One@example.org>", "<Two@example.org>"]


def test_a_problem_that_names_the_forgotten_is_dropped(db: Database) -> None:
    from panzad.errors import PanzadError

    with db.transaction() as tx:
        problems.report(tx, "learning", PanzadError("mail of eve@x.org is odd", ""))
        problems.report(tx, "model", PanzadError("no model", ""))
    forgetting.forget(db, EVE)
    assert [one.scope for one in problems.listed(db)] == ["model"]
