"""Chooses among several drafts of one mail: the one most like the user's and truest. Pure.

Each departure has a price; the cheapest draft is taken. What nobody has said, and what was asked
for and is not said, weigh as much as a greeting or sign-off that is not the user's; so does twice
or half the usual length.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log2

from panzad.mail.sameness import word_runs
from panzad.writing.facts import facts
from panzad.writing.greetings import frame_of

# A draft of which more than this share stands in the mail that it answers says nothing new.
MOST_ECHOED = 0.5
_RUN = 4
# A draft of less than this share of the expected words is too short to be the only one, where more
# than a line is expected.
SHORTEST = 0.75
_LINE_WORDS = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft, how many facts in it stand in no source, and which share of it the thread says."""

    text: str
    invented: int
    echoed: float = 0.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a draft should be like; empty and 0 where nothing is usual.

    `names` are the words that the user may sign with, in lower case.
    """

    greeting: str
    sign_off: str
    words: int
    instruction: str
    names: frozenset[str]


def choose(candidates: Sequence[Candidate], wanted: Wanted) -> int:
    """Which candidate to take; of equals the first. There must be one."""
    return min(range(len(candidates)), key=lambda index: price(candidates[index], wanted))


def price(candidate: Candidate, wanted: Wanted) -> float:
    """How far a draft is from what is wanted; 0 at best, infinite for an empty one."""
    words = len(candidate.text.split())
    if not words:
        return float("inf")
    frame = frame_of(candidate.text, wanted.names)
    return (
        candidate.invented
        + 2 * (candidate.echoed > MOST_ECHOED)
        + unsaid(candidate.text, wanted.instruction)
        + _differs(frame.greeting, wanted.greeting)
        + _differs(frame.sign_off, wanted.sign_off)
        + (abs(log2(words / wanted.words)) if wanted.words else 0.0)
    )


def faultless(candidate: Candidate, wanted: Wanted) -> bool:
    """Whether it says something of its own, all facts of the instruction, and none invented.

    Much less than is usual may lack what was asked for, too.
    """
    least = SHORTEST * wanted.words if wanted.words > _LINE_WORDS else 1
    return (
        len(candidate.text.split()) >= least
        and candidate.echoed <= MOST_ECHOED
        and not candidate.invented
        and not unsaid(candidate.text, wanted.instruction)
    )


def echoed(draft: str, thread: Iterable[str]) -> float:
    """Which share of a draft's runs of four words stands in the mails that it answers."""
    said = {run for turn in thread for run in _runs(turn)}
    own = _runs(draft)
    return sum(run in said for run in own) / len(own) if own else 0.0


def _runs(text: str) -> list[tuple[str, ...]]:
    return list(word_runs([word.strip(".,;:!?\"'()").casefold() for word in text.split()], _RUN))


def unsaid(draft: str, instruction: str) -> int:
    """How many facts of the instruction (dates, numbers, names, links, …) a draft does not say."""
    said = frozenset(value for one in facts(draft) for value in one.values)
    return sum(not one.values & said for one in facts(instruction))


def _differs(found: str, usual: str) -> bool:
    return bool(usual) and " ".join(found.lower().split()) != " ".join(usual.lower().split())
