"""Takes a message apart into MIME parts (RFC 2045, 2046): second step of parsing. Never raises.

Written here and not left to the standard library because that walks every line through every
level of nesting: 10,000 levels of multipart end in a RecursionError. Here depth and number of
parts are bounded, and only the bodies that are read get copied.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from panzad.mail.charsets import decoded
from panzad.mail.headers import Header, content_type, split_header

# Real mail nests five or six levels deep.
MAX_DEPTH = 24
MAX_PARTS = 500
# As much of an encoded body is read: HTML with its pictures inside is large, text never.
MAX_BODY = 16_000_000

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_PADDING = re.compile(rb"=[ \t]*[\r\n]+")
_BASE64_LINES = re.compile(rb"[A-Za-z0-9+/=\r\n]+")
# The rule above a footer that a list put below a body it cannot read.
_FOOTER_RULE = re.compile(rb"[\r\n][-_*~#]{4}")
# A soft line break with the blanks that gateways put there (RFC 2045 section 6.7, rule 3), and
# with any line end: binascii skips all that stands between `=\r` and the next `\n`.
_SOFT_BREAK = re.compile(rb"=[ \t]*(?:\r*\n|\r)")


@dataclass(frozen=True, slots=True)
class Part:
    """A node of the MIME tree; `children` only for a multipart, `body` still encoded.

    `content_type` is lower case, `text/plain` where the field is missing or malformed.
    """

    header: Header
    content_type: str
    parameters: dict[str, str]
    disposition: str
    body: bytes
    children: tuple[Part, ...]

    def leaves(self) -> Iterator[Part]:
        """The parts that hold no others, in order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def text(self) -> str:
        """The body of a text part, transfer encoding and charset undone, `\\n` line ends."""
        encoding = self.header.text("content-transfer-encoding").lower().strip("\"' ")
        text = decoded(_transfer_decoded(self.body, encoding), self.parameters.get("charset"))
        if "\r" not in text:
            return text
        # Gateways that add a CR to each line add one to CRLF too.
        return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def tree(raw: bytes) -> Part:
    """The message as a tree of parts."""
    # Old Macintosh programs end lines by a CR alone; where there is one LF a CR ends nothing, so
    # that none in a value begins a field.
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return _Reader(raw).part(0, len(raw), 0, "text/plain")


class _Reader:
    """Reads parts by their offsets in one buffer and counts them, so that a bomb ends."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._parts = 0

    def part(self, start: int, end: int, depth: int, default_type: str) -> Part:
        self._parts += 1
        header, body_start = split_header(self._raw, start, end)
        kind, parameters = content_type(header.text("content-type"))
        if kind.count("/") != 1 or kind.startswith("/") or kind.endswith("/"):
            kind = default_type if not kind else "text/plain"
        disposition, more = content_type(header.text("content-disposition"))
        if "filename" in more:
            parameters.setdefault("name", more["filename"])
        children: tuple[Part, ...] = ()
        boundary = parameters.get("boundary", "").encode("utf-8").rstrip()
        if kind.startswith("multipart/"):
            if boundary and depth < MAX_DEPTH:
                child_type = "message/rfc822" if kind == "multipart/digest" else "text/plain"
                children = tuple(
                    self.part(first, last, depth + 1, child_type)
                    for first, last in self._pieces(boundary, body_start, end)
                )
            if not children:
                # Without its boundary it reads as what a person would see: text.
                kind = "text/plain" if depth < MAX_DEPTH else "application/octet-stream"
        body = (
            b""
            if children or not kind.startswith("text/")
            else self._raw[body_start : min(end, body_start + MAX_BODY)]
        )
        return Part(header, kind, parameters, disposition, body, children)

    def _pieces(self, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Offsets of the parts between the delimiter lines; a missing last one is the end."""
        raw = self._raw
        delimiter = b"--" + boundary
        piece: int | None = None
        position = start
        while self._parts < MAX_PARTS:
            found = raw.find(delimiter, position, end)
            if found < 0:
                break
            position = found + len(delimiter)
            if found > start and raw[found - 1] not in b"\n\r":
                continue
            newline = raw.find(b"\n", position, end)
            line_end = end if newline < 0 else newline + 1
            rest = raw[position : min(line_end, position + 200)].strip()
            if rest not in (b"", b"--"):
                continue
            if piece is not None:
                yield piece, _before_line_break(raw, found, piece)
            if rest == b"--":
                return
            piece = position = line_end
        if piece is not None and self._parts < MAX_PARTS:
            yield piece, end


def _before_line_break(raw: bytes, position: int, start: int) -> int:
    """The line break in front of a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    for line_break in (b"\r\n", b"\n", b"\r"):
        if raw.endswith(line_break, start, position):
            return position - len(line_break)
    return max(position, start)


def _transfer_decoded(body: bytes, encoding: str) -> bytes:
    """The body without its transfer encoding (RFC 2045 section 6); an unknown one is none."""
    if encoding.startswith("quoted-printable"):
        return binascii.a2b_qp(_SOFT_BREAK.sub(b"=\n", body))
    if encoding.startswith("base64"):
        return _base64_decoded(body)
    return body


def _base64_decoded(body: bytes) -> bytes:
    """The octets of a base64 body; what is not of its alphabet is passed over (RFC 2045, 6.8).

    Padding ends it, unless what follows is base64 too: some mailers encode in pieces.
    """
    rule = _FOOTER_RULE.search(body)
    pieces = _PADDING.split(body[: rule.start()] if rule else body)
    found: list[bytes] = []
    for index, piece in enumerate(pieces):
        data = piece.translate(None, _NOT_BASE64)
        last = index == len(pieces) - 1
        if index and (not _BASE64_LINES.fullmatch(piece) or (last and len(data) % 4)):
            break
        # A partial fetch cuts anywhere; one odd character at the end holds no octet.
        data = data[: len(data) - 1] if len(data) % 4 == 1 else data
        found.append(binascii.a2b_base64(data + b"=" * (-len(data) % 4)))
    return b"".join(found)
