"""Which of several drafts is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing.choosing import (
    LIKENESS,
    Candidate,
    Wanted,
    agreement,
    choose,
    echoed,
    price,
    unsaid,
)

GOOD = "Hi Bob,\n\nThursday at noon is fine for me, I book a table for two.\n\nBest,\nAnn"
WANTED = Wanted(
    "Hi Bob,", "Best,\nAnn", 10, "yes, Thursday noon", frozenset({"ann"}), frozenset({"bob"})
)


def worse(old: str, new: str) -> Candidate:
    assert old in GOOD
    return Candidate(GOOD.replace(old, new), 0)


class TestPrice:
    def test_of_a_draft_as_it_should_be_is_that_of_its_length(self) -> None:
        assert price(Candidate(GOOD, 0), replace(WANTED, words=len(GOOD.split()))) == 0.0

    @pytest.mark.parametrize(
        "other",
        [
            Candidate(GOOD, 1),
            worse("Hi Bob,", "Dear Mr Ray,"),
            worse("Hi Bob,", "Hi Tom,"),
            worse("Best,\nAnn", "Yours sincerely,\nAnn"),
            worse("Thursday", "Then"),
            worse("Thursday at noon is fine for me, I book a table for two.", "Yes."),
            Candidate("", 0),
        ],
        ids=[
            "invents",
            "greets",
            "greets another",
            "signs",
            "forgets",
            "stops short",
            "says nothing",
        ],
    )
    def test_rises_with_each_departure(self, other: Candidate) -> None:
        assert price(other, WANTED) > price(Candidate(GOOD, 0), WANTED)
        assert choose([other, Candidate(GOOD, 0)], WANTED) == 1

    def test_of_the_draft_half_as_long_as_usual_is_that_of_a_fact_left_out(self) -> None:
        half = replace(WANTED, words=2 * len(GOOD.split()))
        assert price(Candidate(GOOD, 0), half) == price(worse("Thursday", "Then"), WANTED) == 1.0

    @pytest.mark.parametrize("greeting", ["Hi Bob,", "Dear Mr Bob Ray,", "Hi all,", "Hello!", ""])
    def test_a_greeting_costs_no_more_than_habit_unless_it_names_a_stranger(
        self, greeting: str
    ) -> None:
        free = replace(WANTED, greeting="")
        assert price(worse("Hi Bob,", greeting), free) == 0
        assert price(worse("Hi Bob,", "Hi Tom,"), free) == 1

    def test_what_is_not_usual_costs_nothing(self) -> None:
        nothing = Wanted("", "", 0, "", frozenset(), frozenset())
        assert price(Candidate("Then so be it.", 0), nothing) == 0.0


class TestAgreement:
    def test_is_the_mean_likeness_to_the_others(self) -> None:
        same, also, other = agreement([GOOD, GOOD, "zzz"])
        assert same == also > other
        assert 0.5 <= same < 0.6

    def test_of_one_alone_there_is_none(self) -> None:
        assert agreement([GOOD]) == [0.0]

    @given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
    def test_is_a_share_whatever_the_texts(self, texts: list[str]) -> None:
        assert all(0 <= one <= 1 for one in agreement(texts))


class TestEchoed:
    THREAD = ("Could you come on Thursday at noon, and bring the large projector?",)

    def test_the_mail_itself_is_all_of_it(self) -> None:
        assert echoed(self.THREAD[0], self.THREAD) == 1

    def test_an_answer_is_none_of_it(self) -> None:
        assert echoed("Thursday at noon suits me, I bring the projector.", self.THREAD) == 0

    def test_what_says_nothing_new_is_dearer(self) -> None:
        assert price(Candidate(GOOD, 0, 0.9), WANTED) > price(Candidate(GOOD, 0, 0.1), WANTED)

    @given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
    def test_it_is_a_share(self, draft: str, thread: list[str]) -> None:
        assert 0 <= echoed(draft, thread) <= 1


class TestUnsaid:
    def test_counts_the_facts_of_the_instruction_that_the_draft_leaves_out(self) -> None:
        assert unsaid("Thursday, 12 November at 3 pm it is.", "Thursday 15:00, 40 euros") == 1
        assert unsaid("Fine!", "") == 0


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        text=st.sampled_from([GOOD, "", "No.", "Hi Bob,\n\nno.\n\nBest,\nAnn", "a " * 90]),
        invented=st.integers(0, 3),
    ),
    min_size=1,
)


class TestChoose:
    @given(CANDIDATES)
    def test_takes_the_first_of_the_best(self, candidates: list[Candidate]) -> None:
        shared = agreement([one.text for one in candidates])
        costs = [
            price(one, WANTED) - LIKENESS * likeness
            for one, likeness in zip(candidates, shared, strict=True)
        ]
        assert choose(candidates, WANTED) == costs.index(min(costs))

    @given(CANDIDATES)
    def test_an_empty_one_only_where_all_are(self, candidates: list[Candidate]) -> None:
        taken = candidates[choose(candidates, WANTED)]
        assert taken.text or not any(one.text for one in candidates)

    def test_of_equally_true_ones_that_which_the_others_say_too(self) -> None:
        strays = worse("I book a table for two", "you know how I like the soup there")
        says = [strays, Candidate(GOOD, 0), worse("I book a table", "I book us a table")]
        assert choose(says, WANTED) in (1, 2)

    def test_that_all_others_leave_a_fact_out_does_not_make_it_wrong(self) -> None:
        without = [worse("Thursday", "Then")] * 3
        assert choose([*without, Candidate(GOOD, 0)], WANTED) == 3
