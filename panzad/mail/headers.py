"""Reads header fields tolerantly: first step of parsing. Nothing here raises, whatever the bytes.

The standard library's accessors raise on malformed ids, addresses and charsets that real mail has
(71 of 16,534 public mails), so fields are read here, by RFC 5322, 2047, 2231 and 6532.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from panzad.mail.charsets import decoded, raw_header_text
from panzad.mail.encodedwords import decode_words
from panzad.mail.message import Address

# More than any real mail has; a bound for hostile ones.
MAX_FIELDS = 2_000
MAX_ADDRESSES = 2_000

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
# Fields that only a header has: behind a line that is none, the header goes on with them.
_RESUMED = re.compile(
    rb"(?i)(?:received|return-path|delivered-to|from|to|cc|subject|date|message-id|in-reply-to"
    rb"|references|reply-to|mime-version|content-[a-z-]{1,40}|list-[a-z-]{1,40}|x-[!-9;-~]{1,80})"
    rb"[ \t]*:"
)
_ID = re.compile(r"<[^<>\r\n]*>")
_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
# A word of an address; a quoted local part may hold blanks.
_WORD = re.compile(r'(?:"[^"]*+"|[^\s"]|")++')
# An encoded word is one token: mailers leave commas and colons in it.
_ADDRESS_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*+"|\\.|[<>(),;:"]|=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s"]*+\?='
    r'|[^<>(),;:"\\=]++|[\\=]',
    re.S,
)


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a message or a part, in order: names as sent, raw values still folded."""

    fields: tuple[tuple[str, bytes], ...]
    _by_name: dict[str, list[bytes]] = field(
        default_factory=dict[str, list[bytes]], init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for name, value in self.fields:
            self._by_name.setdefault(name.lower(), []).append(value)

    def all(self, name: str) -> list[bytes]:
        """The raw values of a field by its lower-case name, in order."""
        return self._by_name.get(name, [])

    def raw(self, name: str) -> bytes | None:
        """The first raw value of a field by its lower-case name."""
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str:
        """The first value, unfolded but not decoded (structured fields); empty when absent."""
        value = self.raw(name)
        return "" if value is None else unfolded(raw_header_text(value))


def split_header(raw: bytes, start: int = 0, stop: int | None = None) -> tuple[Header, int]:
    """The header at `start` of `raw` and the offset of the body, which ends at `stop`.

    The header ends at the first empty line, or at a line that is no field (a body without its
    blank line) unless a well-known field follows it (a value that was wrapped without a blank).
    An mbox `From ` line in front is passed over.
    """
    fields: list[tuple[str, bytes]] = []
    position = start
    length = len(raw) if stop is None else stop
    while position < length:
        line_start, position = position, _line_end(raw, position, length)
        if raw[line_start:position] in (b"\n", b"\r\n", b"\r"):
            return Header(tuple(fields)), position
        if raw[line_start : line_start + 1] in (b" ", b"\t") and not fields:
            continue
        match = _FIELD.match(raw, line_start, position)
        if match is None:
            if not fields and raw[line_start : line_start + 6].lstrip(b">").startswith(b"From "):
                continue
            if fields and _RESUMED.match(raw, position, length):
                continue
            return Header(tuple(fields)), line_start
        # A line of blanks only is a fold too (RFC 5322 section 4.2, obs-FWS).
        while position < length and raw[position] in b" \t":
            position = _line_end(raw, position, length)
        if len(fields) < MAX_FIELDS:
            fields.append((match[1].decode("ascii"), raw[match.end() : position].strip()))
    return Header(tuple(fields)), length


def _line_end(raw: bytes, position: int, length: int) -> int:
    end = raw.find(b"\n", position, length)
    return length if end < 0 else end + 1


def unfolded(value: str) -> str:
    """A header value on one line (RFC 5322 section 2.2.3)."""
    if "\n" in value or "\r" in value:
        value = " ".join(line.strip(" \t\r") for line in value.split("\n")).replace("\r", " ")
    return value.strip()


def header_text(value: bytes, charset: str | None = None) -> str:
    """An unstructured value: unfolded, encoded words (RFC 2047) decoded, no control characters.

    Octets that are neither ASCII nor UTF-8 (RFC 6532) are in `charset`, the body's.
    """
    if value.isascii():
        return decode_words(unfolded(value.decode("ascii")))
    return decode_words(unfolded(raw_header_text(value, charset or "cp1252")))


def ids(value: str) -> tuple[str, ...]:
    """The message ids of References or In-Reply-To, byte for byte, in order, each once.

    An id without brackets is taken when it is a single word with an `@`.
    """
    found = _ID.findall(value)
    if not found:
        found = [word for word in value.split() if "@" in word]
        found = found if len(found) == len(value.split()) else []
    return tuple(dict.fromkeys(found))


def answered_ids(value: str, known: Collection[str]) -> tuple[str, ...]:
    """The message ids of In-Reply-To; of prose (RFC 822) the last that is no `known` address.

    `Message from Ben <ben@example.net> of Thursday <a1@example.net>` names one message.
    """
    found = ids(value)
    prose = _ID.sub("", value)
    if not prose.strip(" \t,;") or not _ID.search(value):
        return found
    outside = ids(_COMMENT.sub(" ", value)) or found
    named = [one for one in outside if one.strip("<>").lower() not in known]
    return tuple(named[-1:])


def message_id(value: str) -> str | None:
    """The Message-ID as sent; None when there is none. A malformed one is kept whole."""
    match = _ID.search(value)
    return match[0] if match else value or None


def date(value: str) -> datetime | None:
    """The Date field, aware; a zone that is missing or unknown means UTC (RFC 5322 section 4.3)."""
    try:
        moment = parsedate_to_datetime(value[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None or moment.utcoffset() is None:
        moment = moment.replace(tzinfo=UTC)
    return moment


def addresses(value: str) -> tuple[Address, ...]:
    """An address list (RFC 5322 section 3.4) with groups flattened, malformed entries mended.

    An entry without an `@` is kept when it is one word (a local user); names are decoded.
    """
    found: list[Address] = []
    for entry in _entries(value):
        address = _address(entry)
        if address is not None:
            found.append(address)
            if len(found) == MAX_ADDRESSES:
                break
    return tuple(found)


@dataclass(slots=True)
class _Entry:
    """One entry of an address list while it is read: text, comments, what stood in `<>`."""

    phrase: list[str] = field(default_factory=list[str])
    comment: list[str] = field(default_factory=list[str])
    angle: list[str] = field(default_factory=list[str])


def _entries(value: str) -> Iterator[_Entry]:
    entry = _Entry()
    nesting = 0
    in_angle = False
    for match in _ADDRESS_TOKEN.finditer(value):
        piece = match[0]
        if nesting:
            nesting += {"(": 1, ")": -1}.get(piece, 0)
            if nesting:
                entry.comment.append(piece)
        elif piece == "(":
            nesting = 1
        elif in_angle:
            # A `<` that is never closed ends at the next entry, unless a route goes on.
            if piece == ">" or (piece == "," and not entry.angle[0].lstrip().startswith("@")):
                in_angle = False
                if piece == ",":
                    yield entry
                    entry = _Entry()
            else:
                entry.angle.append(piece)
        elif piece == "<":
            in_angle = True
            entry.angle = [""]
        elif piece in {",", ";"}:
            yield entry
            entry = _Entry()
        elif piece == ":":
            entry.phrase = []
        elif piece not in {'"', ">", ")"}:
            entry.phrase.append(piece)
    yield entry


def _address(entry: _Entry) -> Address | None:
    phrase, address = "".join(entry.phrase).strip(), "".join(entry.angle).strip()
    if not address:
        # A bare addr-spec; the comment behind it is the old way to give the name.
        words = _WORD.findall(phrase) if '"' in phrase else phrase.split()
        address = next((word for word in words if "@" in word), "")
        rest = [word for word in words if word is not address]
        if not address and len(words) == 1:
            address, rest = words[0], []
        phrase = " ".join(rest) or "".join(entry.comment)
    # A route (`<@relay,@relay2:user@host>`, obs-route) is no part of the address.
    address = address.rpartition(":")[2].strip() if "@" in address else address.strip()
    if '"' not in address:
        address = "".join(address.split())
    if address[:1] == address[-1:] == "'" or address.count('"') % 2:
        address = address.strip("'\"")
    local, at, domain = address.rpartition("@")
    email = f"{local}{at}{domain.lower()}" if at else domain
    name = decode_words(_unquoted(phrase))
    email = decode_words(email).replace(" ", "") if "=?" in email else email
    if not email or (not at and " " in email):
        return None
    return Address("" if name.strip("'").lower() == email.lower() else name, email)


def _unquoted(phrase: str) -> str:
    """A display name without its quotes and escapes (RFC 5322 section 3.2.4)."""
    if '"' in phrase:
        phrase = _QUOTED.sub(r"\1", phrase)
    if "\\" in phrase:
        phrase = _ESCAPED.sub(r"\1", phrase)
    return " ".join(phrase.split())


def content_type(value: str) -> tuple[str, dict[str, str]]:
    """A Content-Type or Content-Disposition: its lower-case value and its parameters.

    RFC 2231 continuations and charsets are joined and decoded.
    """
    kind, *rest = _AFTER_VALUE.split(value.strip(), maxsplit=1)
    return kind.lower(), parameters("".join(rest))


# The semicolon behind the value is forgotten at times.
_AFTER_VALUE = re.compile(r"[\s;,]+")
_PARAMETER = re.compile(r'\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*+"?|[^;]*)\s*;?', re.S)


def parameters(text: str) -> dict[str, str]:
    """The parameters behind a Content-* value, names in lower case (RFC 2045, 2231)."""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, str]] = {}
    extended: set[str] = set()
    for match in _PARAMETER.finditer(text[:10_000]):
        name, value = match[1].lower(), match[2].strip()
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:].removesuffix('"'))
        base, star, index = name.partition("*")
        if not star:
            plain.setdefault(name, value)
            continue
        number = index.rstrip("*")
        if index.endswith("*") or not index:
            extended.add(base)
        pieces.setdefault(base, {})[int(number) if number.isdecimal() else 0] = value
    for base, parts in pieces.items():
        joined = "".join(parts[number] for number in sorted(parts))
        plain[base] = _percent_decoded(joined) if base in extended else joined
    return plain


def _percent_decoded(value: str) -> str:
    charset, _, rest = value.partition("'")
    text = rest.partition("'")[2] if "'" in rest else value
    data = re.sub(
        rb"%([0-9A-Fa-f]{2})", lambda hit: bytes((int(hit[1], 16),)), text.encode("utf-8")
    )
    return decoded(data, charset if "'" in value else None)
