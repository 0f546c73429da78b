"""Writes header fields (RFC 5322, 2047): values cleaned, folded, never a line too long.

Header injection is impossible by construction: every value loses its control characters, ids and
addresses must have their form or are left out, and lines are folded only here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence

from panzad.mail.message import Address

_MAX_LINE = 76
# RFC 5322 section 2.1.1 allows 998 octets; ids near that come from nobody.
_MAX_TOKEN = 900
# Line and paragraph separators, and halves of characters, break lines in some readers too.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ID = re.compile(r"<?[^\s<>\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+>?")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_LOCAL_PART = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00a1-\U0010ffff-]{1,200}"
    r'|"(?:[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|\\[!-~]){1,200}"'
)
_DOMAIN = re.compile(r"[A-Za-z0-9.\u00a1-\U0010ffff-]+|\[[A-Za-z0-9.:-]+\]")
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def new_message_id(domain: str, token: str) -> str:
    """`<token@domain>`, both cut down to what an id may hold; `token` makes it unique."""
    left = re.sub(r"[^A-Za-z0-9._-]+", "", token).strip(".")
    right = re.sub(r"[^A-Za-z0-9.-]+", "", _ascii_domain(domain)).strip(".")
    return f"<{left or 'draft'}@{right or 'localhost'}>"


def plain(value: str) -> str:
    """A value on one line without control characters."""
    return " ".join(_CONTROL.sub(" ", value).split())


def text_field(name: str, value: str) -> bytes:
    """An unstructured field. Raises ValueError when `name` is no field name (our own mistake)."""
    if not _FIELD_NAME.fullmatch(name):
        raise ValueError(f"no header name: {name!r}")
    return folded(name, _unstructured(value))


def ids_field(name: str, ids: Iterable[str]) -> bytes:
    """A field of message ids, byte for byte; nothing when none of them is one.

    Ids with 8-bit characters are left out: their bytes are not known any more.
    """
    good = [one for one in ids if len(one) <= _MAX_TOKEN and one.isascii() and _ID.fullmatch(one)]
    return folded(name, good) if good else b""


def addresses_field(name: str, addresses: Sequence[Address]) -> bytes:
    """A field of mailboxes; those that are none are left out, nothing when none is left.

    All is ASCII but the local part of an internationalised address (RFC 6532), which has no
    other form.
    """
    entries = [words for address in addresses if (words := _mailbox(address))]
    if not entries:
        return b""
    tokens: list[str] = []
    for index, words in enumerate(entries):
        comma = "," if index < len(entries) - 1 else ""
        tokens.extend((*words[:-1], words[-1] + comma))
    return folded(name, tokens)


def folded(name: str, tokens: Sequence[str]) -> bytes:
    """A field with its words, broken into lines of at most 76 characters where it can.

    For words that hold no control character.
    """
    lines = [f"{name}:"]
    for index, token in enumerate(tokens):
        if index and len(lines[-1]) + 1 + len(token) > _MAX_LINE:
            lines.append("")
        lines[-1] += f" {token}"
    return "\r\n".join(lines).encode("utf-8") + b"\r\n"


def _mailbox(address: Address) -> list[str]:
    """A mailbox as words that may be folded between; empty when it is no address."""
    local, _, domain = address.email.rpartition("@")
    domain = _ascii_domain(domain)
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain) or len(domain) > 253:
        return []
    spec = f"{local}@{domain}"
    if len(spec.encode()) > _MAX_TOKEN:
        return []
    name = plain(address.name)
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


def _unstructured(value: str) -> list[str]:
    """The words of a text field; as encoded words when it is not plain ASCII of sane length."""
    value = plain(value)
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
