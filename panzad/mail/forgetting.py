"""What the user had forgotten, known by keyed digests only. Pure.

A digest cannot be read back, and without the key not even be guessed at. Who holds the database
has both, and can ask whether a certain address is among them: so much must be kept, or the next
sync would take in again what is to stay away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Literal

from panzad.mail.exclusion import folder_forms, folder_path
from panzad.mail.identities import canonical
from panzad.mail.sensitive import PLACEHOLDER

Kind = Literal["address", "message", "folder", "before"]

# RFC 5321 section 4.5.3.1: 64 octets before the @, 255 behind it. What is bounded stays linear.
ADDRESS = re.compile(r"(?<![\w.+%=-])[\w.+%=-]{1,64}@[\w.-]{0,254}\w")
MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be forgotten: an address, a Message-ID, a folder, or all before a day."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The digests of what is forgotten; `cutoffs` are days before which every mail is."""

    key: bytes = b""
    digests: frozenset[bytes] = field(default_factory=frozenset[bytes])
    cutoffs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.digests or self.cutoffs)

    def person(self, email: str) -> bool:
        """Whether an address is forgotten, its case and plus-tag aside."""
        return "@" in email and self._holds(Target("address", email))

    def message(self, message_id: str) -> bool:
        """Whether a mail is forgotten by its Message-ID."""
        return self._holds(Target("message", message_id))

    def folder(self, name: str) -> bool:
        """Whether a folder, or one that it lies in, is forgotten."""
        return any(self._holds(Target("folder", form)) for form in folder_forms(name))

    def dated(self, moment: str) -> bool:
        """Whether a mail of this moment (ISO 8601) is older than a cut-off."""
        return any(moment[:10] < cutoff for cutoff in self.cutoffs)

    def masked(self, text: str) -> str:
        """The text with a placeholder for every forgotten address in it."""
        if not self.digests or "@" not in text:
            return text
        return ADDRESS.sub(lambda found: PLACEHOLDER if self.person(found[0]) else found[0], text)

    def named(self, text: str) -> Iterator[str]:
        """The forgotten addresses and Message-IDs that stand in a text."""
        for found in ADDRESS.finditer(text):
            if self.person(found[0]):
                yield found[0]
        for found in MESSAGE_ID.finditer(text):
            if self.message(found[0]):
                yield found[0]

    def _holds(self, target: Target) -> bool:
        return bool(self.digests) and digest(self.key, target) in self.digests


def digest(key: bytes, target: Target) -> bytes:
    """The keyed digest (BLAKE2b, RFC 7693) by which a target is known again."""
    match target.kind:
        case "address":
            form = canonical(target.value)
        case "folder":
            form = folder_path(target.value)
        case "message" | "before":
            form = target.value.strip()
    text = f"{target.kind}\0{form}".encode("utf-8", "surrogatepass")
    return blake2b(text, key=key, digest_size=16).digest()


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{text} is no day; write it as YYYY-MM-DD") from None


def target_of(words: Iterable[str], message_ids: frozenset[str]) -> Target:
    """What the words of a command name. Raises ValueError, saying why, when they name nothing.

    `message_ids` are those on record: `a@b` without brackets may be one of them or an address.
    """
    match list(words):
        case ["before", day]:
            return Target("before", _day(day))
        case [one] if one.startswith("<") and one.endswith(">") and len(one) > 2:
            return Target("message", one)
        case [one] if f"<{one}>" in message_ids:
            return Target("message", f"<{one}>")
        case [one] if ADDRESS.fullmatch(one):
            return Target("address", one)
        case [one] if one.strip() and "@" not in one and one != "before":
            return Target("folder", one)
        case _:
            raise ValueError("name one address, <message-id> or folder, or: before YYYY-MM-DD")
