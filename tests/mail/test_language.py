"""The language of a mail, from a word to a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.attribution_lines import LANGUAGES, attribution_line
from panzad.mail.client_language import client_language
from panzad.mail.extract import extract
from panzad.mail.language import language_of
from panzad.mail.message import Address
from tests.mail.builder import mail


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


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Danke, passt.", "de"),
        ("Danke!", "de"),
        ("Merci beaucoup", "fr"),
        ("Va bene.", "it"),
        ("Tack!", "sv"),
        ("Bedankt", "nl"),
        ("Ok, perfecto. Gracias.", "es"),
    ],
)
@pytest.mark.parametrize("expected", ["", "en", "pl"])
def test_words_of_one_language_alone_outweigh_what_is_expected(
    text: str, language: str, expected: str
) -> None:
    assert language_of(text, expected) == language


def test_of_a_word_of_several_languages_the_expected_one_has_it() -> None:
    assert language_of("Ja, gerne", "de") == "de"
    assert language_of("Ja, gerne", "da") == "da"


def test_words_that_no_language_has_together_decide_nothing() -> None:
    assert language_of("Thanks, passt!", "de") == "de"


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


class TestClient:
    @pytest.mark.parametrize("language", sorted(LANGUAGES))
    def test_a_clients_line_is_taken_for_no_other_language(self, language: str) -> None:
        line = attribution_line(Address("Ben", "b@c.d"), "2026-11-12T17:01:00+01:00", language)

        assert client_language(line) in {language, ""}

    @pytest.mark.parametrize(
        ("line", "language"),
        [
            ("čet, 12. stu 2026. u 17:01 Ben <b@c.d> napisao je:", "hr"),
            ("Šalje: Ben Poslano: 12. studenog 2026. Prima: Ann Predmet: Hull", "hr"),
            ("чет, 12. нов 2026. у 17:01 Ben <b@c.d> је написао/ла:", "sr"),
            ("V čet., 12. nov. 2026 ob 17:01 je oseba Ben <b@c.d> napisala:", "sl"),
            ("Von: Ben Gesendet: Donnerstag An: Ann Betreff: Hull", "de"),
            ("De : Ben Envoyé : jeudi À : Ann Objet : Hull", "fr"),
            ("Od: Ben Wysłane: czwartek Do: Ann Temat: Hull", "pl"),
            ("Den tors. 12. nov. 2026 kl. 17.01 skrev Ben <b@c.d>:", ""),
            ("On Thu, 12 Nov 2026, Ben <b@c.d> wrote:", ""),
            ("From: Ben Sent: Thursday To: Ann Subject: Hull", ""),
        ],
    )
    def test_words_of_one_language_tell_it_and_english_and_shared_ones_nothing(
        self, line: str, language: str
    ) -> None:
        assert client_language(line) == language

    def test_a_text_knows_what_its_client_speaks(self) -> None:
        found = extract(mail("Može.\n\nčet, 12. stu 2026. u 17:01 Ben <b@c.d> napisao je:\n> ?\n"))

        assert found.client_language == "hr"
        assert extract(mail("Može.")).client_language == ""

    @given(st.text())
    def test_any_words_have_an_answer(self, text: str) -> None:
        assert len(client_language(text)) in {0, 2}
