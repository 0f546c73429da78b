"""Chooses among several drafts of one mail: one that says all, as most of the others do. Pure.

A model's likeliest mail is short and leaves things out; one that was drawn by chance may stray. Of
many that were drawn, the one most like all the others is better than either: minimum Bayes risk
decoding (Eikema & Aziz 2020, arXiv 2005.10283), the likeness by character n-grams (chrF, Popović
2015). It counts among those that say what was asked for, less each departure from what is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import fsum

from panzad.mail.language import language_of
from panzad.mail.sameness import word_runs
from panzad.writing.fact_words import NO_NAMES, TITLES
from panzad.writing.facts import facts
from panzad.writing.greetings import Frame, frame_of

# A draft of which more than this share stands in the mail that it answers says nothing new.
MOST_ECHOED = 0.5
# In facts invented: what a draft is worth that is like all the others to the letter, and what it
# costs to lack all of the usual length, and not to have the usual greeting, or sign-off.
LIKENESS = 4.0
SHORTNESS = 2.0
FRAME = 0.5
_RUN = 4
# So many letters tell a name: it is declined, shortened and joined in many ways.
_BEGINNING = 3
_NOBODY = (
    NO_NAMES
    | TITLES
    | frozenset(
        """
        editor editors colleague colleagues manager support committee
        """.split()  # noqa: SIM905
    )
)
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft, how many facts in it stand in no source, and which share of it the thread says."""

    text: str
    invented: int
    echoed: float = 0.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a draft should be like; empty and 0 where nothing is usual.

    `language` is ISO 639-1; `names` are the words that the user may sign with, in lower case;
    `nameable` is what the names by which somebody may be greeted begin with.
    """

    greeting: str
    sign_off: str
    words: int
    instruction: str
    names: frozenset[str]
    nameable: frozenset[str]
    language: str = ""


def choose(candidates: Sequence[Candidate], wanted: Wanted) -> int:
    """Which candidate to take; of equals the first. There must be one.

    What says more of what was asked for goes first, however many others say less.
    """
    shared = agreement([one.text for one in candidates])
    costs = [
        (lacks(one, wanted), departure(one, wanted) - LIKENESS * likeness)
        for one, likeness in zip(candidates, shared, strict=True)
    ]
    return costs.index(min(costs))


def agreement(texts: Sequence[str]) -> list[float]:
    """How like the others each text is on average, 0 to 1; 0 for one alone.

    chrF weighs what a text lacks of the other twice as much as what it has beyond it.
    """
    # Here, for it takes memory that a worker which waits for marks need not hold.
    from sacrebleu.metrics.chrf import CHRF

    likeness = cache(CHRF().sentence_score)
    others = max(1, len(texts) - 1)
    # Exact sums: the same text is as like the others wherever it stands.
    return [
        fsum(likeness(text, (other,)).score for at, other in enumerate(texts) if at != place)
        / (100 * others)
        for place, text in enumerate(texts)
    ]


def lacks(candidate: Candidate, wanted: Wanted) -> float:
    """How much of what was asked for is missing; infinite for an empty draft.

    A draft that says its thread back, or is in another language, lacks an answer, whatever else it
    says.
    """
    if not candidate.text.split():
        return float("inf")
    foreign = bool(wanted.language) and (
        language_of(candidate.text, wanted.language) != wanted.language
    )
    echoes = candidate.echoed > MOST_ECHOED
    return unsaid(candidate.text, wanted.instruction) + 2 * (foreign or echoes)


def departure(candidate: Candidate, wanted: Wanted) -> float:
    """How far a draft is from what is known and usual; 0 at best."""
    frame = frame_of(candidate.text, wanted.names)
    words = len(candidate.text.split())
    return (
        candidate.invented
        + _greets_a_stranger(frame, wanted.nameable)
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


def nameable(texts: Iterable[str]) -> frozenset[str]:
    """What the words of these texts begin with: whoever stands in them may be greeted."""
    words = (word for text in texts for word in _LETTERS.findall(text.casefold()))
    return frozenset(word[:_BEGINNING] for word in words if word not in _NOBODY)


def _greets_a_stranger(frame: Frame, known: frozenset[str]) -> bool:
    called = nameable([frame.called])
    return bool(called) and called.isdisjoint(known)


def _differs(found: str, usual: str) -> bool:
    return bool(usual) and " ".join(found.lower().split()) != " ".join(usual.lower().split())
