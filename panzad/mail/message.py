"""The values that the mail room takes and gives: a parsed message, what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox (RFC 5322 section 3.4): `email` is the addr-spec, domain in lower case."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        """The part behind the last `@`, lower case; empty when there is none."""
        return self.email.rpartition("@")[2] if "@" in self.email else ""


@dataclass(frozen=True, slots=True)
class Message:
    """A parsed RFC 5322 message, tolerant of anything malformed.

    Ids keep their angle brackets and stand byte for byte as sent. `text` is the visible text,
    `\\n` line ends, format=flowed joined, HTML rendered to text with quotes as `>` lines.
    `headers` holds every header in order, names as sent, values decoded (RFC 2047) and unfolded.
    """

    message_id: str | None
    subject: str
    date: datetime | None
    from_: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    mail_followup_to: tuple[Address, ...]
    mail_reply_to: tuple[Address, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    text: str
    content_types: tuple[str, ...]

    @property
    def iso_date(self) -> str:
        """Its date in ISO 8601; empty when it has none."""
        return self.date.isoformat() if self.date else ""

    def header(self, name: str) -> str | None:
        """The first value of a header, by case-insensitive name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Quote:
    """Text of an earlier mail quoted in this one; `author` and `date` as the attribution says."""

    author: str
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a message's visible text is made of.

    `unquoted` is all of the author's part, signature and footers included; `own_text` is it
    without them and without hard wraps' trailing blanks. `quotes` run from the newest to the
    oldest quoted mail. `layout` is `plain` (nothing quoted), `top`, `bottom`, `interleaved` or
    `forward`. `client_language` (ISO 639-1) is what the author's client wrote above the quotes;
    empty where it does not tell.
    """

    unquoted: str
    own_text: str
    signature: str
    footer: str
    quotes: tuple[Quote, ...]
    layout: str
    client_language: str
