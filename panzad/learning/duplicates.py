"""Finds mails that say almost what an earlier one says: a template sent to many counts once.

Likeness is the Jaccard index of the sets of five-word runs. The search is exact: two sets can only
be alike enough when they share one of their few rarest runs (prefix filtering: Chaudhuri, Ganti and
Kaushik 2006), so that only mails under such a run are compared.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Sequence
from math import ceil

import structlog

from panzad.mail.sameness import word_runs
from panzad.store import pairs, problems
from panzad.store.database import Database

RUN = 5
ALIKE = 0.8
# Below this a text is a formula ("Thanks, that works for me."): how often it is written is style.
MIN_WORDS = 12
NOTE = "duplicates"
# Counters for how common runs are; two that share one by chance are only ordered less well.
_COUNTERS = 1 << 20

_WORD = re.compile(r"\w+")

log = structlog.get_logger("panzad.learning")


def repeats(texts: Sequence[str]) -> list[int | None]:
    """For each text the place of the earlier one that it repeats; None when it says its own.

    A text is held against those that repeat none themselves, and named after the one most like
    it. Texts of fewer than MIN_WORDS words repeat nothing.
    """
    runs = [_runs(text) for text in texts]
    common = array("L", bytes(array("L").itemsize * _COUNTERS))
    for one in runs:
        for run in one:
            common[run % _COUNTERS] += 1
    found: list[int | None] = []
    by_rare_run: dict[int, list[int]] = {}
    for place, one in enumerate(runs):
        rarest = sorted(one, key=lambda run: (common[run % _COUNTERS], run))
        rarest = rarest[: len(one) - ceil(ALIKE * len(one)) + 1]
        candidates = {earlier for run in rarest for earlier in by_rare_run.get(run, ())}
        earlier = _most_alike(one, candidates, runs)
        found.append(earlier)
        if earlier is None:
            for run in rarest:
                by_rare_run.setdefault(run, []).append(place)
    return found


def _runs(text: str) -> frozenset[int]:
    """Hashes of the text's five-word runs, case and punctuation aside."""
    words = _WORD.findall(text.casefold())
    if len(words) < MIN_WORDS:
        return frozenset()
    return frozenset(map(hash, word_runs(words, RUN)))


def _most_alike(
    runs: frozenset[int], candidates: set[int], others: Sequence[frozenset[int]]
) -> int | None:
    best: tuple[float, int] | None = None
    for place in sorted(candidates):
        shared = len(runs & others[place])
        alike = shared / (len(runs) + len(others[place]) - shared)
        if alike >= ALIKE and (best is None or alike > best[0]):
            best = (alike, place)
    return best[1] if best else None


def mark_duplicates(db: Database) -> int:
    """Note of each mail with a pair which earlier one it repeats; returns how many repeat one.

    Nothing is done when no mail has come or gone since the last time. Meant for the model worker:
    the runs of all mails stand in memory together.
    """
    extent = json.dumps(pairs.extent(db))
    if problems.noted(db, NOTE) == extent:
        return 0
    known = pairs.texts(db)
    found = {
        one.mail_id: None if earlier is None else known[earlier].mail_id
        for one, earlier in zip(known, repeats([one.text for one in known]), strict=True)
    }
    changed = {
        one.mail_id: found[one.mail_id] for one in known if found[one.mail_id] != one.repeats
    }
    with db.transaction() as tx:
        pairs.keep_repeats(tx, changed)
        problems.note(tx, NOTE, extent)
    count = sum(earlier is not None for earlier in found.values())
    log.info("duplicates.marked", mails=count, changed=len(changed))
    return count
