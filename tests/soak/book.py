"""What a user knows of the own mailbox: each mail and where it lies, each draft that was asked for.

The user's acts write it, and nothing that panzad does. The checks hold the mailbox and the database
against it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

WATCHED = ("INBOX", "Projects")

# What the user did to a draft of panzad's: changed it in Drafts, sent it (changed or not), deleted
# it, or answered its mail in other words.
Fate = Literal["edited", "sent-unchanged", "sent-edited", "thrown away", "answered-without"]


@dataclass(slots=True)
class Letter:
    """A mail of the user's. `folder` is None when it is deleted for good.

    `answers` is the id of the mail that it answers, `overtaken` says that a newer one of the thread
    would be answered in its place, `automatic` that nobody would answer it. `draft` is the mark
    whose draft it was, before the user saved it.
    """

    message_id: str
    raw: bytes
    folder: str | None
    answers: str | None = None
    sender: str = ""
    flagged: bool = False
    overtaken: bool = False
    automatic: bool = False
    answered_at: float = 0.0
    draft: int | None = None


@dataclass(slots=True)
class Taken:
    """A flag that was taken off at once: when, and how many marks its mail had had before."""

    message_id: str
    at: float
    marks_before: int


@dataclass(slots=True)
class Book:
    """One account. `drafts` and `refusals` count what is to come of the flags, by Message-ID."""

    letters: dict[str, Letter] = field(default_factory=dict)
    drafts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    fates: dict[int, Fate] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    cancelled: Counter[str] = field(default_factory=Counter)

    def lying(self, *folders: str) -> list[Letter]:
        """The mails in these folders."""
        return [one for one in self.letters.values() if one.folder in folders]

    def flagged(self, *folders: str) -> set[str]:
        """The ids of the flagged mails in these folders."""
        return {one.message_id for one in self.lying(*folders) if one.flagged}

    def takes_back(self, message_id: str, moment: float) -> None:
        """The flag that was just put on a mail is off again, at a moment in seconds since 1970."""
        self.taken.append(Taken(message_id, moment, self.marks(message_id)))

    def marks(self, message_id: str) -> int:
        """How many marks a mail has had that came to something."""
        counters = (self.drafts, self.refusals, self.cancelled)
        return sum(one[message_id] for one in counters)
