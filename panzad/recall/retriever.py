"""Finds past mails of the user's own that a draft may draw on; the same for drafts and training."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from panzad.recall.embedder import Embedder
from panzad.recall.ranking import Measure, by_length, near_copy, ranked
from panzad.recall.sharing import Share, may_lend, nearness
from panzad.store import search
from panzad.store.database import Database
from panzad.store.search import PastMail

# How many neighbours are looked at first, and how much wider each further look is.
POOL = 50
WIDER = 8
# As many of each list take part: what stands further down is near by chance.
DEPTH = 30
# What age and length count beside the topic.
ASIDE = 0.5
# What length counts where no adapter knows the style: as much as meaning and words together.
STYLE = 2.0
# Of a long thread these words are looked for; BM25 weighs them by their rarity.
QUERY_WORDS = 48

_WORD = re.compile(r"\w{2,}")


class Neighbours(Protocol):
    """The index, or an exact search over the same vectors."""

    def __len__(self) -> int: ...
    def search(self, vector: NDArray[np.float32], count: int) -> list[int]: ...


class Retriever:
    """Finds examples for a draft among the mails that are learnt when it is made."""

    def __init__(
        self,
        db: Database,
        index: Neighbours,
        embedder: Embedder,
        share: Share,
        *,
        lend_style: bool = False,
    ) -> None:
        self._db = db
        self._index = index
        self._embedder = embedder
        self._share: Share = share
        self._lend_style = lend_style
        self._past: dict[str, list[PastMail]] = {}

    def past(self, account: str, *, before: str = "") -> list[PastMail]:
        """The account's learnt mails, oldest first; those older than `before` where it is given."""
        if account not in self._past:
            self._past[account] = search.past(self._db, account)
        return [mail for mail in self._past[account] if not before or mail.date < before]

    def examples(
        self,
        query: str,
        audience: Collection[str],
        count: int,
        *,
        account: str,
        before: str = "",
        excluding: Collection[int] = (),
        unlike: str = "",
        words: int = 0,
        style: bool = False,
    ) -> list[PastMail]:
        """Up to `count` mails of this account that may be shown to the model, the best first.

        Mails to the same people come first, then those to their colleagues; among them what is
        near by meaning, by words, in time, and in length where the expected number of `words` is
        known. With `style` the examples are all that shows how the user writes, and length counts
        more. For a training sample `before` is its date, `excluding` itself and `unlike` its
        text: no later mail is shown, and none that says the same.
        """
        if count == 0:
            return []
        allowed, _ = self._divided(audience, account, before, excluding)
        if not allowed:
            return []
        measures = [
            Measure(self._by_meaning(query, allowed)),
            Measure(search.matching(self._db, _words(query), allowed, DEPTH)),
            Measure([*reversed(allowed)], ASIDE),
        ]
        if words:
            measures.append(_near_in_length(allowed, words, STYLE if style else ASIDE))
        return self._different(_ordered(allowed, audience, measures), count, unlike)

    def lending_style(
        self,
        audience: Collection[str],
        count: int,
        *,
        account: str,
        before: str = "",
        excluding: Collection[int] = (),
        unlike: str = "",
        words: int = 0,
    ) -> list[PastMail]:
        """Up to `count` mails that may not be shown as they are, of about so many words, the best
        first; none unless style is lent. Whoever shows them has to mask their facts."""
        if count <= 0 or not self._lend_style:
            return []
        _, others = self._divided(audience, account, before, excluding)
        measures = [Measure([*reversed(others)], ASIDE)]
        if words:
            measures.append(_near_in_length(others, words, STYLE))
        return self._different(_ordered(others, audience, measures), count, unlike)

    def _divided(
        self, audience: Collection[str], account: str, before: str, excluding: Collection[int]
    ) -> tuple[dict[int, PastMail], dict[int, PastMail]]:
        """The mails that may be shown to this audience and those that may not, by their ids."""
        allowed: dict[int, PastMail] = {}
        others: dict[int, PastMail] = {}
        for mail in self.past(account, before=before):
            if mail.id not in excluding:
                lent = may_lend(mail, audience, self._share)
                (allowed if lent else others)[mail.id] = mail
        return allowed, others

    def _by_meaning(self, query: str, allowed: Collection[int]) -> list[int]:
        """The allowed mails that lie nearest to the query, nearest first.

        The few mails to one person may lie far from the query among thousands to others, so the
        search widens until there are enough or all mails have been looked at.
        """
        if len(self._index) == 0:
            return []
        [vector] = self._embedder.embed([query])
        wanted = min(DEPTH, len(allowed))
        pool = POOL
        while True:
            found = [one for one in self._index.search(vector, pool) if one in allowed]
            if len(found) >= wanted or pool >= len(self._index):
                return found[:wanted]
            pool *= WIDER

    @staticmethod
    def _different(mails: list[PastMail], count: int, unlike: str) -> list[PastMail]:
        """The first `count` mails that say neither `unlike` nor the same as one before them."""
        found: list[PastMail] = []
        texts = [unlike] if unlike else []
        for mail in mails:
            if len(found) == count:
                break
            if not near_copy(mail.own_text, texts):
                found.append(mail)
                texts.append(mail.own_text)
        return found


def _ordered(
    mails: dict[int, PastMail], audience: Collection[str], measures: list[Measure]
) -> list[PastMail]:
    """The mails to the nearest people first, among them by the measures."""
    order = ranked({mail.id: nearness(mail, audience) for mail in mails.values()}, measures)
    return [mails[mail_id] for mail_id in order]


def _near_in_length(mails: dict[int, PastMail], words: int, weight: float) -> Measure:
    lengths = {mail.id: len(mail.own_text.split()) for mail in mails.values()}
    return Measure(by_length(lengths, words), weight)


def _words(query: str) -> list[str]:
    """The first different words of a query."""
    return list(dict.fromkeys(_WORD.findall(query.lower())))[:QUERY_WORDS]
