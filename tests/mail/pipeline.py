"""All that panzad makes of a mail's bytes, in one call: what the hostile mails are put through."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from panzad.cli.explain import compared, explained
from panzad.drafting.task import Original
from panzad.mail.compose import compose_draft
from panzad.mail.extract import extract
from panzad.mail.message import Address, Message
from panzad.mail.parse import parse
from panzad.mail.recipients import reply_recipients, why_no_draft
from panzad.mail.subject import reply_subject
from panzad.mail.thread import reply_references, thread_of

ME = (Address("Ann Lee", "ann@example.org"), Address("Ann", "ann.lee@example.net"))
_WHEN = datetime(2026, 11, 13, 10, 4, tzinfo=UTC)


def everything_about(raw: bytes) -> None:
    """Read a mail, explain it, answer it, and read the answer.

    Raises what the rooms raise, and AssertionError when the answer does not say what it was made
    of or what is read cannot be stored.
    """
    message = parse(raw)
    why_no_draft(message, ME)
    # What cannot be encoded (a lone surrogate) cannot be printed or stored.
    [told] = compared([explained(Path("mail"), message, ())], ())
    json.dumps(told.as_dict(), ensure_ascii=False).encode()
    answer = _answer(message)
    reply = parse(answer)
    assert reply.from_[0].email
    assert reply.message_id == "<draft@example.org>"
    assert not reply.bcc
    assert all(len(line) <= 998 for line in answer.split(b"\r\n"))
    turns = thread_of(reply, extract(reply), [message])
    repr(turns).encode()


def _answer(message: Message) -> bytes:
    """The draft that answers `message`, quoted below."""
    recipients = reply_recipients(message, ME, reply_all=True)
    author = message.from_[0] if message.from_ else Address("", "")
    date = message.date.isoformat() if message.date else ""
    return compose_draft(
        from_=recipients.from_,
        to=recipients.to,
        cc=recipients.cc,
        subject=reply_subject(message.subject),
        date=_WHEN,
        message_id="<draft@example.org>",
        in_reply_to=message.message_id,
        references=reply_references(message),
        text="Yes, that works.",
        signature="Ann",
        original=Original(author, date, message.text),
    )
