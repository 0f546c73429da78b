"""A reply is learnt with the thread that its draft would have been shown, whatever it quotes."""

from __future__ import annotations

from typing import Any

import pytest

from panzad.config import Config, Privacy
from panzad.drafting.task import Asked, DraftTask
from panzad.learning import sync, threads
from panzad.learning.importing import import_mails
from panzad.learning.sync import sync_account
from panzad.mailbox import Mailbox
from panzad.store import mails, pairs
from panzad.store.database import Database
from panzad.store.mails import ThreadTurn
from panzad.writing import prompts
from panzad.writing.prompts import WritingTask
from tests.drafting.steps import ask, round_
from tests.imap.wire import commands
from tests.servers.mailbox import TestMailbox, mail

LIST = "crew@lists.example"
NO_INBOX = Privacy(exclude_folders=("INBOX",))
OFFER = mail(
    "Hull", "The yard asks for 900 euros, but that is for us.\n", To="alice@a.example",
    Message_ID="<offer@example.org>",
)  # fmt: skip
NEWS = mail("Hull", "The hull is dry since Monday, as far as I can tell.\n", To=LIST,
            Message_ID="<news@example.org>")  # fmt: skip
QUESTION = mail(
    "Re: Hull",
    "On Mon, 2 Mar 2026 at 09:30, me@example.org wrote:\n"
    "> The hull is dry since Monday, as far as I can tell.\n\n"
    "Good. I have read all about paint, and there are three kinds of it that would do.\n"
    "Do we take the red one, and who of us brings the brushes on Saturday?\n\nBob\n",
    sender="Bob Ray <bob@example.net>", To=LIST, Cc="me@example.org",
    Message_ID="<question@example.net>", In_Reply_To="<news@example.org>",
    References="<offer@example.org> <news@example.org>",
)  # fmt: skip
ABOVE = "On Mon, 2 Mar 2026 at 09:30, Bob Ray <bob@example.net> wrote:\n"
INLINE = ABOVE + "> Do we take the red one\n\nYes.\n\n> who of us brings the brushes\n\nI do.\n"


def reply(text: str = INLINE, **headers: str) -> bytes:
    fields = {
        "To": "Bob Ray <bob@example.net>", "Cc": LIST, "Message_ID": "<reply@example.org>",
        "In_Reply_To": "<question@example.net>",
        "References": "<offer@example.org> <news@example.org> <question@example.net>",
    } | headers  # fmt: skip
    return mail("Re: Hull", text, **fields)


def learnt(db: Database, message_id: str = "<reply@example.org>") -> tuple[ThreadTurn, ...]:
    [thread] = [one.thread for one in pairs.pending(db, 99) if one.message_id == message_id]
    return thread


def texts(thread: tuple[ThreadTurn, ...]) -> list[str]:
    return [turn.text for turn in thread]


def quoted(thread: tuple[ThreadTurn, ...]) -> bool:
    """Whether the thread is what INLINE quotes, and no more."""
    return "red one" in texts(thread)[-1] and not any("paint" in one for one in texts(thread))


def drafted(db: Database, box: Mailbox, config: Config) -> DraftTask:
    """What a draft in answer to the newest mail of INBOX is written from."""
    with box.session.translated("count"):
        position = box.session.select("INBOX", readonly=True).exists
    ask(db, box, "INBOX", position, Asked("", force=True))
    [task] = round_(db, box, config)
    return task


@pytest.fixture
def at_hand(mailbox: TestMailbox) -> TestMailbox:
    """A mailbox in which the whole thread lies."""
    mailbox.append("INBOX", QUESTION)
    mailbox.append("Sent", OFFER, NEWS)
    return mailbox


class TestThreadOfAReply:
    @pytest.mark.parametrize(
        "references",
        ["<offer@example.org> <news@example.org> <question@example.net>", "<question@example.net>"],
        ids=["whole", "cut short"],
    )
    def test_an_inline_reply_has_the_prompt_of_its_draft(
        self,
        db: Database,
        open_mailbox: Mailbox,
        at_hand: TestMailbox,
        config: Config,
        references: str,
    ) -> None:
        task = drafted(db, open_mailbox, config)
        at_hand.append("Sent", reply(References=references))
        sync_account(db, open_mailbox, Privacy())

        assert learnt(db) == task.thread
        shown = [
            prompts.messages(WritingTask("Ann Lee", (), "", thread), len)
            for thread in (learnt(db), task.thread)
        ]
        assert shown[0] == shown[1]
        news, question = texts(learnt(db))
        assert "as far as I can tell" in news
        assert "three kinds of it" in question

    def test_without_the_mail_that_it_answers_a_reply_keeps_what_it_quotes(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", OFFER, NEWS, reply())
        sync_account(db, open_mailbox, Privacy())
        assert quoted(learnt(db))

    def test_nothing_comes_from_an_excluded_folder(
        self, db: Database, open_mailbox: Mailbox, at_hand: TestMailbox
    ) -> None:
        at_hand.append("Sent", reply())
        sync_account(db, open_mailbox, NO_INBOX)
        assert quoted(learnt(db))

    def test_what_came_from_a_folder_that_is_excluded_later_leaves_and_the_quotes_are_back(
        self, db: Database, open_mailbox: Mailbox, at_hand: TestMailbox
    ) -> None:
        at_hand.append("Sent", reply())
        sync_account(db, open_mailbox, Privacy())
        whole = learnt(db)
        assert not quoted(whole)
        sync_account(db, open_mailbox, NO_INBOX)
        assert quoted(learnt(db))
        sync_account(db, open_mailbox, Privacy())
        assert learnt(db) == whole

    def test_turns_of_an_excluded_person_are_left_out_of_it(
        self, db: Database, open_mailbox: Mailbox, at_hand: TestMailbox
    ) -> None:
        at_hand.append("Sent", reply(To=LIST, Cc="you@example.net"))
        sync_account(db, open_mailbox, Privacy(exclude_people=("bob@example.net",)))
        assert texts(learnt(db)) == ["The hull is dry since Monday, as far as I can tell."]

    def test_secrets_are_masked_in_it(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        mailbox.append("INBOX", QUESTION.replace(b"Bob\r\n", b"The PIN is 4821.\r\n"))
        mailbox.append("Sent", reply())
        sync_account(db, open_mailbox, Privacy())
        assert texts(learnt(db))[-1].endswith("The PIN is [secret].")

    def test_a_later_mail_under_the_same_id_is_not_what_was_answered(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        robot = mail(
            "Hull", "What comes later.\n", sender="bob@example.net", To="me@example.org",
            Message_ID="<question@example.net>", Date="Fri, 6 Mar 2026 09:30:00 +0000",
        )  # fmt: skip
        mailbox.append("INBOX", robot)
        mailbox.append("Sent", reply())
        sync_account(db, open_mailbox, Privacy())
        assert quoted(learnt(db))

    def test_a_reply_that_names_itself_is_not_its_own_thread(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", reply(In_Reply_To="<reply@example.org>"))
        sync_account(db, open_mailbox, Privacy())
        assert quoted(learnt(db))

    @pytest.mark.parametrize(("room", "name"), [(threads, "parse"), (sync, "thread_up_to")])
    def test_a_mail_that_trips_the_reading_leaves_the_reply_its_quotes(
        self,
        db: Database,
        open_mailbox: Mailbox,
        at_hand: TestMailbox,
        monkeypatch: pytest.MonkeyPatch,
        room: Any,
        name: str,
    ) -> None:
        def stumbling(*_: Any) -> Any:
            raise ZeroDivisionError

        monkeypatch.setattr(room, name, stumbling)
        at_hand.append("Sent", reply())
        sync_account(db, open_mailbox, Privacy())
        assert quoted(learnt(db))

    def test_a_reply_from_a_file_keeps_what_it_quotes_and_waits_for_no_server(
        self, db: Database, open_mailbox: Mailbox, at_hand: TestMailbox, config: Config
    ) -> None:
        import_mails(db, "work", config.accounts["work"], Privacy(), [reply()])
        assert quoted(learnt(db))
        sync_account(db, open_mailbox, Privacy())
        assert quoted(learnt(db))


class TestManyReplies:
    COUNT = 40

    @pytest.fixture
    def answered(self, mailbox: TestMailbox) -> TestMailbox:
        """Many questions, and a reply to each that quotes a line of it."""
        numbers = range(self.COUNT)
        mailbox.append("INBOX", *(
            mail(
                f"Boat {n}", f"Boat number {n} is at the pier. Which of us sails her home?\n",
                sender="bob@example.net", To="me@example.org", Message_ID=f"<q{n}@example.net>",
            ) for n in numbers
        ))  # fmt: skip
        mailbox.append("Sent", *(
            mail(
                f"Re: Boat {n}", ABOVE + "> Which of us sails\n\nI do, as always.\n",
                To="bob@example.net", Message_ID=f"<r{n}@example.org>",
                In_Reply_To=f"<q{n}@example.net>",
            ) for n in numbers
        ))  # fmt: skip
        return mailbox

    def whole(self, db: Database) -> int:
        """How many replies have the whole mail that they answered as their thread."""
        return sum(
            texts(one.thread)[-1].startswith(f"Boat number {one.subject[9:]} ")
            for one in pairs.pending(db, 99)
        )

    def test_killed_between_them_the_next_sync_does_the_rest(
        self,
        db: Database,
        open_mailbox: Mailbox,
        answered: TestMailbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(sync, "THREADS_AT_ONCE", 4)
        monkeypatch.setattr(sync, "SOUGHT_AT_ONCE", 10)
        keep_thread, calls = mails.keep_thread, iter(range(99))

        def dying(*arguments: Any) -> None:
            keep_thread(*arguments)
            if next(calls) == 13:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(mails, "keep_thread", dying)
            with pytest.raises(KeyboardInterrupt):
                sync_account(db, open_mailbox, Privacy())
        assert (len(pairs.pending(db, 99)), self.whole(db)) == (10, 10)
        sync_account(db, open_mailbox, Privacy())
        assert (len(pairs.pending(db, 99)), self.whole(db)) == (self.COUNT, self.COUNT)

    def test_they_cost_few_commands(
        self, db: Database, open_mailbox: Mailbox, answered: TestMailbox
    ) -> None:
        with commands(open_mailbox.session) as sent:
            sync_account(db, open_mailbox, Privacy())
        assert self.whole(db) == self.COUNT
        assert len(sent) < self.COUNT / 2
        with commands(open_mailbox.session) as sent:
            sync_account(db, open_mailbox, Privacy())
        assert len(sent) == 1
