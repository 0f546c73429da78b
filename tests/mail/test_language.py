"""The language of a mail, from a word to a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.language import language_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes, that works.", "en"),
        ("Danke, bis morgen!", "de"),
        ("Oui, ça me va.", "fr"),
        ("はい、大丈夫です。", "ja"),
        ("Det høres bra ut.", "no"),
        ("כן, זה מתאים.", "he"),
        ("Please see https://example.de/der/die/das/und/ich and tell me what you think.", "en"),
    ],
)
def test_a_short_answer_is_told_without_help(text: str, expected: str) -> None:
    assert language_of(text) == expected


def test_what_could_be_many_languages_is_taken_for_the_expected_one() -> None:
    assert language_of("Ok") == ""
    assert language_of("Ok", "de") == "de"
    assert language_of("Sì, va bene.", "it") == "it"
    assert language_of("Ano, to mi vyhovuje.", "cs") == "cs"


def test_a_whole_sentence_is_what_it_is_whatever_was_expected() -> None:
    text = "Hallo Tom, ich komme zehn Minuten später. Fangt bitte schon ohne mich an."

    assert language_of(text, "en") == "de"


@given(st.text(), st.sampled_from(["", "de", "zz"]))
def test_any_text_has_an_answer(text: str, expected: str) -> None:
    assert language_of(text, expected) == "" or len(language_of(text, expected)) == 2


def test_characters_that_the_detector_refuses_are_no_hindrance() -> None:
    assert language_of("Hello \ud800\x00\x85\ufffe\U0001ffff there, my dear friend.") == "en"


def test_the_script_decides_before_any_guess() -> None:
    assert language_of("好的，没问题。") == "zh"
    assert language_of("好") == "zh"
    assert language_of("了解", "ja") == "ja"
    assert language_of("会议改到星期四下午三点，请大家准时参加", "ja") == "zh"
    assert language_of("木曜日に会いましょう") == "ja"
    assert language_of("네, 좋습니다.") == "ko"
