"""The whole loop on every real server that Debian has: what a user does, and what comes of it.

No test here asks which server it runs on: what panzad does must not depend on that.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from panzad.config import Config
from panzad.drafting import rounds
from panzad.imap.drafts import append_draft
from panzad.store import mails, marks, pairs
from panzad.store.database import Database
from tests.drafting.steps import TODAY, flags_of, newest, prepared, unflag
from tests.imap.test_watch import PROMISED_SECONDS, watching, without_idle
from tests.servers.mailbox import TestMailbox, mail, note
from tests.servers.person import Person, at_home, reply, watching_orders


@pytest.fixture
def config(mailbox: TestMailbox, config: Config) -> Config:
    """Marks are seen in INBOX and in a folder whose name needs modified UTF-7."""
    return watching_orders(mailbox, config)


@pytest.fixture
def person(mailbox: TestMailbox, config: Config, db: Database) -> Iterator[Person]:
    """Somebody with one question in INBOX, on whose mailbox panzad has looked once."""
    with at_home(mailbox, config, db) as person:
        yield person


class TestLearning:
    def test_sent_mail_is_taken_in_once_and_leaves_when_it_is_deleted(self, person: Person) -> None:
        person.puts(person.sent, reply(1), reply(2))
        assert person.syncs() == 2
        person.puts(person.sent, reply(3))
        assert person.syncs() == 1
        assert person.syncs() == 0
        with person.mailbox.client() as client:
            uids = person.opens(client, person.sent)
            client.delete_messages(uids[:1])
            client.expunge()
        assert person.syncs() == 0
        assert mails.counts(person.db)["work"].mails == 2

    def test_a_reply_is_learnt_with_the_mail_it_answers(self, person: Person) -> None:
        person.puts(person.sent, reply(1))
        person.syncs()
        [pair] = pairs.pending(person.db, 9)
        assert pair.message_id == "<answer.1@example.org>"
        assert [turn.text.split("\n")[0] for turn in pair.thread or ()] == [
            "Do you have time for lunch on Thursday?"
        ]


class TestDrafts:
    def test_a_flag_becomes_one_draft_in_its_thread(self, person: Person) -> None:
        person.flags()
        for _ in range(3):
            person.round()
        [(draft, flags)] = person.drafts
        assert {b"\\Draft", b"\\Seen"} <= flags
        assert draft.in_reply_to == draft.references == ("<lunch.1@example.net>",)
        assert draft.text.startswith("Yes, noon.")
        assert newest(person.db).draft_uid is not None

    def test_the_source_mail_stays_unseen_and_carries_the_keyword(self, person: Person) -> None:
        person.flags()
        person.round()
        assert flags_of(person.mailbox, "INBOX", 1) == {b"\\Flagged", b"$PanzadDrafted"}

    def test_the_thread_is_found_in_other_folders(self, person: Person) -> None:
        again = mail(
            "Re: Lunch",
            "Friday is fine. Where?\n",
            sender="Bob Ray <bob@example.net>",
            To="me@example.org",
            Message_ID="<lunch.3@example.net>",
            In_Reply_To="<answer.1@example.org>",
            References="<lunch.1@example.net> <answer.1@example.org>",
            Date=TODAY,
        )
        person.puts(person.sent, reply(1))
        person.puts("INBOX", again)
        person.flags()
        [task] = person.round()
        assert [turn.text.split()[0] for turn in task.thread] == ["Do", "Thursday", "Friday"]

    def test_taking_the_flag_off_before_it_is_written_cancels(self, person: Person) -> None:
        person.flags()
        rounds.look(person.db, person.panzad)
        rounds.gather_due(person.db, person.panzad, person.config)
        unflag(person.mailbox)
        person.round()
        assert person.drafts == []
        assert newest(person.db).state == "cancelled"

    def test_flagging_again_asks_for_another_version(self, person: Person) -> None:
        for text in ("Yes, noon.", "No, sorry."):
            person.flags()
            person.round(text)
            unflag(person.mailbox)
            person.round()
        assert [draft.text.splitlines()[0] for draft, _ in person.drafts] == [
            "Yes, noon.",
            "No, sorry.",
        ]

    def test_a_draft_that_the_user_has_edited_is_neither_changed_nor_written_again(
        self, person: Person
    ) -> None:
        """Mail programs save a draft as a new mail and delete the old one."""
        person.flags()
        person.round()
        edited = mail("Re: Lunch", "Yes, one o'clock.\n", Message_ID="<edited@example.org>")
        place = person.panzad.folders.drafts
        with person.mailbox.client() as client:
            client.append(place, edited, ["\\Draft", "\\Seen"])
            client.delete_messages(person.opens(client, place)[:1])
            client.expunge()
        person.round()
        [(draft, _)] = person.drafts
        assert draft.message_id == "<edited@example.org>"

    def test_a_draft_that_arrived_before_a_crash_is_found_again(self, person: Person) -> None:
        ready = prepared(person.db, person.panzad, person.mailbox, person.config)
        append_draft(person.panzad.session, ready.folder, ready.draft, ("\\Draft",))
        person.round()
        assert len(person.drafts) == 1
        assert newest(person.db).state == "appended"

    def test_an_own_draft_that_is_flagged_is_the_instruction(self, person: Person) -> None:
        own_draft = note("yes, Thursday 3pm\n")
        place = person.panzad.folders.drafts
        person.puts(place, own_draft)
        person.flags(place)
        person.round("Yes, Thursday 3 pm.")
        own, written = (draft for draft, _ in person.drafts)
        assert own.message_id == "<note@example.org>"
        assert written.in_reply_to == ("<lunch.1@example.net>",)


class TestFolders:
    def test_a_flag_in_a_folder_with_umlauts_becomes_a_draft(self, person: Person) -> None:
        question = mail(
            "Größe", "Which size?\n", sender="eve@example.net", To="me@example.org",
            Message_ID="<size@example.net>", Date=TODAY,
        )  # fmt: skip
        person.puts(person.orders, question)
        person.flags(person.orders)
        person.round()
        [(draft, _)] = person.drafts
        assert draft.subject == "Re: Größe"
        assert newest(person.db).folder == person.orders

    def test_a_marked_mail_that_moves_keeps_its_mark(self, person: Person) -> None:
        person.flags()
        person.round()
        with person.mailbox.client() as client:
            uids = person.opens(client, "INBOX")
            client.copy(uids, person.orders)
            client.delete_messages(uids)
            client.expunge()
        for _ in range(2):
            person.round()
        assert len(person.drafts) == 1
        assert marks.counts(person.db, "work") == {"appended": 1}
        assert newest(person.db).folder == person.orders


class TestWatching:
    def test_flags_are_seen_within_two_seconds_as_soon_as_the_server_is_known(
        self, person: Person
    ) -> None:
        """Two flags may wait for the end of a window, where IDLE tells late (Courier).

        Of windows shorter than four seconds it is not said: the third look begins one that is not.
        """
        person.puts("INBOX", *(mail(f"m {n}") for n in range(3)))
        with person.mailbox.client() as client:
            uids = person.opens(client, "INBOX")
        with person.mailbox.session() as session, watching(session, window=3) as watcher:
            for count in (1, 2):
                for _ in range(3):
                    watcher.sees(uids[: count - 1], within=5)
                person.flags(position=count - 1)
                watcher.sees(uids[:count], within=5)
            for count in (3, 4):
                person.flags(position=count - 1)
                assert watcher.sees(uids[:count], within=5) < PROMISED_SECONDS
        assert watcher.failure is None

    def test_without_idle_too(self, person: Person) -> None:
        with person.mailbox.session() as session, watching(without_idle(session)) as watcher:
            watcher.sees([], within=5)
            person.flags()
            with person.mailbox.client() as client:
                uids = person.opens(client, "INBOX")
            assert watcher.sees(uids, within=5) < PROMISED_SECONDS
        assert watcher.failure is None
