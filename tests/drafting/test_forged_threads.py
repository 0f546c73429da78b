"""A thread holds what all readers of the draft have received, whatever a mail claims to answer.

The mails lie on real servers; the offer to Alice is not for Bob.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from panzad.config import Config
from panzad.drafting.task import DraftTask
from panzad.mailbox import Mailbox
from panzad.store.database import Database
from tests.drafting.steps import TODAY, flag, round_
from tests.servers.mailbox import TestMailbox, mail

OFFER = "Dear Alice,\n\nwe sell the mill at 48,250 euros and not below that sum.\n\nAnn\n"
AN_HOUR_AGO = format_datetime(datetime.now(UTC) - timedelta(hours=1))


def offer(**headers: str) -> bytes:
    fields = {"To": "Alice Moor <alice@a.example>", "Message_ID": "<offer@example.org>"} | headers
    return mail("Offer", OFFER, sender="Ann Lee <me@example.org>", Date=AN_HOUR_AGO, **fields)


def from_bob(subject: str, text: str = "What was it?\n", **headers: str) -> bytes:
    fields = {"To": "me@example.org", "Message_ID": "<bob@example.net>"} | headers
    return mail(subject, text, sender="Bob Ray <bob@example.net>", Date=TODAY, **fields)


CLAIMS = {
    "In-Reply-To": from_bob("Hello", In_Reply_To="<offer@example.org>"),
    "References": from_bob("Hello", References="<x@example.net> <offer@example.org>"),
    "subject": from_bob("Re: Offer"),
    "part of its words": from_bob(
        "Offer", "On Friday Ann Lee wrote:\n> we sell the mill at … and not below\n\nAt what?\n"
    ),
}


class Box:
    """A watched mailbox with one question in INBOX."""

    def __init__(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        self.mailbox = mailbox
        self._db, self._watched, self._config = db, watched, config

    def answered(self, marked: bytes, folder: str = "INBOX") -> DraftTask:
        """The task of a mark on this mail, the newest of its folder."""
        self.mailbox.append(folder, marked, flags=("\\Draft",) if folder == "Drafts" else ())
        flag(self.mailbox, folder, 2 if folder == "INBOX" else 1)
        [task] = round_(self._db, self._watched, self._config)
        return task


@pytest.fixture
def box(db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config) -> Box:
    return Box(db, watched, mailbox, config)


def told(task: DraftTask) -> bool:
    return any("48,250" in turn.text for turn in task.thread)


class TestForgedThreads:
    @pytest.mark.parametrize("claim", CLAIMS)
    def test_who_names_a_mail_to_somebody_else_is_not_told_it(self, box: Box, claim: str) -> None:
        box.mailbox.append("Sent", offer())
        assert not told(box.answered(CLAIMS[claim]))

    @pytest.mark.parametrize("field", ["To", "Cc", "Bcc"])
    def test_who_received_it_is_answered_in_its_thread(self, box: Box, field: str) -> None:
        box.mailbox.append("Sent", offer(**{field: "bob@example.net"}))
        assert told(box.answered(CLAIMS["In-Reply-To"]))

    def test_all_who_would_read_the_answer_must_have_received_it(self, box: Box) -> None:
        box.mailbox.append("Sent", offer(To="alice@a.example, bob@example.net"))
        task = box.answered(
            from_bob("Hello", Cc="eve@c.example", In_Reply_To="<offer@example.org>")
        )
        assert [one.email for one in task.cc] == ["eve@c.example"]
        assert not told(task)

    def test_the_address_that_answers_are_asked_to_counts(self, box: Box) -> None:
        box.mailbox.append("Sent", offer(To="bob@example.net"))
        claim = {"Reply_To": "eve@c.example", "In_Reply_To": "<offer@example.org>"}
        assert not told(box.answered(from_bob("Hello", **claim)))

    def test_the_users_own_draft_to_others_takes_along_only_the_mail_that_it_answers(
        self, box: Box
    ) -> None:
        box.mailbox.append("Sent", offer())
        answer = mail(
            "Re: Offer", "Too much.\n", sender="Alice Moor <alice@a.example>", To="me@example.org",
            Message_ID="<answer@a.example>", In_Reply_To="<offer@example.org>", Date=TODAY,
        )  # fmt: skip
        box.mailbox.append("Sent", answer)
        note = mail(
            "Re: Offer", "tell Bob too\n", sender="Ann Lee <me@example.org>",
            To="alice@a.example, bob@example.net", Message_ID="<note@example.org>",
            In_Reply_To="<answer@a.example>", Date=TODAY,
        )  # fmt: skip
        task = box.answered(note, "Drafts")
        assert [turn.text for turn in task.thread] == ["Too much."]
