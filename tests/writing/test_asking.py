"""Mails told as somebody would ask for them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing import telling
from panzad.writing.asking import asking

NAMED = "Hi Wally,\n\n{}\n\nBest,\nDavid"


def wordings(said: str, mail: str = NAMED) -> set[str]:
    return {asking(mail.format(said), Random(seed)) for seed in range(60)}


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Could you please send me the slides?", "Ask Wally to send me the slides."),
        ("Would it be possible to meet?", "Ask Wally if it would be possible to meet."),
        ("Do you have a minute on Friday?", "Ask Wally if they have a minute on Friday."),
        ("Are you in Paris?", "Ask Wally if they are in Paris."),
        ("What do you need?", "Ask Wally what do they need."),
        ("How about Friday at noon?", "Suggest to Wally Friday at noon."),
        ("Thanks a lot for your help!", "Thank Wally for their help."),
        ("I'm so sorry for the delay.", "Apologise to Wally for the delay."),
        ("Please let me know what you think.", "Ask Wally to tell me what they think."),
        ("Please have a look.", "Ask Wally to have a look."),
        ("I would be happy to come.", "Offer Wally to come."),
        ("Let's meet on Friday.", "Suggest to Wally to meet on Friday."),
        (
            "Congratulations on your first paper there!",
            "Congratulate Wally on their first paper there.",
        ),
        ("Yes, Friday works.", "Tell Wally yes, Friday works."),
        ("Cassie is fine.", "Tell Wally Cassie is fine."),
        ("The slides are ready.", "Tell Wally the slides are ready."),
        ("I will send you a draft.", "Tell Wally I will send them a draft."),
        ("It was good to hear from you.", "Tell Wally it was good to hear from them."),
    ],
)
def test_a_sentence_is_asked_for_by_what_it_does(said: str, asked: str) -> None:
    assert asked in wordings(said)


def test_politeness_goes_before_what_is_meant() -> None:
    assert "Tell Wally the flight leaves at 7." in wordings(
        "Unfortunately, the flight leaves at 7."
    )


def test_the_number_of_an_item_is_nothing_that_is_told() -> None:
    told = wordings("We need:\n1) Six sheets of board.\n2) Two metres of cloth.")
    assert any("Six sheets of board" in one or "six sheets of board" in one for one in told)
    assert not any("1)" in one or "2)" in one for one in told)


def test_what_only_opens_a_mail_is_never_all_that_is_asked_for() -> None:
    told = wordings("I hope all is well.\nCould you please send me the slides?")
    assert all("slides" in one and "hope" not in one for one in told)


def test_some_leave_out_what_names_nothing_and_some_say_all() -> None:
    said = "I was there early with all of the bags, because the train came. Now Kevin has them."
    told = wordings(said)
    assert any("train" in one and "early" in one for one in told)
    assert any("train" not in one and "early" in one for one in told)
    assert all("Kevin" in one for one in told)


def test_a_question_is_left_out_less_often_than_what_is_only_told() -> None:
    mail = "The old room on the ground floor was rather small for all of us. {}"
    kept = [
        sum("garden" in asking(mail.format(one), Random(seed)) for seed in range(200))
        for one in ("Is the garden open?", "It is by the garden.")
    ]
    assert kept[0] > 1.3 * kept[1]


@pytest.mark.parametrize("joint", ["and", "so", "but", "because"])
def test_a_clause_that_is_left_alone_begins_as_a_sentence(joint: str) -> None:
    said = f"It is late, {joint} the train to Basel with all of the others leaves at 7."
    assert not any(f"Wally {joint}" in one or f"Wally, {joint}" in one for one in wordings(said))


def test_whom_it_is_for_is_named_once() -> None:
    said = "Could you send me the slides? Could you also bring the key?"
    assert all(told.count("Wally") == 1 for told in wordings(said))


def test_a_line_that_was_broken_is_one_sentence() -> None:
    assert "Ask Wally to push the code somewhere." in wordings(
        "Could you push the code\nsomewhere?"
    )


def test_a_link_keeps_its_letters() -> None:
    said = "Here it is. https://example.org/a?b=7"
    assert all("https://example.org/a?b=7" in told for told in wordings(said))


@given(st.text(max_size=400), st.integers(0, 99))
def test_any_text_is_told_in_one_line_by_the_same_chance_the_same(text: str, seed: int) -> None:
    told = asking(text, Random(seed))
    assert told == asking(text, Random(seed))
    assert len(told.splitlines()) <= 1


@given(
    st.lists(st.sampled_from(["Could you bring 3 pens?", "Thanks for 40 euros.", "It is 7."])),
    st.integers(0, 99),
)
def test_numbers_always_stay(sentences: list[str], seed: int) -> None:
    mail = NAMED.format(" ".join(sentences) or "So.")
    told = asking(mail, Random(seed))
    assert [one for one in telling.facts(telling.body(mail)) if not telling.holds(told, one)] == []
