"""Which of several drafts is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing.choosing import (
    Candidate,
    Wanted,
    agreement,
    choose,
    departure,
    echoed,
    lacks,
    nameable,
    unsaid,
)

GOOD = "Hi Bob,\n\nThursday at noon is fine for me, I book a table for two.\n\nBest,\nAnn"
WANTED = Wanted(
    "Hi Bob,", "Best,\nAnn", 10, "yes, Thursday noon", frozenset({"ann"}), frozenset({"bob"})
)


def worse(old: str, new: str) -> Candidate:
    assert old in GOOD
    return Candidate(GOOD.replace(old, new), 0)


class TestLacks:
    def test_counts_the_facts_of_the_instruction_that_the_draft_leaves_out(self) -> None:
        assert lacks(Candidate(GOOD, 5), WANTED) == 0
        assert lacks(worse("Thursday", "Then"), WANTED) == 1

    def test_what_says_its_thread_back_lacks_an_answer(self) -> None:
        assert lacks(Candidate(GOOD, 0, 0.9), WANTED) == 2
        assert lacks(Candidate(GOOD, 0, 0.4), WANTED) == 0

    def test_what_is_in_another_language_lacks_an_answer(self) -> None:
        german = "Hallo Bob,\n\nam Donnerstag um zwölf passt es mir gut.\n\nViele Grüße\nAnn"
        asked = replace(WANTED, instruction="")
        for text, language, missing in (
            (german, "en", 2),
            (german, "de", 0),
            (GOOD, "de", 2),
            (GOOD, "", 0),
            ("Ok!", "de", 0),
        ):
            assert lacks(Candidate(text, 0), replace(asked, language=language)) == missing

    def test_an_empty_one_lacks_all(self) -> None:
        assert lacks(Candidate(" ", 0), WANTED) == float("inf")


class TestDeparture:
    def test_of_a_draft_as_it_should_be_is_none(self) -> None:
        assert departure(Candidate(GOOD, 0), WANTED) == 0

    @pytest.mark.parametrize(
        ("other", "costs"),
        [
            (Candidate(GOOD, 1), 1),
            (worse("Hi Bob,", "Dear Bob,"), 0.5),
            (worse("Hi Bob,", "Dear Mr Ray,"), 1.5),
            (worse("Best,\nAnn", "Yours sincerely,\nAnn"), 0.5),
            (worse("Thursday at noon is fine for me, I book a table for two.", "Yes."), 1),
        ],
        ids=["invents", "greets", "greets a stranger", "signs", "half as long"],
    )
    def test_rises_with_what_is_not_known_or_usual(self, other: Candidate, costs: float) -> None:
        assert departure(other, WANTED) == costs
        assert choose([other, Candidate(GOOD, 0)], WANTED) == 1

    def test_what_is_not_usual_costs_nothing(self) -> None:
        nothing = Wanted("", "", 0, "", frozenset(), frozenset())
        assert departure(Candidate("Then so be it.", 0), nothing) == 0


class TestStrangers:
    @pytest.mark.parametrize(
        ("greeting", "known", "costs"),
        [
            ("Hi Bob,", "accept Bob's offer", 0),
            ("Hi Anne-Marie,", "Anne Marie Roux", 0),
            ("Hi Tom,", "tomray@example.net", 0),
            ("Ahoj Petře,", "Petr Novák", 0),
            ("Dear Mr Stone,", "tell mr stone no", 0),
            ("Hi all,", "", 0),
            ("Hello!", "", 0),
            ("Dear Professor,", "", 0),
            ("Hi Tom,", "tell Bob yes", 1),
            ("Dear Mr Stone,", "tell mr ray yes", 1),
            ("Sehr geehrter Herr Stein,", "Herr Baum schrieb", 1),
            ("Geachte meneer Steen,", "meneer Boom schreef", 1),
        ],
    )
    def test_whoever_stands_somewhere_is_none_and_a_title_makes_nobody_known(
        self, greeting: str, known: str, costs: float
    ) -> None:
        wanted = replace(WANTED, greeting="", nameable=nameable([known]))
        assert departure(worse("Hi Bob,", greeting), wanted) == costs


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
    @given(CANDIDATES, st.data())
    def test_what_invents_more_is_never_taken_for_it(
        self, candidates: list[Candidate], data: st.DataObject
    ) -> None:
        taken = choose(candidates, WANTED)
        other = data.draw(st.integers(0, len(candidates) - 1))
        candidates[other] = replace(candidates[other], invented=candidates[other].invented + 1)
        assert choose(candidates, WANTED) != other or other == taken

    @given(CANDIDATES)
    def test_of_equals_the_first(self, candidates: list[Candidate]) -> None:
        taken = choose(candidates, WANTED)
        assert candidates.index(candidates[taken]) == taken

    @given(CANDIDATES)
    def test_an_empty_one_only_where_all_are(self, candidates: list[Candidate]) -> None:
        taken = candidates[choose(candidates, WANTED)]
        assert taken.text or not any(one.text for one in candidates)

    def test_of_equally_true_ones_that_which_the_others_say_too(self) -> None:
        strays = worse("I book a table for two", "you know how I like the soup there")
        says = [strays, Candidate(GOOD, 0), worse("I book a table", "I book us a table")]
        assert choose(says, WANTED) in (1, 2)

    @pytest.mark.parametrize("others", [1, 3, 11])
    def test_that_all_others_leave_a_fact_out_does_not_make_it_wrong(self, others: int) -> None:
        without = [Candidate("Yes, that works for me.", 0)] * others
        assert choose([*without, Candidate(GOOD, 0)], WANTED) == others

    def test_an_answer_is_taken_where_most_say_the_thread_back(self) -> None:
        backs = [worse("Thursday at noon is fine for me", "Could you come on Thursday")] * 10
        echoes = [replace(one, echoed=0.9) for one in backs]
        assert choose([*echoes, Candidate("Thursday it is.", 0)], WANTED) == 10
