"""What the user wants never to be learnt from: people, folders, words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from panzad.mail.identities import canonical


class Exclusions:
    """The patterns of the user, ready to be asked.

    People and folders are shell patterns (`*@bank.example`, `Archive/*`), words stand for
    themselves as whole words. Case makes no difference, nor does the plus-tag of an address.
    """

    def __init__(
        self, people: Iterable[str] = (), folders: Iterable[str] = (), words: Iterable[str] = ()
    ) -> None:
        self._people = tuple(one.strip().lower() for one in people)
        self._folders = tuple(one.casefold() for one in folders)
        self._words = _whole_words([one.casefold() for one in words if one.strip()])

    def person(self, email: str) -> bool:
        """Whether an address is one of the excluded people's."""
        forms = {email.strip().lower(), canonical(email)}
        return any(fnmatchcase(form, one) for one in self._people for form in forms)

    def folder(self, name: str) -> bool:
        """Whether a folder, or one that it lies in, is excluded; `name` as the server lists it.

        Both usual delimiters are read: `Archive/*` excludes `Archive.2024` too.
        """
        forms = folder_forms(name)
        return any(fnmatchcase(form, one) for one in self._folders for form in forms)

    def text(self, text: str) -> bool:
        """Whether one of the excluded words stands in a text."""
        return self._words is not None and self._words.search(text.casefold()) is not None


def folder_forms(name: str) -> frozenset[str]:
    """The names that a folder can be called by, and those of the folders that it lies in.

    Casefolded, `/` for both usual delimiters. The `INBOX.` that some servers put before every
    folder (Courier, Dovecot) need not be written.
    """
    parts = folder_path(name).split("/")
    above = ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return frozenset({name.casefold(), *above})


def folder_path(name: str) -> str:
    """The one form by which folders are compared, whatever the server's delimiter and prefix."""
    parts = re.split(r"[/.]", name.casefold())
    if parts[0] == "inbox" and len(parts) > 1:
        parts = parts[1:]
    return "/".join(parts)


def _whole_words(words: Sequence[str]) -> re.Pattern[str] | None:
    """The words as one pattern, white space in them as loose as in a wrapped text."""
    if not words:
        return None
    loose = (r"\s+".join(re.escape(part) for part in word.split()) for word in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(loose)})(?!\w)")
