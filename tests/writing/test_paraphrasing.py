"""Instructions in other words: what is said stays, and no fact comes or goes."""

from __future__ import annotations

from importlib.resources import files
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing.facts import facts
from panzad.writing.paraphrasing import paraphrased

LINES = files("panzad.writing").joinpath("paraphrases.txt").read_text("utf-8").splitlines()
TABLE = {phrase: others.split(" | ") for phrase, others in (one.split(" = ") for one in LINES)}


FACTS = ("Tom", "3pm", "https://a.example/b,")


def always(text: str) -> str:
    return paraphrased(text, 1.0, Random(1))


class TestTable:
    def test_has_each_phrase_once_in_order(self) -> None:
        assert [one.split(" = ")[0] for one in LINES] == sorted(TABLE)

    def test_says_everything_in_other_words_and_names_nothing(self) -> None:
        for phrase, others in TABLE.items():
            assert phrase not in others
            for one in (phrase, *others):
                assert one == " ".join(one.split()).lower(), phrase
                assert not facts(f"and {one}"), phrase


class TestParaphrased:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("we discussed the terms", ("we talked about", "we went over")),
            ("Tell them we discussed it.", ("Tell them we talked about it.",)),
        ],
    )
    def test_is_what_the_table_has_for_it(self, text: str, said: tuple[str, ...]) -> None:
        assert always(text).startswith(tuple(one.rstrip(".") for one in said))

    def test_keeps_capitals_and_signs(self) -> None:
        assert always("(Unfortunately, no.)") == "(Sadly, no.)"
        assert always("No. Unfortunately not!") == "No. Sadly not!"

    def test_takes_the_longest_phrase(self) -> None:
        assert "receive" not in always("i am looking forward to receiving it")

    def test_i_is_written_large(self) -> None:
        assert always("tell them I do not know") == "tell them I don't know"
        assert always("I’m unable to come") == "I can't come"

    def test_what_has_a_capital_within_a_sentence_is_a_name(self) -> None:
        assert "Unfortunately" in always("the band Unfortunately plays")

    def test_of_a_share_of_none_all_stays(self) -> None:
        text = "unfortunately we discussed it"
        assert paraphrased(text, 0.0, Random(1)) == text

    @given(
        st.lists(
            st.sampled_from([*TABLE, "Tom", "3pm", "https://a.example/b,", "so."]), max_size=9
        ),
        st.integers(0, 99),
    )
    def test_no_fact_comes_or_goes(self, phrases: list[str], seed: int) -> None:
        text = " ".join(phrases)
        said = paraphrased(text, 1.0, Random(seed))
        for one in FACTS:
            assert said.split().count(one) == text.split().count(one)
        assert said.split() if text else not said

    @given(st.text(max_size=60), st.integers(0, 9))
    def test_any_text_will_do(self, text: str, seed: int) -> None:
        paraphrased(text, 0.7, Random(seed))
