"""Chooses among several drafts of one mail: the truest one, that the others agree with. Pure.

A model's likeliest mail is short and leaves things out; one that was drawn by chance may stray. Of
many that were drawn, the one most like all the others is better than either: minimum Bayes risk
decoding (Eikema & Aziz 2020, arXiv 2005.10283), the likeness by character n-grams (chrF, Popović
2015). Beside it each departure from what is known has its price.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sacrebleu.metrics.chrf import CHRF

from panzad.mail.sameness import word_runs
from panzad.writing.facts import facts, words_of
from panzad.writing.greetings import Frame, frame_of

# A draft of which more than this share stands in the mail that it answers says nothing new.
MOST_ECHOED = 0.5
# What a draft is worth that is like all the others to the letter, in facts left out; what one costs
# that is empty of what is usual, in length and in each of greeting and sign-off. Weighed on 25 of
# one person's mails that were learnt from, asked for in full and in a line (benchmarks/LOG.md).
LIKENESS, SHORTNESS, FRAME = 4.0, 2.0, 0.5
_RUN = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft, how many facts in it stand in no source, and which share of it the thread says."""

    text: str
    invented: int
    echoed: float = 0.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a draft should be like; empty and 0 where nothing is usual.

    `names` are the words that the user may sign with, `people` those that somebody may be greeted
    by: all words that stand anywhere. Both are in lower case.
    """

    greeting: str
    sign_off: str
    words: int
    instruction: str
    names: frozenset[str]
    people: frozenset[str]


def choose(candidates: Sequence[Candidate], wanted: Wanted) -> int:
    """Which candidate to take; of equals the first. There must be one."""
    shared = agreement([one.text for one in candidates])
    costs = [
        price(one, wanted) - LIKENESS * likeness
        for one, likeness in zip(candidates, shared, strict=True)
    ]
    return costs.index(min(costs))


def agreement(texts: Sequence[str]) -> list[float]:
    """How like the others each text is on average, 0 to 1; 0 for one alone.

    chrF weighs what a text lacks of the other twice as much as what it has beyond it.
    """
    likeness = cache(CHRF().sentence_score)
    others = max(1, len(texts) - 1)
    return [
        sum(likeness(text, (other,)).score for at, other in enumerate(texts) if at != place)
        / (100 * others)
        for place, text in enumerate(texts)
    ]


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
        + _greets_a_stranger(frame, wanted.people)
        + FRAME * _differs(frame.greeting, wanted.greeting)
        + FRAME * _differs(frame.sign_off, wanted.sign_off)
        + (SHORTNESS * max(0.0, 1 - words / wanted.words) if wanted.words else 0.0)
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


def _greets_a_stranger(frame: Frame, people: frozenset[str]) -> bool:
    return bool(frame.called) and words_of([frame.called]).isdisjoint(people)


def _differs(found: str, usual: str) -> bool:
    return bool(usual) and " ".join(found.lower().split()) != " ".join(usual.lower().split())
