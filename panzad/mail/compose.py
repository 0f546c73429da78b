"""Composes drafts as RFC 5322 bytes: text, signature and quote in their places. The last room.

Fields are written in `header_fields`, where no value can make another one; bodies are
quoted-printable, so that all of a draft is 7-bit and no line is too long. Paragraphs stay one line
each and are not format=flowed: so Thunderbird lets them flow when they are edited.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal, Protocol

from panzad.mail import header_fields, html_body
from panzad.mail.attribution_lines import attribution_line
from panzad.mail.message import Address

Placement = Literal["below", "above", "none"]


class Original(Protocol):
    """The mail that is quoted; `date` is ISO 8601 or as its attribution said."""

    @property
    def author(self) -> Address: ...
    @property
    def date(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How a user answers: where the quote stands relative to the text, and whether in HTML too.

    `language` (ISO 639-1) is that of the line above the quote; English when it is unknown.
    """

    quote: Placement = "below"
    language: str = ""
    html: bool = False


def compose_draft(
    *,
    from_: Address,
    to: Sequence[Address],
    cc: Sequence[Address],
    subject: str,
    date: datetime,
    message_id: str,
    in_reply_to: str | None,
    references: Sequence[str],
    text: str,
    signature: str | None,
    original: Original | None,
    arrangement: Arrangement = Arrangement(),
    extra_headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A draft as it goes into Drafts: CRLF, UTF-8, quoted-printable; text, or text and HTML.

    A mail that answers nothing has no `in_reply_to`, `references` and `original`.
    The signature follows `text`, whichever side the quote is on. `date` is aware. `in_reply_to`
    and `references` go out byte for byte unless they are no ids.
    """
    header = [
        _common(from_, to, cc, subject, date, message_id),
        header_fields.ids_field("In-Reply-To", [in_reply_to] if in_reply_to else []),
        header_fields.ids_field("References", references),
        *(header_fields.text_field(name, value) for name, value in extra_headers),
    ]
    quoted = None if arrangement.quote == "none" else original
    line = attribution_line(quoted.author, quoted.date, arrangement.language) if quoted else ""
    pieces = _Pieces(
        _lines(text).strip("\n"),
        _lines(signature or "").strip("\n"),
        line,
        _lines(quoted.text).strip("\n") if quoted else "",
        above=arrangement.quote == "above",
    )
    body = _part("plain", _plain(pieces))
    if arrangement.html:
        body = _alternative(message_id, body, _part("html", _html(pieces, in_reply_to or "")))
    return b"".join(header) + body


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What a body is put together from; `line` and `quote` are empty where nothing is quoted."""

    text: str
    signature: str
    line: str
    quote: str
    above: bool

    def in_order(self, reply: str, quoted: str, between: str) -> str:
        """The two halves of a body as the user has them."""
        if not self.line:
            return reply
        return f"{quoted}{between}{reply}" if self.above else f"{reply}{between}{quoted}"


def _plain(pieces: _Pieces) -> str:
    reply = pieces.text
    if pieces.signature.strip():
        reply = f"{reply}\n\n-- \n{pieces.signature}"
    return pieces.in_order(reply, f"{pieces.line}\n{_quoted(pieces.quote)}", "\n\n") + "\n"


def _html(pieces: _Pieces, cited: str) -> str:
    reply = html_body.paragraphs(pieces.text)
    if pieces.signature.strip():
        reply += html_body.signature(pieces.signature)
    quoted = html_body.quotation(pieces.line, pieces.quote, cited)
    return html_body.document(pieces.in_order(reply, quoted, "" if pieces.above else "<br>\n"))


def _quoted(text: str) -> str:
    """Each line behind `> `; levels that are there already stay together (`>>`)."""
    return "\n".join(
        f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in text.split("\n")
    )


def _lines(text: str) -> str:
    """Text with `\\n` line ends that UTF-8 can hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text).replace("\x00", "")


def _part(subtype: str, body: str) -> bytes:
    """Its MIME header and the text in quoted-printable (RFC 2045 section 6.7)."""
    encoded = binascii.b2a_qp(body.replace("\n", "\r\n").encode("utf-8"), istext=True)
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode() + encoded


def _alternative(message_id: str, *parts: bytes) -> bytes:
    """A multipart/alternative; `=_` cannot stand in quoted-printable (RFC 2045 section 6.7)."""
    boundary = "=_" + hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()[:24]
    opening = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'
    inner = b"".join(b"\r\n--" + boundary.encode() + b"\r\n" + part for part in parts)
    return opening.encode() + inner + f"\r\n--{boundary}--\r\n".encode()


def _common(
    from_: Address,
    to: Sequence[Address],
    cc: Sequence[Address],
    subject: str,
    date: datetime,
    message_id: str,
) -> bytes:
    return b"".join(
        (
            header_fields.addresses_field("From", [from_]),
            header_fields.addresses_field("To", to),
            header_fields.addresses_field("Cc", cc),
            header_fields.text_field("Subject", subject),
            header_fields.text_field("Date", format_datetime(date)),
            header_fields.ids_field("Message-ID", [message_id]),
            b"MIME-Version: 1.0\r\n",
        )
    )
