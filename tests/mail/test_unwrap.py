"""Hard-wrapped paragraphs become one line; whatever else has lines keeps them."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from panzad.mail.unwrap import unwrapped

PROSE = (
    "The harbour office has moved to the other side of the basin, next to the old crane, and"
    " opens at eight. Please bring the papers of the boat with you. Nobody there will ask for"
    " the insurance, but it does no harm to have it in the bag."
)
GERMAN = (
    "Das Hafenamt ist auf die andere Seite des Beckens gezogen, neben den alten Kran, und macht"
    " um acht Uhr auf. Bitte bring die Papiere des Boots mit, nach der Versicherung fragt dort"
    " niemand."
)


@pytest.mark.parametrize("width", [65, 72, 76, 80])
@pytest.mark.parametrize("text", [PROSE, GERMAN])
def test_wrapped_paragraphs_are_joined_and_the_rest_of_the_mail_stays(
    text: str, width: int
) -> None:
    letter = "Hi Ben,\n\n{}\n\nYes.\n\n{}\n\nBest,\nAnn"
    wrapped = letter.format(textwrap.fill(text, width), textwrap.fill(text, width))

    assert unwrapped(wrapped) == letter.format(text, text)


def test_a_margin_before_every_line_goes_with_the_wraps() -> None:
    wrapped = textwrap.indent(textwrap.fill(PROSE, 72), "\t")

    assert unwrapped(wrapped) == PROSE


def test_an_item_of_a_list_is_joined_and_the_list_stays_a_list() -> None:
    items = "\n".join(
        textwrap.fill(PROSE, 72, initial_indent=f"{n}. ", subsequent_indent="   ") for n in (1, 2)
    )

    assert unwrapped(items) == f"1. {PROSE}\n2. {PROSE}"


@pytest.mark.parametrize(
    ("wrapped", "whole"),
    [
        (
            "Could you please send me the email of the harbour master I met over\nlunch?",
            "Could you please send me the email of the harbour master I met over lunch?",
        ),
        (
            "The office has moved to the other side of the basin, and we still need to\n"
            "make a few changes: some to the lock, and some to the key.",
            "The office has moved to the other side of the basin, and we still need to"
            " make a few changes: some to the lock, and some to the key.",
        ),
    ],
    ids=["one late break", "a colon within the sentence"],
)
def test_a_line_that_was_full_goes_on(wrapped: str, whole: str) -> None:
    assert unwrapped(wrapped) == whole


def test_a_paragraph_of_long_lines_stays_beside_one_that_was_wrapped() -> None:
    long = f"{PROSE}\nand this line was ended by its author, not by a client, at its end"

    assert unwrapped(f"{long}\n\n{textwrap.fill(PROSE, 72)}") == f"{long}\n\n{PROSE}"


def test_a_line_that_grew_after_it_was_wrapped_is_joined() -> None:
    grown = textwrap.fill(PROSE, 72).replace("Please", "And on Saturdays and Sundays at nine")
    assert max(map(len, grown.split("\n"))) > 90

    assert "\n" not in unwrapped(grown)


def test_japanese_is_joined_without_a_space() -> None:
    line = "港の事務所は古いクレーンの隣の反対側に移り、朝八時に開きますので、船の書類を"

    assert unwrapped(f"{line}\n持って来てください。") == f"{line}持って来てください。"


STAYING = {
    "sign-off": "Thank you so much for all the help with the boat during these cold weeks\nAnn",
    "one line a paragraph": (
        "I will be there at ten and bring the papers that we talked about on Friday.\n"
        "Can you print the list for the harbour office and for the crane too?\n"
        "Ben comes a little later, he has to bring the children to school first."
    ),
    "verse": (
        "The boats go out upon the tide when morning breaks the bay,\n"
        "The gulls cry out above the mast and call the night away,\n"
        "The painter with his brush of grey has nothing left to say."
    ),
    "address": "Harbour Office of the City and County of Bristol\n7 Quay Street\nBristol BS1 4DB",
    "code": "for (boat of harbour) { paint(boat, colours[boat.index], brush); }\nreturn harbour;",
    "table": "boat        length   colour   the painter who painted it\nGull        12       grey",
    "soft-wrapped": f"{PROSE}\nand this line was ended by its author, not by a client, at its end",
}


@pytest.mark.parametrize("name", STAYING)
def test_lines_that_their_author_ended_stay(name: str) -> None:
    assert unwrapped(STAYING[name]) == STAYING[name]


LINE = st.one_of(
    st.lists(
        st.sampled_from(["boat", "the", "harbour", "Ann", "is.", "1.", "-", "(and", "港の事", ":"]),
        max_size=24,
    ).map(" ".join),
    st.text(max_size=20),
)
TEXTS = st.lists(LINE, max_size=12).map("\n".join)


@given(TEXTS)
def test_no_character_but_white_space_changes(text: str) -> None:
    assert "".join(unwrapped(text).split()) == "".join(text.split())


@given(TEXTS)
def test_twice_is_once(text: str) -> None:
    assert unwrapped(unwrapped(text)) == unwrapped(text)


@given(st.lists(st.sampled_from(PROSE.lower().split()), min_size=40, max_size=120).map(" ".join))
def test_prose_wrapped_by_a_client_comes_back(text: str) -> None:
    lines = textwrap.wrap(text, 72)
    # Without a full line that breaks its sentence, nothing tells a wrap from a choice.
    assume(any(len(line) >= 66 and not line.endswith(".") for line in lines[:-1]))

    assert unwrapped("\n".join(lines)).split() == text.split()
    assert unwrapped("\n".join(lines)).count("\n") < len(lines) - 1
