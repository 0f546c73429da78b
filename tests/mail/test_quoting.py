"""Whose a line is that stands between the marks of a quote and its prefixed lines."""

from __future__ import annotations

import pytest

from panzad.mail.extract import extract
from panzad.mail.message import Quote
from tests.mail.builder import mail

BEN = "Ben Okri <ben@example.net>"

ABOVE_PREFIXED = [
    f"On Thu, Nov 12, 2026 at 5:01 PM {BEN} wrote:",
    f"Am 12.11.2026 um 17:01 schrieb {BEN}:",
    f"----- Original Message -----\nFrom: {BEN}",
]


@pytest.mark.parametrize("above", ABOVE_PREFIXED)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_greeting_between_an_attribution_and_prefixed_lines_is_the_authors(
    above: str, gap: str
) -> None:
    found = extract(
        mail(f"{above}{gap}Hello Ben,\n\n> Shall we paint?\n\nYes.\n\n> When?\n\nNow.\n")
    )

    assert found.own_text == "Hello Ben,\n\nYes.\n\nNow."
    assert found.quotes == (Quote(BEN, found.quotes[0].date, "Shall we paint?\n\nWhen?"),)


def test_an_unprefixed_mail_below_a_single_from_line_is_the_others() -> None:
    found = extract(mail(f"Yes.\n\n----- Original Message -----\nFrom: {BEN}\n\nShall we paint?\n"))

    assert found.own_text == "Yes."
    assert found.quotes == (Quote(BEN, "", "Shall we paint?"),)


def test_the_name_below_on_behalf_of_belongs_to_the_header_block() -> None:
    block = (
        "-----Original Message-----\nFrom: list@example.net [mailto:list@example.net]On Behalf Of\n"
        "Ben Okri\nSent: Monday, November 09, 2026 11:16 PM\nTo: Ann\n\nShall we paint?\n"
    )

    found = extract(mail(f"Yes.\n\n{block}"))

    assert found.own_text == "Yes."
    assert found.quotes[0].text == "Shall we paint?"
    assert found.quotes[0].date == "Monday, November 09, 2026 11:16 PM"
