"""Which of several drafts is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing.choosing import Candidate, Wanted, choose, echoed, faultless, price, unsaid

GOOD = "Hi Bob,\n\nThursday at noon is fine for me, I book a table for two.\n\nBest,\nAnn"
WANTED = Wanted("Hi Bob,", "Best,\nAnn", 17, "yes, Thursday noon", frozenset({"ann"}))


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
            worse("Best,\nAnn", "Yours sincerely,\nAnn"),
            worse("Thursday", "Then"),
            worse("is fine for me", " ".join(["is fine for me"] * 9)),
            worse("Thursday at noon is fine for me, I book a table for two.", "Yes."),
            Candidate("", 0),
        ],
        ids=["invents", "greets", "signs", "forgets", "goes on", "stops short", "says nothing"],
    )
    def test_rises_with_each_departure(self, other: Candidate) -> None:
        assert price(other, WANTED) > price(Candidate(GOOD, 0), WANTED)
        assert choose([other, Candidate(GOOD, 0)], WANTED) == 1

    def test_what_is_not_usual_costs_nothing(self) -> None:
        nothing = Wanted("", "", 0, "", frozenset())
        assert price(Candidate("Then so be it.", 0), nothing) == 0.0


class TestFaultless:
    def test_a_draft_as_it_should_be_is(self) -> None:
        assert faultless(Candidate(GOOD, 0), WANTED)

    @pytest.mark.parametrize(
        "other",
        [
            Candidate(GOOD, 1),
            Candidate(GOOD, 0, 0.9),
            worse("Thursday", "Then"),
            Candidate("Thursday at noon.", 0),
            Candidate("", 0),
        ],
        ids=["invents", "echoes", "forgets", "stops short", "says nothing"],
    )
    def test_another_is_drawn_beside_one_that_lacks_something(self, other: Candidate) -> None:
        assert not faultless(other, WANTED)

    def test_where_no_length_is_usual_a_short_one_will_do(self) -> None:
        assert faultless(Candidate("Thursday at noon.", 0), replace(WANTED, words=0))

    def test_of_one_line_no_length_is_asked(self) -> None:
        assert faultless(Candidate("Thursday at noon.", 0), replace(WANTED, words=10))


class TestEchoed:
    THREAD = ("Could you come on Thursday at noon, and bring the large projector?",)

    def test_the_mail_itself_is_all_of_it(self) -> None:
        assert echoed(self.THREAD[0], self.THREAD) == 1
        assert not faultless(Candidate(self.THREAD[0], 0, 1.0), WANTED)

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
    def test_takes_the_first_of_the_cheapest(self, candidates: list[Candidate]) -> None:
        prices = [price(one, WANTED) for one in candidates]
        assert choose(candidates, WANTED) == prices.index(min(prices))
