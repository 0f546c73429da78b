"""Says whether two texts are one mail's, and whether a name written somewhere is an author's. Pure.

Quotes are re-wrapped, cut and sprinkled with answers, so texts are compared by their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from panzad.mail import headers
from panzad.mail.identities import canonical
from panzad.mail.message import Address, Message

# Fewer words say nothing unless all are the same.
_TELLING = 6
_SHARED = 0.7

_WORD = re.compile(r"\w+")


def word_runs(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    """All runs of so many neighbouring words, in order."""
    return zip(*(words[at:] for at in range(length)), strict=False)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A text as it is compared: how many words it has, all of them, and its word triples."""

    length: int
    words: str
    triples: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, text: str) -> Fingerprint:
        """The fingerprint of a text."""
        words = _WORD.findall(text.lower())
        return cls(len(words), " ".join(words), frozenset(word_runs(words, 3)))

    @property
    def telling(self) -> bool:
        """Whether the text is long enough to be known by its words alone."""
        return self.length >= _TELLING

    def same(self, other: Fingerprint) -> bool:
        """Whether most word triples of the shorter text stand in both, or all words are equal."""
        if self.words == other.words:
            return True
        shorter, longer = sorted((self, other), key=lambda one: one.length)
        if not shorter.telling:
            return False
        return len(shorter.triples & longer.triples) >= _SHARED * len(shorter.triples)


def written_by(author: str) -> Address:
    """A quote's author, as an attribution names it, as an address; without `@` a bare name."""
    found = headers.addresses(author) if "@" in author else ()
    return found[0] if found else Address(author, "")


def same_person(one: Address, other: Address) -> bool:
    """Whether two addresses may be one person: by their emails, else by the words of the names."""
    if "@" in one.email and "@" in other.email:
        return canonical(one.email) == canonical(other.email)
    first, second = (frozenset(_WORD.findall(who.name.lower())) for who in (one, other))
    # "Lee, Ann" is "Ann Lee"; "Ann wrote:" and "Ann Lee (Houston)" mean her too.
    return bool(first and second) and (first <= second or second <= first)


def author_of(message: Message) -> Address:
    """Who wrote a mail; an empty address when it does not say."""
    return message.from_[0] if message.from_ else Address("", "")
