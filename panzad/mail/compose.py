"""Composes drafts as RFC 5322 bytes: headers, text, signature, quote. Last room of the flow.

Header injection is impossible by construction: every value loses its control characters, ids and
addresses must have their form or are left out, and lines are folded only here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Literal, Protocol

from panzad.mail.message import Address

Placement = Literal["below", "above", "none"]

_MAX_LINE = 76
# RFC 5322 section 2.1.1 allows 998 octets; ids near that come from nobody.
_MAX_TOKEN = 900
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ID = re.compile(r"<?[^\s<>\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+>?")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_LOCAL_PART = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00a1-\U0010ffff-]{1,200}"
    r'|"(?:[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|\\[!-~]){1,200}"'
)
_DOMAIN = re.compile(r"[A-Za-z0-9.\u00a1-\U0010ffff-]+|\[[A-Za-z0-9.:-]+\]")
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Original(Protocol):
    """The mail that is quoted; `date` is ISO 8601 or as its attribution said."""

    @property
    def author(self) -> Address: ...
    @property
    def date(self) -> str: ...
    @property
    def text(self) -> str: ...


def new_message_id(domain: str, token: str) -> str:
    """`<token@domain>`, both cut down to what an id may hold; `token` makes it unique."""
    left = re.sub(r"[^A-Za-z0-9._-]+", "", token).strip(".")
    right = re.sub(r"[^A-Za-z0-9.-]+", "", _ascii_domain(domain)).strip(".")
    return f"<{left or 'draft'}@{right or 'localhost'}>"


def compose_reply(
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
    quote: Placement = "below",
    extra_headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A reply as it goes into Drafts: CRLF, `text/plain; charset=utf-8`, quoted-printable.

    `quote` is where the quoted original stands relative to `text`; the signature follows `text`.
    `date` is aware. `in_reply_to` and `references` go out byte for byte unless they are no ids.
    """
    fields = [
        *_common(from_, to, cc, subject, date, message_id),
        *_ids_field("In-Reply-To", [in_reply_to] if in_reply_to else []),
        *_ids_field("References", references),
        *_extra(extra_headers),
    ]
    return _message(fields, _body(text, signature, original, quote))


def compose_new(
    *,
    from_: Address,
    to: Sequence[Address],
    cc: Sequence[Address],
    subject: str,
    date: datetime,
    message_id: str,
    text: str,
    signature: str | None,
    extra_headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A mail that answers nothing, as it goes into Drafts."""
    fields = [*_common(from_, to, cc, subject, date, message_id), *_extra(extra_headers)]
    return _message(fields, _body(text, signature, None, "none"))


def attribution(original: Original) -> str:
    """`On Fri, 13 Nov 2026 at 10:04, Ann Lee <ann@example.org> wrote:`, on one line."""
    author = original.author
    name = _clean(author.name)
    email = _clean(author.email)
    person = f"{name} <{email}>" if name and email else name or email or "somebody"
    when = _spoken(original.date)
    return f"On {when}, {person} wrote:" if when else f"{person} wrote:"


def _spoken(date: str) -> str:
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return _clean(date)
    weekday, month = _WEEKDAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{weekday}, {moment.day} {month} {moment.year} at {moment:%H:%M}"


def _body(text: str, signature: str | None, original: Original | None, quote: Placement) -> str:
    reply = _lines(text).strip("\n")
    if signature and signature.strip():
        reply = f"{reply}\n\n-- \n{_lines(signature).strip(chr(10))}"
    if original is None or quote == "none":
        return reply + "\n"
    quoted = f"{attribution(original)}\n{_quoted(original.text)}"
    return f"{reply}\n\n{quoted}\n" if quote == "below" else f"{quoted}\n\n{reply}\n"


def _quoted(text: str) -> str:
    """Each line behind `> `; levels that are there already stay together (`>>`)."""
    return "\n".join(
        f">{line}" if line.startswith(">") else f"> {line}".rstrip()
        for line in _lines(text).strip("\n").split("\n")
    )


def _lines(text: str) -> str:
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _message(fields: Iterable[bytes], body: str) -> bytes:
    encoded = binascii.b2a_qp(body.replace("\n", "\r\n").encode("utf-8"), istext=True)
    return b"".join(fields) + b"\r\n" + encoded


def _common(
    from_: Address,
    to: Sequence[Address],
    cc: Sequence[Address],
    subject: str,
    date: datetime,
    message_id: str,
) -> Iterator[bytes]:
    yield from _addresses_field("From", [from_])
    yield from _addresses_field("To", to)
    yield from _addresses_field("Cc", cc)
    yield _folded("Subject", _unstructured(subject))
    yield _folded("Date", [format_datetime(date)])
    yield from _ids_field("Message-ID", [message_id])
    yield b"MIME-Version: 1.0\r\n"
    yield b"Content-Type: text/plain; charset=utf-8\r\n"
    yield b"Content-Transfer-Encoding: quoted-printable\r\n"


def _extra(headers: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    for name, value in headers:
        if not _FIELD_NAME.fullmatch(name):
            raise ValueError(f"no header name: {name!r}")
        yield _folded(name, _unstructured(value))


def _ids_field(name: str, ids: Iterable[str]) -> Iterator[bytes]:
    good = [one for one in ids if _ID.fullmatch(one) and len(one.encode()) <= _MAX_TOKEN]
    if good:
        yield _folded(name, good)


def _addresses_field(name: str, addresses: Sequence[Address]) -> Iterator[bytes]:
    entries = [words for address in addresses if (words := _mailbox(address))]
    if not entries:
        return
    tokens: list[str] = []
    for index, words in enumerate(entries):
        comma = "," if index < len(entries) - 1 else ""
        tokens.extend((*words[:-1], words[-1] + comma))
    yield _folded(name, tokens)


def _mailbox(address: Address) -> list[str]:
    """A mailbox as words that may be folded between; empty when it is no address."""
    local, _, domain = address.email.rpartition("@")
    domain = _ascii_domain(domain)
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain) or len(domain) > 253:
        return []
    spec = f"{local}@{domain}"
    if len(spec.encode()) > _MAX_TOKEN:
        return []
    name = _clean(address.name)
    if not name:
        return [spec]
    if not name.isascii() or len(name) > 200 or "=?" in name:
        return [*_encoded_words(name), f"<{spec}>"]
    if _ATOMS.fullmatch(name):
        return [*name.split(), f"<{spec}>"]
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"', f"<{spec}>"]


def _ascii_domain(domain: str) -> str:
    """An internationalised domain in its ASCII form (RFC 5890); as it is where there is none."""
    if domain.isascii() or len(domain) > 253:
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _clean(value: str) -> str:
    """A value on one line without control characters."""
    return " ".join(_CONTROL.sub(" ", value).split())


def _unstructured(value: str) -> list[str]:
    """The words of a text field; as encoded words when it is not plain ASCII of sane length."""
    value = _clean(value)
    words = value.split(" ")
    if value.isascii() and "=?" not in value and all(len(word) < _MAX_LINE - 20 for word in words):
        return words
    return _encoded_words(value)


def _encoded_words(text: str) -> list[str]:
    """RFC 2047 words of at most 75 characters, no character cut in two."""
    words: list[str] = []
    piece = b""
    for char in text:
        data = char.encode("utf-8")
        if len(piece) + len(data) > 42:
            words.append(_encoded_word(piece))
            piece = b""
        piece += data
    return [*words, _encoded_word(piece)] if piece else words


def _encoded_word(data: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(data).decode('ascii')}?="


def _folded(name: str, tokens: Sequence[str]) -> bytes:
    """A header field with its words, broken into lines of at most 76 characters where it can."""
    lines = [f"{name}:"]
    for index, token in enumerate(tokens):
        if index and len(lines[-1]) + 1 + len(token) > _MAX_LINE:
            lines.append("")
        lines[-1] += f" {token}"
    return "\r\n".join(lines).encode("utf-8") + b"\r\n"
