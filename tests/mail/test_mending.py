"""Quoted lines that wrapping has broken are quoted again, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.extract import extract
from panzad.mail.mending import mended, parted
from tests.mail.builder import mail

LONG = "> Shall we paint the hull on Saturday morning before the others come back"


def test_the_end_of_a_quoted_line_is_quoted_again() -> None:
    assert mended([LONG, "from", "> the harbour?"]) == [LONG, "> from", "> the harbour?"]


def test_the_prefix_is_that_of_the_line_above() -> None:
    assert mended([f"> {LONG}", "from", "> > the harbour?"])[1] == "> > from"


def test_one_capitalised_line_in_a_quote_is_the_authors_answer() -> None:
    lines = [LONG, "Yes", "> from the harbour?"]

    assert mended(lines) == lines


def test_a_word_too_long_to_be_an_answer_is_quoted_again_whatever_it_begins_with() -> None:
    word = "Donaudampfschifffahrtsgesellschaften"
    lines = ["> Wir sprechen morgen früh über die", word, "> und alles andere."]

    assert mended(lines) == [lines[0], f"> {word}", lines[2]]


def test_a_link_below_a_question_is_the_authors_answer() -> None:
    lines = [f"{LONG}?", "https://example.org/the/harbour/and/its/paint", "> And the brushes?"]

    assert mended(lines) == lines


def test_capitalised_lines_are_quoted_again_where_the_text_was_wrapped_throughout() -> None:
    lines = [
        LONG,
        "from",
        "> the harbour, which is on the other side of the canal, with their friend",
        "Dan",
    ]

    assert mended([*lines, "> and his dog?"])[3] == "> Dan"


def test_an_answer_below_the_end_of_a_sentence_is_the_authors() -> None:
    lines = [f"{LONG}?", "too cold", "> And the brushes?"]

    assert mended(lines) == lines


def test_an_answer_below_a_short_line_is_the_authors() -> None:
    lines = ["> the paint", "is here", "> and the brushes"]

    assert mended(lines) == lines


def test_a_break_inside_the_attributions_address_is_undone() -> None:
    found = extract(
        mail("Yes.\n\nOn 1 May 2026 at 10:00, Ben Okri <ben@example.net\n> wrote:\n\n> ok?\n")
    )

    assert found.own_text == "Yes."
    assert found.quotes[0].author == "Ben Okri <ben@example.net>"


@given(st.lists(st.text(alphabet="> aB.", max_size=90), max_size=12))
def test_lines_stay_in_number_and_words(lines: list[str]) -> None:
    found = mended(lines)

    assert len(found) == len(lines)
    for before, after in zip(lines, found, strict=True):
        assert after.replace(">", "").split() == before.replace(">", "").split()


@given(
    st.lists(
        st.sampled_from(
            ["Ben wrote:", "wrote: > a", "On 1 May 2026, B <b@c.d> wrote: > a", "> b", "x: > y", ""]
        )
    )
)
def test_lines_that_are_parted_keep_their_words(lines: list[str]) -> None:
    assert "\n".join(parted(lines)).split() == "\n".join(lines).split()


@pytest.mark.parametrize(
    "line",
    [
        "-------- Original message --------From: Ben Okri <ben@example.net> "
        "Date: 12/11/2026  17:01  (GMT+01:00) To: ann@example.org Subject: The boat ",
        "-------- Messaggio originale --------Da: Ben Okri <ben@example.net> "
        "Data: 12/11/26  17:01  (GMT+01:00) A: ann@example.org Oggetto: La barca ",
    ],
)
def test_a_header_block_in_the_line_of_its_separator_is_read(line: str) -> None:
    found = extract(mail(f"Yes.\n\n{line}\n\nShall we?\n"))

    assert found.own_text == "Yes."
    [quote] = found.quotes
    assert (quote.author, quote.text) == ("Ben Okri <ben@example.net>", "Shall we?")
    assert "17:01" in quote.date


@pytest.mark.parametrize(
    "lines",
    [
        ">>> On 11/12/2026 at 5:01 PM, in message\n<5FAD.A123@example.net>, Ben Okri\n"
        "<ben@example.net> wrote:",
        ">>> Am 12.11.2026 um 17:01 schrieb Ben Okri <ben@example.net> in Nachricht\n"
        "<5FAD.A123@example.net>:",
    ],
)
def test_groupwise_names_the_message_within_its_attribution(lines: str) -> None:
    found = extract(mail(f"Yes.\n\n{lines}\n> Shall we?\n"))

    assert found.own_text == "Yes."
    assert [(one.author, one.text) for one in found.quotes] == [
        ("Ben Okri <ben@example.net>", "Shall we?")
    ]
