"""Sent mail on real servers becomes rows, incrementally, and survives a kill between batches."""

from __future__ import annotations

from typing import Any

import pytest

from panzad.config import Privacy
from panzad.imap import fetch
from panzad.learning import intake, sync
from panzad.learning.sync import sync_account
from panzad.mailbox import Mailbox
from panzad.store import folders, mails, pairs
from panzad.store.database import Database
from tests.servers.mailbox import TestMailbox, mail


def letter(number: int, **headers: str) -> bytes:
    return mail(
        f"Letter {number}",
        f"This is letter {number}, written by hand.\n",
        Message_ID=f"<letter.{number}@example.org>",
        **headers,
    )


def learnt(db: Database) -> list[str]:
    return sorted(one.message_id for one in pairs.pending(db, 999))


class TestSyncAccount:
    def test_only_new_mails_are_taken_in(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", letter(1), letter(2))
        assert sync_account(db, open_mailbox, Privacy()) == 2
        mailbox.append("Sent", letter(3))
        assert sync_account(db, open_mailbox, Privacy()) == 1
        assert sync_account(db, open_mailbox, Privacy()) == 0
        assert learnt(db) == [f"<letter.{number}@example.org>" for number in (1, 2, 3)]

    def test_mails_that_are_not_used_are_counted_by_reason(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        mailbox.append(
            "Sent",
            letter(1),
            letter(2, Auto_Submitted="auto-replied"),
            mail("Somebody else's", sender="eve@example.net"),
        )
        sync_account(db, open_mailbox, Privacy())
        counted = mails.counts(db)["work"]
        assert (counted.mails, counted.used) == (3, 1)
        assert counted.unused == {"automatic": 1, "not-mine": 1}

    def test_a_mail_that_trips_the_reading_is_counted_and_the_others_are_learnt(
        self,
        db: Database,
        open_mailbox: Mailbox,
        mailbox: TestMailbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def stumbling(raw: bytes, *rest: Any) -> Any:
            if b"letter 2" in raw:
                raise ZeroDivisionError
            return intake.intake(raw, *rest)

        monkeypatch.setattr(sync, "intake", stumbling)
        mailbox.append("Sent", letter(1), letter(2), letter(3))
        sync_account(db, open_mailbox, Privacy())
        assert learnt(db) == [f"<letter.{number}@example.org>" for number in (1, 3)]
        assert mails.counts(db)["work"].unused == {"unreadable": 1}

    def test_a_mail_deleted_on_the_server_leaves_the_dataset(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", letter(1), letter(2))
        sync_account(db, open_mailbox, Privacy())
        with mailbox.client() as client:
            client.select_folder("Sent")
            client.delete_messages(client.search()[:1])
            client.expunge()
        sync_account(db, open_mailbox, Privacy())
        assert learnt(db) == ["<letter.2@example.org>"]

    def test_a_folder_made_anew_is_matched_by_message_id(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        """A new UIDVALIDITY: what was learnt stays, nothing is doubled."""
        mailbox.append("Sent", letter(1), letter(2))
        sync_account(db, open_mailbox, Privacy())
        before = {one.message_id: one.id for one in pairs.pending(db, 9)}
        with mailbox.client() as client:
            client.delete_folder("Sent")
            client.create_folder("Sent")
        mailbox.append("Sent", letter(3), letter(2), letter(1))
        open_mailbox.session.selected = None
        sync_account(db, open_mailbox, Privacy())
        after = {one.message_id: one.id for one in pairs.pending(db, 9)}
        assert {name: after[name] for name in before} == before
        assert len(after) == 3

    def test_killed_between_batches_it_goes_on_where_it_was(
        self,
        db: Database,
        open_mailbox: Mailbox,
        mailbox: TestMailbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(fetch.batches, "__defaults__", (2,))
        mailbox.append("Sent", *map(letter, range(1, 8)))
        seen: list[int] = []

        def die_after_two(_folder: str, count: int) -> None:
            seen.append(count)
            if len(seen) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            sync_account(db, open_mailbox, Privacy(), die_after_two)
        assert len(learnt(db)) == 4
        assert sync_account(db, open_mailbox, Privacy()) == 3
        assert len(learnt(db)) == 7

    def test_a_reply_without_a_quote_gets_its_thread_from_the_server(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        question = mail(
            "Lunch?",
            "Do you have time for lunch?\n",
            sender="Bob Ray <bob@example.net>",
            Message_ID="<lunch@example.net>",
        )
        mailbox.append("INBOX", question)
        mailbox.append("Sent", letter(1, In_Reply_To="<lunch@example.net>"), letter(2))
        sync_account(db, open_mailbox, Privacy())
        threads = {one.subject: one.thread for one in pairs.pending(db, 9)}
        assert threads["Letter 2"] == ()
        [turn] = threads["Letter 1"]
        assert (turn.author, turn.text) == ("Bob Ray", "Do you have time for lunch?")

    def test_the_thread_of_a_reply_lacks_what_its_readers_had_not_received(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        """As it would lack it in a draft."""
        offer = mail("Offer", "To you 40 euros.\n", To="alice@a.example", Message_ID="<offer@x>")
        question = mail(
            "Lunch?", sender="you@example.net", To="me@example.org", Message_ID="<lunch@x>",
            References="<offer@x>",
        )  # fmt: skip
        mailbox.append("INBOX", offer, question)
        mailbox.append("Sent", letter(1, References="<offer@x> <lunch@x>"))
        sync_account(db, open_mailbox, Privacy())
        [[turn]] = [one.thread for one in pairs.pending(db, 9)]
        assert turn.text == "About Lunch?."

    def test_a_folder_that_is_no_longer_used_is_forgotten(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        folders.known(db, "work", "Old Sent", "sent")
        sync_account(db, open_mailbox, Privacy())
        assert [one.name for one in folders.listed(db) if one.role == "sent"] == ["Sent"]

    def test_an_excluded_folder_is_not_opened_and_what_came_from_it_leaves(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", letter(1))
        sync_account(db, open_mailbox, Privacy())
        sync_account(db, open_mailbox, Privacy(exclude_folders=("Sent",)))
        assert learnt(db) == []
        assert mails.counts(db) == {}
        sync_account(db, open_mailbox, Privacy())
        assert learnt(db) == ["<letter.1@example.org>"]

    def test_a_word_that_is_excluded_and_then_not_brings_the_mail_back(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", letter(1), letter(2))
        for words, expected in (((), 2), (("written",), 0), (("2",), 1), ((), 2)):
            sync_account(db, open_mailbox, Privacy(exclude_words=words))
            assert len(learnt(db)) == expected

    def test_a_thread_is_not_fetched_from_an_excluded_person(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        question = mail(
            "Lunch?",
            "Do you have time for lunch?\n",
            sender="Bob Ray <bob@example.net>",
            Message_ID="<lunch@example.net>",
        )
        mailbox.append("INBOX", question)
        mailbox.append("Sent", letter(1, In_Reply_To="<lunch@example.net>", To="cat@example.com"))
        sync_account(db, open_mailbox, Privacy(exclude_people=("bob@example.net",)))
        assert [one.thread for one in pairs.pending(db, 9)] == [()]
