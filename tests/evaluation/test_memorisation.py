"""Planted secrets and word for word runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.evaluation.memorisation import (
    SECRET_BITS,
    Learnt,
    canaries,
    conversations,
    exposures,
    overlap,
    sample_of,
)
from panzad.training.dataset import Sample

LONG = "one two three four five six seven eight nine ten"


class TestCanaries:
    def test_a_seed_always_plants_the_same_and_another_seed_others(self) -> None:
        assert canaries(4, 1) == canaries(4, 1)
        assert {one.secret for one in canaries(4, 1)}.isdisjoint(
            one.secret for one in canaries(4, 2)
        )

    def test_the_secret_stands_in_the_mail_and_not_in_its_prompt(self) -> None:
        [canary] = canaries(1, 7)
        sample = sample_of(canary, "Odile")
        assert canary.secret in sample.completion
        assert all(canary.secret not in turn.content for turn in sample.messages)


class TestExposures:
    PLANTED = canaries(3, 7)

    def test_a_model_that_knows_them_gives_all_their_bits(self) -> None:
        secrets = {sample_of(one, "Odile").completion for one in self.PLANTED}

        def losses(samples: Sequence[Sample]) -> list[float]:
            return [1.0 if one.completion in secrets else 9.0 for one in samples]

        assert (
            exposures(self.PLANTED, losses, "Odile", 7, candidates=65)
            == [SECRET_BITS] * 3
            == [24] * 3
        )

    def test_beyond_the_candidates_the_rank_is_estimated(self) -> None:
        """Others at 0 and 2: four deviations below their mean one of 31,574 would lie."""

        def losses(samples: Sequence[Sample]) -> list[float]:
            return [-3.0, *(0.0 if at % 2 else 2.0 for at in range(len(samples) - 1))]

        [found] = exposures(self.PLANTED[:1], losses, "Odile", 7, candidates=65)
        assert found == pytest.approx(math.log2(31574), abs=1e-3)

    def test_a_model_that_knows_nothing_gives_none(self) -> None:
        """All are as likely: the planted one counts as the last of them."""
        assert exposures(
            self.PLANTED, lambda some: [2.0] * len(some), "Odile", 7, candidates=65
        ) == [0, 0, 0]

    def test_the_rank_gives_the_bits(self) -> None:
        def losses(samples: Sequence[Sample]) -> list[float]:
            return [4.5, *range(len(samples) - 1)]

        [found] = exposures(self.PLANTED[:1], losses, "Odile", 7, candidates=40)
        assert found == pytest.approx(math.log2(40) - math.log2(6))


class TestOverlap:
    LEARNT = Learnt([(1, LONG), (2, "hardly anything"), (3, f"well {LONG[4:]} eleven")])

    def test_a_run_of_another_conversation_is_found(self) -> None:
        assert self.LEARNT.overlap(f"I said: {LONG[:39]}!", "", 9) == (1, 3)

    def test_a_run_of_its_own_conversation_is_none(self) -> None:
        assert self.LEARNT.overlap(LONG, "", 1) == (0, 3)

    def test_what_the_prompt_holds_is_none(self) -> None:
        assert self.LEARNT.overlap(LONG, f"You wrote: {LONG.upper()}.", 9) == (0, 3)

    def test_what_several_conversations_hold_is_habit(self) -> None:
        assert self.LEARNT.overlap(LONG[4:], "", 9) == (0, 2)

    def test_the_share_is_over_all_drafts(self) -> None:
        drafts = [(LONG[:39], "", None), (LONG[:39], "", 1), ("short", "", None)]
        assert overlap(drafts, self.LEARNT) == 0.5
        assert overlap([], self.LEARNT) == 0

    @given(st.lists(st.text(alphabet="ab ", max_size=60)), st.text(alphabet="ab ", max_size=60))
    def test_a_mail_is_never_foreign_to_itself(self, others: list[str], text: str) -> None:
        learnt = Learnt([(0, text), *enumerate(others, 1)])
        assert learnt.overlap(text, "", 0) == (0, learnt.overlap(text, "", None)[1])


class TestConversations:
    def test_mails_that_share_an_id_belong_together(self) -> None:
        found = conversations(
            {1: ["<a>"], 2: ["<b>", "<a>"], 3: ["<c>", "<b>"], 4: ["<d>"], 5: ["<e>", "<x>"],
             6: ["<f>", "<x>"], 7: []}
        )  # fmt: skip
        assert found[1] == found[2] == found[3]
        assert found[5] == found[6]
        assert len({found[1], found[4], found[5], found[7]}) == 4

    @given(st.dictionaries(st.integers(0, 20), st.lists(st.sampled_from("abcdefgh"), max_size=3)))
    def test_as_a_search_over_all_mails_finds_them(self, links: dict[int, list[str]]) -> None:
        found = conversations(links)
        for start in links:
            reached, todo = {start}, [start]
            while todo:
                ids = set(links[todo.pop()])
                new = {one for one in links if ids & set(links[one])} - reached
                reached |= new
                todo += new
            assert {one for one in links if found[one] == found[start]} == reached
