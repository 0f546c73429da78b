"""Decides by a user's sent mails how the next one is written: pure, facts in, arrangement out.

Every habit is asked twice: of the mails with these people, and, where those are too few to tell,
of all. The newest mails decide, so that a changed habit is followed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import islice
from typing import TypeVar

from panzad.mail.compose import Placement
from panzad.mail.identities import canonical
from panzad.mail.message import Address
from panzad.store.habits import SentReply

_Trait = TypeVar("_Trait")

# Fewer cases are no habit; more than the newest are history.
ENOUGH = 3
NEWEST = 20

_PLACES: dict[str, Placement] = {
    "top": "below",
    "bottom": "above",
    # Answers between the lines cannot be written ahead; below the quote comes nearest.
    "interleaved": "above",
    "plain": "none",
}


def answers_all(
    replies: Sequence[SentReply], authors: Iterable[Address], others: Iterable[Address]
) -> bool | None:
    """Whether this user keeps the others in when answering these authors; None: cannot be told.

    A reply counts when the others were within reach: they are among its recipients (kept in), or
    they wrote in the thread that it answered and are not (left out).
    """
    wrote, rest = _emails(authors), _emails(others)
    with_these = [
        bool(one.recipients & rest)
        for one in map(_canonical, replies)
        if (one.recipients | one.thread) & wrote and (one.recipients | one.thread) & rest
    ]
    if len(with_these) >= ENOUGH:
        return _mostly(with_these)
    in_company = [
        len(one.recipients) > 1 for one in map(_canonical, replies) if len(one.thread) > 1
    ]
    return _mostly(in_company) if len(in_company) >= ENOUGH else None


def quote_place(replies: Sequence[SentReply], people: Iterable[Address]) -> Placement:
    """Where the quote stands relative to the text; below it where no habit is known."""

    def place(one: SentReply) -> Placement | None:
        return _PLACES.get(one.manner.layout)

    return _usual(replies, people, place) or "below"


def writes_html(replies: Sequence[SentReply], people: Iterable[Address]) -> bool:
    """Whether the user's replies have an HTML version."""
    return _usual(replies, people, lambda one: one.manner.html) or False


def language(replies: Sequence[SentReply], people: Iterable[Address]) -> str:
    """The language (ISO 639-1) that the user writes to these people in; empty when unknown."""
    return _usual(replies, people, lambda one: one.manner.language or None) or ""


def _usual(
    replies: Sequence[SentReply],
    people: Iterable[Address],
    trait: Callable[[SentReply], _Trait | None],
) -> _Trait | None:
    """The commonest trait of the newest replies to these people, else of the newest to anybody."""
    wanted = _emails(people)
    to_these = (one for one in replies if _canonical(one).recipients & wanted)
    for group in (to_these, replies):
        found = list(islice((seen for one in group if (seen := trait(one)) is not None), NEWEST))
        if len(found) >= ENOUGH:
            return Counter(found).most_common(1)[0][0]
    return None


def _mostly(cases: Sequence[bool]) -> bool:
    newest = cases[:NEWEST]
    return 2 * sum(newest) >= len(newest)


def _canonical(one: SentReply) -> SentReply:
    return SentReply(_folded(one.recipients), _folded(one.thread), one.manner)


def _emails(people: Iterable[Address]) -> frozenset[str]:
    return _folded([person.email for person in people])


def _folded(emails: Collection[str]) -> frozenset[str]:
    return frozenset(canonical(email) for email in emails)
