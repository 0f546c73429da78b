"""The name under a draft: the user's own, never one that the model made up. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from panzad.mail.message import Address
from panzad.mail.signatures import name_words
from panzad.writing.fact_words import ABBREVIATIONS, NO_NAMES

_MAX_NAME_WORDS = 4
_MAX_CLOSING_WORDS = 5

_FAREWELL = NO_NAMES - ABBREVIATIONS
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# What small models leave for the user to fill in.
_PLACEHOLDER = re.compile(r"[\[<{(][^\[\]<>{}()\n]{1,30}[\]>})]")
_ONE_LINE = re.compile(r"(?P<closing>[^\n,.!]{1,40}[,.!])\s{1,3}(?P<name>[^\n,!?]{1,60})\Z")


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the user, and how past mails of theirs end."""

    author: Address
    past: Sequence[str] = ()

    @property
    def names(self) -> frozenset[str]:
        """The words the user may sign with."""
        return name_words((self.author,)) | frozenset(
            word.casefold() for text in self.past for word in _WORD.findall(_signed_with(text))
        )

    @property
    def name(self) -> str:
        """The name as the user signs: as in past mails, else the first name."""
        for text in self.past:
            if signed := _signed_with(text):
                return signed
        family, _, first = self.author.name.partition(",")
        words = (first or family).split()
        return words[0] if words else ""


def own_sign_off(text: str, signer: Signer, others: Collection[str]) -> str:
    """`text` with the user's name where it is signed with another one or with a placeholder.

    `others` are the names of the people of the thread: a small model likes to sign as them, and
    to go on with a mail of theirs, which goes. A last line that may be anything is left alone;
    where the user has no name the false one goes.
    """
    text = _up_to_foreign(text.rstrip(), signer, others)
    above, _, last = text.rpartition("\n")
    if _is_foreign(last.strip(), above, signer, others):
        return f"{above}\n{signer.name}".rstrip()
    match = _ONE_LINE.search(last)
    if match and _is_foreign(match["name"], match["closing"], signer, others):
        return f"{text[: len(text) - len(match['name'])]}{signer.name}".rstrip()
    return text


def _up_to_foreign(text: str, signer: Signer, others: Collection[str]) -> str:
    """The text up to the first line that is another's name below a closing line."""
    lines = text.split("\n")
    above = ""
    for at, line in enumerate(lines[1:], start=1):
        if _closes(above) and _is_foreign(line.strip(), "", signer, others):
            return "\n".join(lines[: at + 1])
        above = line if line.strip() else above
    return text


def is_own_name(line: str, names: frozenset[str]) -> bool:
    """Whether a line is the user's name and nothing else."""
    words = [word.casefold() for word in _WORD.findall(line)]
    return (
        0 < len(words) <= _MAX_NAME_WORDS
        and any(_is_of(word, names) for word in words)
        and (all(_is_of(word, names) or len(word) <= 3 for word in words))
    )


def _is_foreign(line: str, above: str, signer: Signer, others: Collection[str]) -> bool:
    """Whether a last line is a name, and not the user's."""
    if _PLACEHOLDER.fullmatch(line):
        return True
    words = _WORD.findall(line)
    if not _looks_like_name(line, words) or _own(words, signer.names):
        return False
    known = {word.casefold() for name in others for word in _WORD.findall(name)}
    if all(word.casefold() in known for word in words):
        return True
    before = next((one for one in reversed(above.split("\n")) if one.strip()), "")
    return _closes(before)


def _looks_like_name(line: str, words: Sequence[str]) -> bool:
    return (
        0 < len(words) <= _MAX_NAME_WORDS
        and not re.search(r"[\d@:;!?,…]", line)
        and all(word[0] != word[0].lower() or len(word) <= 3 for word in words)
        and words[0][0] != words[0][0].lower()
        and not any(word.casefold() in NO_NAMES for word in words)
    )


def _own(words: Sequence[str], names: frozenset[str]) -> bool:
    """Whether the user's name, a short form of it ("Chris") or its initials stand there."""
    folded = [word.casefold() for word in words]
    initials = {name[0] for name in names if name}
    return any(_is_of(word, names) for word in folded) or all(
        len(word) <= 3 and set(word) <= initials for word in folded
    )


def _is_of(word: str, names: frozenset[str]) -> bool:
    return word in names or (len(word) >= 3 and any(name.startswith(word) for name in names))


def _closes(line: str) -> bool:
    """ "Best," and its like in any language: a few words and a comma, or words of farewell."""
    line = line.strip()
    words = _WORD.findall(line)
    if not 0 < len(words) <= _MAX_CLOSING_WORDS:
        return False
    return line.endswith((",", "，")) or all(word.casefold() in _FAREWELL for word in words)


def _signed_with(text: str) -> str:
    """The name that ends a mail of the user's own, behind a closing line."""
    above, _, last = text.rstrip().rpartition("\n")
    words = _WORD.findall(last)
    before = next((one for one in reversed(above.split("\n")) if one.strip()), "")
    return last.strip() if _looks_like_name(last, words) and _closes(before) else ""
