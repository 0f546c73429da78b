"""Whose style a text is in, by its character n-grams: among several people, or for one alone."""

from __future__ import annotations

import bisect
import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

ORDER = 4
FOLDS = 5
# More mails tell no more of a style, and counting their characters takes a second per hundred.
NEWEST = 300
# A share of a person's few mails says little; the classifier's folds need some as well.
MIN_MAILS = 10

_START, _END = "\x02", "\x03"
# What an unseen character costs: one of 2^8.
_UNSEEN = 1 / 256


class Authors:
    """Tells people apart: trained on their real mail only, it says who may have written a text."""

    def __init__(self, mails: Mapping[str, Sequence[str]]) -> None:
        """`mails` are the texts of each person. Raises ValueError for fewer than two people."""
        if len(mails) < 2:
            raise ValueError("one person's mails cannot be told from nobody's")
        texts = [text for one in mails.values() for text in one]
        names = [name for name, one in mails.items() for _ in one]
        self._people = list(mails)
        self._model = classifier().fit(texts, names)

    def shares(self, texts: Sequence[str]) -> dict[str, float]:
        """The share of `texts` given to each person."""
        given = Counter(self._model.predict(list(texts)))
        return {name: given[name] / len(texts) for name in self._people}


def classifier() -> Pipeline:
    """A linear support vector machine over weighted character n-grams inside words."""
    ngrams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    return make_pipeline(ngrams, LinearSVC(class_weight="balanced", random_state=0))


class Voice:
    """How far a text reads as one person's own, without any other person to compare with.

    A character model of the mails (interpolated n-grams, Witten and Bell 1991) says how many bits
    a character of a text costs; the score is the share of the person's own mails that, left out
    of the model, cost as many or more. Own mails have 0.5 on average, another's text next to 0.
    """

    def __init__(self, mails: Sequence[str], seed: int = 0) -> None:
        """The last NEWEST of `mails` tell. Raises ValueError for fewer than MIN_MAILS mails."""
        if len(mails) < MIN_MAILS:
            raise ValueError(f"a style shows in {MIN_MAILS} mails, not in {len(mails)}")
        newest = list(mails[-NEWEST:])
        shuffled = random.Random(seed).sample(newest, len(newest))  # noqa: S311
        self._own = sorted(cost for fold in range(FOLDS) for cost in _costs_without(shuffled, fold))
        self._model = _Characters(shuffled)

    def score(self, text: str) -> float:
        """The share of the person's own mails that read less like the person than `text`."""
        cost = self._model.bits(text)
        return 1 - bisect.bisect_left(self._own, cost) / len(self._own)


def _costs_without(mails: Sequence[str], fold: int) -> list[float]:
    """What each mail of a fold costs by a model of the others."""
    others = [mail for number, mail in enumerate(mails) if number % FOLDS != fold]
    model = _Characters(others)
    return [model.bits(mail) for mail in mails[fold::FOLDS]]


class _Characters:
    """Counts of what follows each run of up to ORDER characters."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._after: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            padded = _padded(text)
            for at in range(ORDER, len(padded)):
                for length in range(ORDER + 1):
                    self._after[padded[at - length : at]][padded[at]] += 1
        self._total = {run: after.total() for run, after in self._after.items()}

    def bits(self, text: str) -> float:
        """Bits per character of a text, its end included."""
        padded = _padded(text)
        bits = sum(-math.log2(self._chance(padded, at)) for at in range(ORDER, len(padded)))
        return bits / (len(padded) - ORDER)

    def _chance(self, padded: str, at: int) -> float:
        chance = _UNSEEN
        for length in range(ORDER + 1):
            run = padded[at - length : at]
            if run not in self._total:
                break
            after, total = self._after[run], self._total[run]
            chance = (after[padded[at]] + len(after) * chance) / (total + len(after))
        return chance


def _padded(text: str) -> str:
    return _START * ORDER + text.strip() + _END
