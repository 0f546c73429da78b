"""A thread is gathered from every folder, each mail once, in few commands."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from panzad.learning.threads import MAILS_FETCHED, find_related
from panzad.mail.parse import parse
from tests.servers.mailbox import TestMailbox, mail

MARKED = mail(
    "Re: Boat", Message_ID="<3@x>", In_Reply_To="<2@x>", References="<1@x> <2@x>", sender="b@x.y"
)
FIRST = mail("Boat", Message_ID="<1@x>", sender="b@x.y")
SECOND = mail("Re: Boat", Message_ID="<2@x>", References="<1@x>")


def test_a_mail_that_lies_in_two_folders_is_fetched_once(mailbox: TestMailbox) -> None:
    mailbox.append("INBOX", FIRST, MARKED)
    mailbox.append("Sent", SECOND, FIRST, MARKED)
    with mailbox.session() as session:
        found = find_related(session, ["INBOX", "Sent"], parse(MARKED))

    assert [one.message_id for one in found] == ["<1@x>", "<2@x>"]


def test_a_long_thread_costs_a_bounded_number_of_commands_and_mails(
    dovecot_mailbox: TestMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [
        mail("Re: Boat", Message_ID=f"<a{n}@x>", In_Reply_To="<3@x>", Date="2 Mar 2026 10:00 +0000")
        for n in range(60)
    ]
    for folder in ("INBOX", "Sent", "Trash"):
        dovecot_mailbox.append(folder, *answers[:30] if folder == "Sent" else answers)
    with dovecot_mailbox.session() as session:
        sent: Counter[str] = Counter()
        command = session.client._imap._command  # pyright: ignore[reportPrivateUsage]

        def counted(name: str, *rest: Any, **more: Any) -> Any:
            sent[name] += 1
            return command(name, *rest, **more)

        monkeypatch.setattr(session.client._imap, "_command", counted)  # pyright: ignore[reportPrivateUsage]
        found = find_related(session, ["INBOX", "Sent", "Trash"], parse(MARKED))

    assert len(found) <= MAILS_FETCHED
    assert sent.total() <= 3 * 6
