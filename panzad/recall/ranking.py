"""Puts past mails in the order in which they help a draft: pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from panzad.mail.sameness import word_runs

# Of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009): how little the very first
# places of a list stand out.
_DAMPING = 60


@dataclass(frozen=True, slots=True)
class Measure:
    """Mail ids by one measure, best first, and how much it counts beside the others."""

    order: Sequence[int]
    weight: float = 1.0


def ranked(nearness: dict[int, int], measures: Sequence[Measure]) -> list[int]:
    """The keys of `nearness`, best first: the nearest people, among them by all measures together.

    `nearness` says how near a mail's people are to those of the draft, 0 nearest. A measure may
    lack mails; ids that `nearness` lacks are passed over. Measures are joined by weighted
    reciprocal rank fusion; of equals the younger mail (the higher id) comes first.
    """
    scores = dict.fromkeys(nearness, 0.0)
    for measure in measures:
        for rank, mail_id in enumerate(measure.order):
            if mail_id in scores:
                scores[mail_id] += measure.weight / (_DAMPING + rank)
    return sorted(scores, key=lambda mail_id: (nearness[mail_id], -scores[mail_id], -mail_id))


def by_length(words: dict[int, int], expected: int) -> list[int]:
    """Mail ids by how near their number of words is to the expected one, in proportion."""
    return sorted(words, key=lambda mail_id: (_apart(words[mail_id], expected), -mail_id))


def _apart(words: int, expected: int) -> float:
    shorter, longer = sorted((words + 1, expected + 1))
    return longer / shorter


def near_copy(text: str, others: Collection[str]) -> bool:
    """Whether half of what `text` or one of the others says stands in the other, word for word.

    What two mails have in common by habit (greeting, sign-off, a thank you) is shorter than the
    runs of words that are compared; texts without such a run are copies when they are equal.
    """
    own = _runs(text)
    return any(_overlaps(own, _runs(other)) for other in others)


def _overlaps(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    smaller = min(len(one), len(other))
    return smaller > 0 and 2 * len(one & other) >= smaller


_RUN = 5


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = text.lower().split()
    if len(words) <= _RUN:
        return frozenset({tuple(words)}) if words else frozenset()
    return frozenset(word_runs(words, _RUN))
