"""The order in which past mails help a draft."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.recall.ranking import Measure, by_length, near_copy, ranked

IDS = st.integers(1, 30)
LISTS = st.lists(st.lists(IDS, unique=True), max_size=4)


class TestRanked:
    def test_nearer_people_come_first_whatever_the_lists_say(self) -> None:
        assert ranked({1: 2, 2: 1, 3: 0}, [Measure((1, 2, 3)), Measure((1, 2, 3))]) == [3, 2, 1]

    def test_what_several_lists_name_comes_before_what_one_puts_first(self) -> None:
        assert ranked(dict.fromkeys((1, 2, 3), 0), [Measure((1, 2)), Measure((3, 2))])[0] == 2

    def test_a_measure_counts_by_its_weight(self) -> None:
        assert ranked({1: 0, 2: 0}, [Measure((2,), 0.5), Measure((1,))]) == [1, 2]

    def test_of_equals_the_younger_comes_first(self) -> None:
        assert ranked({1: 0, 2: 0}, []) == [2, 1]

    @given(st.dictionaries(IDS, st.integers(0, 2)), LISTS)
    def test_every_candidate_stands_there_once_and_nothing_else(
        self, nearness: dict[int, int], lists: list[list[int]]
    ) -> None:
        order = ranked(nearness, [Measure(one) for one in lists])
        assert sorted(order) == sorted(nearness)
        assert [nearness[one] for one in order] == sorted(nearness.values())

    @given(st.lists(IDS, unique=True, min_size=2))
    def test_one_list_alone_is_kept_in_its_order(self, order: list[int]) -> None:
        assert ranked(dict.fromkeys(order, 0), [Measure(order)]) == order


class TestByLength:
    def test_half_as_long_is_as_far_as_twice_as_long(self) -> None:
        assert by_length({1: 300, 2: 39, 3: 10}, 40) == [2, 3, 1]


class TestNearCopy:
    LETTER = "Dear Tom, the boat leaves on Monday at nine from the old pier, bring oars."

    @pytest.mark.parametrize(
        "other",
        [
            LETTER,
            LETTER.upper(),
            LETTER.replace("Tom", "Maria"),
            f"{LETTER} And bring your sister, who knows how to row better than all of us.",
        ],
    )
    def test_the_same_letter_to_somebody_else_is_a_copy(self, other: str) -> None:
        assert near_copy(self.LETTER, ["another", other])

    @pytest.mark.parametrize(
        "other",
        [
            "",
            "Dear Tom, the boat is sold.",
            "Dear Tom, could you send me the list of oars by noon?",
        ],
    )
    def test_another_letter_is_none(self, other: str) -> None:
        assert not near_copy(self.LETTER, [other])

    def test_short_texts_are_copies_when_they_are_equal(self) -> None:
        assert near_copy("Thanks, Tom!", ["thanks,  tom!"])
        assert not near_copy("Thanks, Tom!", ["Thanks, Maria!"])
