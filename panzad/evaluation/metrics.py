"""Figures of drafts against the true mails, and how far they may be trusted. Pure.

A draft is compared with what its user really wrote. All figures but `length_ratio` and
`gaps_per_draft` lie between 0 and 1, BLEU between 0 and 100.
"""

from __future__ import annotations

import random
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

import sacrebleu
from rouge_score.rouge_scorer import RougeScorer

from panzad.writing.facts import facts, unprompted

ROUNDS = 300

_T = TypeVar("_T")

_GAP = re.compile(r"\[\?\w+\]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, the mail the user really wrote, and the instruction (empty in reply mode)."""

    text: str
    truth: str
    instruction: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of a set of drafts.

    `length_ratio` is all drafts' length over all mails'. `greeting` and `sign_off` are the share
    of drafts that begin and end as the mail does. `fact_recall` is the share of the instructions'
    names, dates, numbers and links that stand in the drafts; None when the instructions have none.
    """

    drafts: int
    bleu: float
    rouge_l: float
    length_ratio: float
    greeting: float
    sign_off: float
    fact_recall: float | None
    gaps_per_draft: float
    seconds_per_draft: float

    def rounded(self) -> dict[str, float | int | None]:
        """The figures by name, to three places."""
        return {
            name: value if value is None or isinstance(value, int) else round(value, 3)
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure with the bounds that hold 95 % of what other mails may give."""

    value: float
    low: float
    high: float


def scores(drafts: Sequence[Drafted]) -> Scores:
    """The figures of `drafts`. Raises ValueError when there are none."""
    if not drafts:
        raise ValueError("no drafts to score")
    recalls = [fact_recall(one.instruction, one.text) for one in drafts]
    found, wanted = sum(one[0] for one in recalls), sum(one[1] for one in recalls)
    return Scores(
        drafts=len(drafts),
        bleu=bleu(drafts),
        rouge_l=statistics.fmean(rouge_l(one.text, one.truth) for one in drafts),
        length_ratio=length_ratio(drafts),
        greeting=statistics.fmean(greeting(one.text) == greeting(one.truth) for one in drafts),
        sign_off=statistics.fmean(sign_off(one.text) == sign_off(one.truth) for one in drafts),
        fact_recall=found / wanted if wanted else None,
        gaps_per_draft=statistics.fmean(len(_GAP.findall(one.text)) for one in drafts),
        seconds_per_draft=statistics.fmean(one.seconds for one in drafts),
    )


def bleu(drafts: Sequence[Drafted]) -> float:
    """Corpus BLEU as sacrebleu has it (Post 2018): 13a tokens, one reference, 0 to 100."""
    texts, truths = [one.text for one in drafts], [one.truth for one in drafts]
    return sacrebleu.corpus_bleu(texts, [truths]).score


def rouge_l(text: str, truth: str) -> float:
    """F-measure of the longest common subsequence (Lin 2004), words stemmed."""
    return _ROUGE.score(truth, text)["rougeL"].fmeasure


def length_ratio(drafts: Sequence[Drafted]) -> float:
    """Characters of all drafts over those of all mails."""
    return sum(len(one.text) for one in drafts) / max(1, sum(len(one.truth) for one in drafts))


def greeting(text: str) -> str:
    """How a mail greets, without the name: `dear` of "Dear Tom,"; empty when it does not.

    A greeting is a first line of its own, a few words that end in a comma, a colon or a mark of
    exclamation, or that an empty line follows.
    """
    lines = [line.strip() for line in text.strip().split("\n")]
    first = lines[0]
    alone = len(lines) > 1 and not lines[1] and not first.endswith((".", "?", "…"))
    if len(first.split()) > 6 or not (alone or first.endswith((",", "!", ":", "，", "：", "！"))):
        return ""
    return _first_word(first)


def sign_off(text: str) -> str:
    """How a mail ends, without the name: `best` of "Best, / Ann"; empty when it does not.

    A sign-off is a line of a few words that ends in a comma, with at most a name below it; or a
    last line of one or two words, which is the name alone.
    """
    lines = [line.strip() for line in text.strip().split("\n") if line.strip()]
    for line in reversed(lines[1:][-2:]):
        if len(line.split()) <= 5 and line.endswith((",", "，", "!")):
            return line.rstrip(",，! ").casefold()
    if len(lines) > 1 and len(lines[-1].split()) <= 2 and not lines[-1].endswith((".", "?")):
        return "(name)"
    return ""


def fact_recall(instruction: str, draft: str) -> tuple[int, int]:
    """How many of the instruction's facts stand in the draft, and how many there are.

    Facts are what grounding holds a draft to, and names; other ways to write one count.
    """
    wanted = {one.values for one in facts(instruction)}
    missing = {one.values for one in unprompted(instruction, draft)}
    return len(wanted) - len(missing), len(wanted)


def over_mails(
    mails: Sequence[_T], figure: Callable[[Sequence[_T]], float], seed: int = 0
) -> Spread:
    """The spread of a figure over mails: a percentile bootstrap of 95 % (Efron 1979)."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    values = sorted(figure(rng.choices(mails, k=len(mails))) for _ in range(ROUNDS))
    return Spread(figure(mails), values[int(0.025 * ROUNDS)], values[int(0.975 * ROUNDS)])


_ROUGE = RougeScorer(["rougeL"], use_stemmer=True)


def _first_word(line: str) -> str:
    word = _WORD.search(line)
    return word[0].casefold() if word else ""
