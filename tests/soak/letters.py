"""The mails that a user and correspondents write to each other: each is like no other."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import format_datetime
from random import Random

from tests.servers.mailbox import mail

PEOPLE = ("Bob Ray", "Eve Holm", "Tom Ash", "Ida Berg")
_WHO = (
    *("the harbour office", "my brother", "the committee", "our printer", "the old ferryman"),
    *("the museum", "Mrs Lind", "the boatyard", "the school", "a carpenter from Visby"),
)
_DOES = (
    *("wants to see", "has mended", "asks about", "will paint", "has lost"),
    *("would like to borrow", "found", "talks of", "has measured", "can deliver"),
)
_WHAT = (
    *("the long ladder", "both anchors", "the minutes of March", "a box of lamps"),
    *("the blue sail", "the lease", "three oak planks", "the list of guests", "the sauna key"),
)
_WHEN = (
    *("before the ice comes", "on Thursday", "after the meeting", "some time in May", "by noon"),
    *("when the wind turns", "next week", "at the weekend", "at half past ten"),
)


def sentences(rng: Random, count: int) -> str:
    """So many sentences, a paragraph."""
    parts = (_WHO, _DOES, _WHAT, _WHEN)
    said = (" ".join(rng.choice(part) for part in parts) for _ in range(count))
    return " ".join(f"{one[0].upper()}{one[1:]}." for one in said)


def now() -> str:
    """The moment as the Date header says it, in whole seconds."""
    return format_datetime(datetime.now(UTC))


def address(name: str) -> str:
    """A correspondent as headers name one."""
    return f"{name} <{name.split()[0].lower()}@example.net>"


def letter(
    rng: Random, sender: str, to: str, subject: str, message_id: str, count: int, **headers: str
) -> bytes:
    """A mail of so many sentences."""
    return mail(
        subject,
        f"{sentences(rng, count)}\n\n{sender.split()[0]}\n",
        sender=sender,
        To=to,
        Message_ID=message_id,
        Date=now(),
        **headers,
    )


def headers(raw: bytes) -> Message:
    """The headers of a mail."""
    return message_from_bytes(raw.partition(b"\r\n\r\n")[0])
