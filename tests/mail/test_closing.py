"""How a mail ends: its signature, what stands around it, and what a reply quotes of it."""

from __future__ import annotations

import pytest

from panzad.mail.closing import closed, quotable
from tests.mail.footers import FOOTERS


def test_a_signature_above_a_list_footer_comes_off_too() -> None:
    found = closed(
        "Yes.\n\n-- \nAnn\n_______________________________________________\n"
        "dev mailing list -- dev@example.org\nTo unsubscribe send an email to dev-leave@example.org"
    )

    assert (found.own, found.signature) == ("Yes.", "Ann")


@pytest.mark.parametrize(
    "text",
    [
        "Hi,\n\nPlease unsubscribe me.",
        "Hi,\n\nTo unsubscribe me from this list would be kind.",
        "One.\n\n----------\n\nTwo is confidential and our list archives are at the office.",
        "One.\n\n----------\n\nFirst paragraph.\n\nOur lawyers say it is confidential, and legally"
        " privileged, so we should delete what the recipient was not intended to see.\n\nYes?",
        "Ok.\n\nSent by courier.",
        "Ok.\n\nSent from my house, please pick it up.",
        "Ok.\n\nSent from my desk, which is easier than the phone.",
        "Ok.\n\nSent a whole box of pixels",
        "Ok.\n\nSent from the office yesterday, all fine now and the boat is ready.",
        "Ok.\n\nSent with love, Ann",
        "Ok.\n\nEnviado ayer por la tarde, todo bien.",
        "Ok.\n\nGesendet habe ich es gestern.",
    ],
)
def test_the_authors_own_words_about_such_things_stay(text: str) -> None:
    assert closed(text).own == text


def test_a_bare_rule_between_paragraphs_begins_no_signature() -> None:
    text = """Agenda

--

The second part is about the move to the new office and what it means for all of
those who come from far away.

3. Move

Ann"""

    assert closed(text).own == text
    assert closed("Yes.\n\n--\nAnn Lee\nHarbour Office").signature == "Ann Lee\nHarbour Office"


def test_a_marked_signature_may_be_long_and_a_bare_rule_not() -> None:
    long = "\n".join(f"line {number}" for number in range(22))

    assert closed(f"Yes.\n\n-- \n{long}").own == "Yes."
    assert closed(f"Yes.\n\n--\n{long}").own.endswith("line 21")


def test_a_name_with_its_title_behind_a_bar_begins_a_signature() -> None:
    card = "Ann Lee | Head of Boats | Quay Ltd\n+44 20 7946 0000 | www.example.org"

    found = closed(f"Yes.\n\n{card}", frozenset({"ann", "lee"}))

    assert (found.own, found.signature) == ("Yes.", card)


def test_a_rule_of_dashes_goes_with_the_name_below_it() -> None:
    found = closed("Thanks!\n\n—————\nAnn Lee\nann@example.com", frozenset({"ann", "lee"}))

    assert found.own == "Thanks!"


@pytest.mark.parametrize("rule", ["-" * 30, "*" * 30, "━" * 20, "＝" * 12])
def test_a_signature_between_two_rules_needs_no_name(rule: str) -> None:
    block = "株式会社船\n山田\n〒100-0001 東京都\nTEL: 03-1234-5678"

    found = closed(f"よろしくお願いいたします。\n\n{rule}\n{block}\n{rule}\n")

    assert (found.own, found.signature) == ("よろしくお願いいたします。", block)


def test_text_between_two_rules_stays_where_it_tells_no_way_to_its_author() -> None:
    text = "Look:\n\n----------\nhull\nmast\n----------"

    assert closed(text).own.startswith("Look:\n\n----------\nhull\nmast")


def test_a_postscript_below_the_signature_is_the_authors() -> None:
    found = closed("Done.\n\n-- \nAnn Lee\nHarbour\n\nPS: bring the keys.")

    assert found.own == "Done.\n\nPS: bring the keys."
    assert found.signature == "Ann Lee\nHarbour"


def test_a_reply_quotes_neither_signature_nor_footer() -> None:
    footer = FOOTERS["mailman"]

    assert quotable(f"> Shall we?\n\nYes.\n\n-- \nBen\n\n{footer}") == "> Shall we?\n\nYes."
    assert quotable(f"Yes.\n\nBest,\nBen\n\n{footer}") == "Yes.\n\nBest,\nBen"
    assert quotable("-- \nBen") == "-- \nBen"
    assert quotable("Yes.\n> -- \n> Ann") == "Yes.\n> -- \n> Ann"


def test_a_reply_quotes_a_signature_that_no_dashes_mark_as_thunderbird_does() -> None:
    text = "Yes.\n\nBest,\nBen Okri\nACME\n+44 20 7946 0000"

    assert quotable(text) == text


def test_a_reply_does_not_quote_what_a_phone_or_a_relay_wrote() -> None:
    disclaimer = (
        "This e-mail and any attachments are confidential and intended solely for the addressee."
        " If you are not the intended recipient please delete it."
    )

    assert quotable(f"Yes.\n\nSent from my iPhone\n\n{disclaimer}") == "Yes."
