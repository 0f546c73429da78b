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

PLACES: dict[str, Placement] = {
    "top": "below",
    "bottom": "above",
    # Answers between the lines cannot be written ahead; below the quote comes nearest.
    "interleaved": "above",
    "plain": "none",
}


def leaves_out(
    replies: Sequence[SentReply], authors: Iterable[Address], others: Iterable[Address]
) -> bool:
    """Whether this user clearly answers these authors without the others.

    A reply counts when the others were within reach: they are among its recipients (kept in), or
    they wrote in the thread that it answered and are not (left out). The latter may have left
    the talk before, so only a clear habit says that people are to be dropped.
    """
    wrote, rest = _emails(authors), _emails(others)
    sent = [_canonical(one) for one in replies]
    with_these = [
        not one.recipients & rest
        for one in sent
        if (one.recipients | one.thread) & wrote and (one.recipients | one.thread) & rest
    ]
    if len(with_these) >= ENOUGH:
        return _clearly(with_these)
    return _clearly([len(one.recipients) == 1 for one in sent if len(one.thread) > 1])


def answers_list_alone(replies: Sequence[SentReply], posts: Collection[str]) -> bool:
    """Whether this user's replies on a list go to nobody but the list (`posts`, canonical)."""
    wanted = frozenset(posts)
    sent = map(_canonical, replies)
    return _clearly([one.recipients <= wanted for one in sent if one.recipients & wanted])


def quote_place(replies: Sequence[SentReply], people: Iterable[Address]) -> Placement:
    """Where the quote stands relative to the text; below it where no habit is known."""

    def place(one: SentReply) -> Placement | None:
        return PLACES.get(one.manner.layout)

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
    for group, enough in ((to_these, ENOUGH), (replies, 1)):
        found = list(islice((seen for one in group if (seen := trait(one)) is not None), NEWEST))
        if len(found) >= enough:
            return Counter(found).most_common(1)[0][0]
    return None


def _clearly(cases: Sequence[bool]) -> bool:
    """Whether three of four newest cases say yes, and there are enough of them."""
    newest = cases[:NEWEST]
    return len(newest) >= ENOUGH and 4 * sum(newest) >= 3 * len(newest)


def _canonical(one: SentReply) -> SentReply:
    return SentReply(_folded(one.recipients), _folded(one.thread), one.manner)


def _emails(people: Iterable[Address]) -> frozenset[str]:
    return _folded([person.email for person in people])


def _folded(emails: Collection[str]) -> frozenset[str]:
    return frozenset(canonical(email) for email in emails)
