"""Instructions in other words, as training is shown them."""

from __future__ import annotations

from random import Random
from statistics import fmean

from hypothesis import given
from hypothesis import strategies as st

from panzad.writing import telling
from panzad.writing.jotting import FULL, TERSE, jotted, reworded

MAIL = (
    "Hi Maria,\n\nThank you for the quick answer. I am afraid that we cannot come on 12 May,"
    " because Jonas is in Oslo until the 14th.\n\nWould the week after suit you? The address is"
    " https://example.org/room?b=7.\n\nBest,\nAnn"
)


def words(text: str) -> list[str]:
    return text.split()


def test_every_fact_stays_however_terse_it_is() -> None:
    terse = jotted(MAIL, TERSE, Random(1))
    assert [
        fact for fact in telling.facts(telling.body(MAIL)) if not telling.holds(terse, fact)
    ] == []


def test_what_turns_the_sense_of_a_sentence_stays_before_longer_words() -> None:
    told = jotted("Hi,\n\nThis arrangement is unfortunately not possible.", 0.4, Random(1))
    assert "not" in words(told)


def test_a_greater_share_tells_more() -> None:
    few, many = (
        fmean(len(words(jotted(MAIL, share, Random(seed)))) for seed in range(20))
        for share in (TERSE, FULL)
    )
    assert few < 0.75 * many


def test_the_closing_and_the_greeting_are_not_jotted_down() -> None:
    assert "Best" not in jotted(MAIL, 1.0, Random(1))


def test_another_chance_gives_another_wording_and_the_same_chance_the_same() -> None:
    wordings = [reworded("Say no to Maria.", MAIL, "en", Random(seed)) for seed in range(30)]
    again = [reworded("Say no to Maria.", MAIL, "en", Random(seed)) for seed in range(30)]
    assert wordings == again
    assert len(set(wordings)) > 10
    assert "Say no to Maria." in wordings


def test_a_bare_flag_stays_one() -> None:
    assert reworded("", MAIL, "en", Random(3)) == ""


def test_only_an_english_mail_is_asked_for_by_what_its_sentences_do() -> None:
    def asked(language: str) -> int:
        wordings = (reworded("Say no.", MAIL, language, Random(seed)) for seed in range(60))
        return sum(one.startswith(("Thank Maria ", "Tell Maria ")) for one in wordings)

    assert asked("en") > 20
    assert asked("de") == 0


@given(st.text(max_size=400), st.floats(TERSE, FULL), st.integers(0, 99))
def test_any_mail_is_jotted_down_in_its_own_words(text: str, share: float, seed: int) -> None:
    name = telling.addressed(text)
    said = jotted(text, share, Random(seed)).removeprefix(f"Tell {name}: ")
    assert set(words(said.removesuffix("…"))[:-1]) <= set(words(text))
