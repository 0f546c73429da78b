"""A mail's part tree as BODYSTRUCTURE tells it, and the small mail rebuilt from it: pure.

The skeleton is what the mail room parses: the mail's own header, its multipart tree, the text
leaves that were fetched, and every other leaf present but empty.
"""

from __future__ import annotations

import email.errors
import email.parser
import email.policy
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from panzad.mail.parse import READABLE

_CRLF = b"\r\n"
_MAX_DEPTH = 30


@dataclass(frozen=True, slots=True)
class Part:
    """A body part (RFC 9051 section 7.5.2). `number` is its section, "" for a multipart message.

    `content_type` in lower case; `parameters` are its Content-Type parameters, names in lower
    case; `octets` is the encoded size.
    """

    number: str
    content_type: str
    parameters: tuple[tuple[str, str], ...]
    encoding: str
    octets: int
    disposition: str
    filename: str
    children: tuple[Part, ...]

    @property
    def readable(self) -> bool:
        """Whether a person would read this leaf as the mail's text."""
        return self.content_type in READABLE and self.disposition != "attachment"


def parts_of(body: object) -> Part:
    """The tree in a BODYSTRUCTURE as IMAPClient parses it. Raises ValueError when it makes none."""
    return _part(body, "", 0)


def leaves(part: Part) -> Iterator[Part]:
    """The parts without children, in order."""
    if not part.children:
        yield part
    for child in part.children:
        yield from leaves(child)


def readable(part: Part) -> tuple[Part, ...]:
    """The leaves to fetch."""
    return tuple(leaf for leaf in leaves(part) if leaf.readable)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A fetched leaf: its own MIME header (empty when the server has none), its encoded body."""

    mime: bytes
    body: bytes


def skeleton(header: bytes, part: Part, fetched: Mapping[str, Leaf]) -> bytes:
    """The mail with `header`, the tree of `part` and the leaves in `fetched` (by section).

    Raises ValueError when the header and the tree contradict each other.
    """
    top = _closed(header)
    if not part.children:
        leaf = fetched.get(part.number)
        return top + (leaf.body if leaf else b"")
    boundary = _boundary_of(top)
    if boundary is None:
        raise ValueError("a multipart without a boundary in its header")
    return top + _multipart(part, boundary, fetched)


def _multipart(part: Part, boundary: bytes, fetched: Mapping[str, Leaf]) -> bytes:
    pieces: list[bytes] = []
    for child in part.children:
        pieces += [b"--", boundary, _CRLF, _entity(child, boundary, fetched), _CRLF]
    return b"".join([*pieces, b"--", boundary, b"--", _CRLF])


def _entity(part: Part, outer: bytes, fetched: Mapping[str, Leaf]) -> bytes:
    if part.children:
        boundary = f"=_panzad_{part.number}_{zlib.crc32(outer):08x}"
        kind = f'Content-Type: {_quotable(part.content_type)}; boundary="{boundary}"\r\n\r\n'
        return kind.encode("utf-8") + _multipart(part, boundary.encode("ascii"), fetched)
    leaf = fetched.get(part.number)
    if leaf is None:
        return _made_header(part) + _CRLF
    return _closed(leaf.mime or _made_header(part)) + leaf.body


def _made_header(part: Part) -> bytes:
    """A leaf's MIME header from what BODYSTRUCTURE says, for leaves whose own was not fetched."""
    kind = _quotable(part.content_type) + "".join(
        f'; {_quotable(name)}="{_quotable(value)}"' for name, value in part.parameters
    )
    lines = [f"Content-Type: {kind}"]
    if part.encoding:
        lines.append(f"Content-Transfer-Encoding: {_quotable(part.encoding)}")
    if part.disposition:
        filename = f'; filename="{_quotable(part.filename)}"' if part.filename else ""
        lines.append(f"Content-Disposition: {_quotable(part.disposition)}{filename}")
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


def _quotable(value: str) -> str:
    kept = "".join(character for character in value if character.isprintable())
    return kept.replace("\\", "\\\\").replace('"', '\\"')


def _closed(header: bytes) -> bytes:
    """A header that ends with exactly one empty line."""
    text = header.rstrip(b"\r\n")
    return text + _CRLF * 2 if text else _CRLF


def _boundary_of(header: bytes) -> bytes | None:
    """The boundary as the parser that reads the skeleton will see it."""
    try:
        parsed = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(header)
        boundary = parsed.get_boundary()
    except (ValueError, LookupError, email.errors.MessageError):
        return None
    return boundary.encode("utf-8", "surrogateescape") if boundary else None


def _part(body: object, number: str, depth: int) -> Part:
    if depth > _MAX_DEPTH:
        raise ValueError("parts nested too deep")
    if not isinstance(body, tuple) or not body:
        raise ValueError("no body structure")
    if isinstance(body[0], (list, tuple)):
        return _multi(body, number, depth)
    return _single(body, number or "1")


def _multi(body: tuple[object, ...], number: str, depth: int) -> Part:
    # IMAPClient puts the children into a list at the front, but not those of a nested message.
    inner = body[0] if isinstance(body[0], list) else [one for one in body if _is_part(one)]
    rest = body[1:] if isinstance(body[0], list) else body[len(inner) :]
    children = tuple(
        _part(child, f"{number}.{index}" if number else str(index), depth + 1)
        for index, child in enumerate(inner, start=1)
    )
    subtype = _text(rest[0]).lower() if rest else ""
    return Part(number, f"multipart/{subtype or 'mixed'}", (), "", 0, "", "", children)


def _is_part(value: object) -> bool:
    return isinstance(value, tuple)


def _single(body: tuple[object, ...], number: str) -> Part:
    if len(body) < 7:
        raise ValueError("too few fields in a body part")
    kind, subtype = _text(body[0]).lower(), _text(body[1]).lower()
    if not kind:
        raise ValueError("a body part without a type")
    parameters = _pairs(body[2])
    disposition, filename = _disposition(body, kind, subtype)
    return Part(
        number=number,
        content_type=f"{kind}/{subtype or 'octet-stream'}",
        parameters=parameters,
        encoding=_text(body[5]).lower(),
        octets=body[6] if isinstance(body[6], int) else 0,
        disposition=disposition,
        filename=filename or dict(parameters).get("name", ""),
        children=(),
    )


def _disposition(body: tuple[object, ...], kind: str, subtype: str) -> tuple[str, str]:
    """Content-Disposition among the extension fields, where several servers leave some out."""
    fixed = 10 if (kind, subtype) == ("message", "rfc822") else 8 if kind == "text" else 7
    for value in body[fixed:]:
        match value:
            case (bytes() as name, None | tuple() as parameters):
                return _text(name).lower(), dict(_pairs(parameters)).get("filename", "")
    return "", ""


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, tuple):
        return ()
    names, values = value[::2], value[1::2]
    return tuple(
        (_text(name).lower(), _text(one)) for name, one in zip(names, values, strict=False)
    )


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, int) else ""
