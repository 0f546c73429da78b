"""A template sent to many people counts once; formulas count as often as they were written."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from panzad.learning.duplicates import ALIKE, MIN_WORDS, RUN, mark_duplicates, repeats
from panzad.store import locations, pairs
from panzad.store.database import Database
from tests.training.test_adapter_runs import learnt

TEMPLATE = (
    "Hi {},\n\nthe boat goes out on Monday at nine from the north pier. Please bring a coat and"
    " boots, and tell me by Friday whether you want to eat with us on board.\n\nOdile"
)
ANN, BEN, CAT = (TEMPLATE.format(name) for name in ("Ann", "Ben", "Cat"))
OTHER = "I have looked at the two engines again and would rather take the older one of the two."
THANKS = "Thanks, that works for me."


class TestRepeats:
    def test_a_template_counts_once(self) -> None:
        assert repeats([ANN, OTHER, BEN, CAT]) == [None, None, 0, 0]

    def test_case_and_line_ends_make_no_difference(self) -> None:
        assert repeats([ANN, ANN.upper().replace(" ", "\n")]) == [None, 0]

    def test_a_formula_counts_as_often_as_it_was_written(self) -> None:
        assert repeats([THANKS, THANKS]) == [None, None]

    def test_texts_with_a_part_in_common_are_two(self) -> None:
        assert repeats([ANN, f"{OTHER} {ANN}"]) == [None, None]


def runs(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def alike(one: str, other: str) -> float:
    return len(runs(one) & runs(other)) / len(runs(one) | runs(other))


@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_the_search_finds_what_comparing_all_with_all_finds(rng: random.Random, count: int) -> None:
    base = [str(rng.randrange(50)) for _ in range(rng.randrange(MIN_WORDS, 60))]
    texts: list[str] = []
    for _ in range(count):
        words = list(base)
        for _ in range(rng.randrange(3)):
            words[rng.randrange(len(words))] = "x"
        texts.append(" ".join(words))
    kept: list[int] = []
    for place, found in enumerate(repeats(texts)):
        near = {earlier: alike(texts[place], texts[earlier]) for earlier in kept}
        near = {earlier: value for earlier, value in near.items() if value >= ALIKE}
        if found is None:
            assert not near
            kept.append(place)
        else:
            assert near[found] == max(near.values())


class TestMarkDuplicates:
    def test_a_repeated_mail_is_neither_played_back_nor_learnt(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "panzad.db")
        learnt(db, ANN, OTHER, BEN)
        assert mark_duplicates(db) == 1
        assert [pair.mail.own_text for pair in pairs.finished(db)] == [ANN, OTHER]
        assert pairs.counts(db) == {"pending": 0, "done": 2, "failed": 0, "duplicate": 1}

    def test_it_counts_again_when_the_mail_it_repeats_is_gone(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "panzad.db")
        learnt(db, ANN, OTHER, BEN)
        mark_duplicates(db)
        [first, *_] = pairs.texts(db)
        with db.transaction() as tx:
            tx.execute("DELETE FROM locations WHERE mail_id = ?", (first.mail_id,))
            locations.drop_unlocated(tx, "work")
        assert [pair.mail.own_text for pair in pairs.finished(db)] == [OTHER, BEN]
        assert mark_duplicates(db) == 0

    def test_nothing_is_compared_when_nothing_came_or_went(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "panzad.db")
        learnt(db, ANN, BEN)
        assert (mark_duplicates(db), mark_duplicates(db)) == (1, 0)

    def test_one_whose_original_leaves_meanwhile_counts(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "panzad.db")
        learnt(db, ANN)
        [only] = pairs.texts(db)
        with db.transaction() as tx:
            pairs.keep_repeats(tx, {only.mail_id: 999})
        assert len(pairs.finished(db)) == 1
