"""Who wrote and when, read from the lines that clients in many languages put above a quote."""

from __future__ import annotations

import pytest

from panzad.mail.extract import extract
from panzad.mail.message import Quote
from tests.mail.attributions import ATTRIBUTIONS, BEN
from tests.mail.builder import mail


@pytest.mark.parametrize(("line", "author", "date"), ATTRIBUTIONS)
def test_author_and_date_of_a_quote_are_those_of_its_attribution(
    line: str, author: str, date: str
) -> None:
    text = f"Yes.\n\n{line}\n> Shall we paint?\n"

    found = extract(mail(text, content_type="text/plain; charset=utf-8"))

    assert found.own_text == "Yes."
    assert found.quotes == (Quote(author, date, "Shall we paint?"),)


def test_a_day_a_time_and_whom_one_meets_are_the_authors_own() -> None:
    text = "The slots:\n\n12 Nov 2026, 18:20 with ben@example.net:\n\nthe hull\n\nAnn"

    assert extract(mail(text)).own_text == text


TOLD_IN_FULL = [line for line, author, date in ATTRIBUTIONS if author == BEN and date]


@pytest.mark.parametrize("line", TOLD_IN_FULL)
@pytest.mark.parametrize("quote", ["{0}\n\nShall we paint?", "> {0}\n>\n> Shall we paint?"])
def test_who_is_told_in_full_is_quoted_also_without_marks_or_behind_them(
    line: str, quote: str
) -> None:
    text = f"Yes.\n\n{quote.format(line.replace(chr(10), ' '))}\n"

    found = extract(mail(text, content_type="text/plain; charset=utf-8"))

    assert found.own_text == "Yes."
    assert [(one.author, one.text) for one in found.quotes] == [(BEN, "Shall we paint?")]


@pytest.mark.parametrize(
    "sentence",
    [
        "Am 12.11.2026 um 17:01 schrieb Ben, dass er kommt:",
        "Le 12 nov. 2026 à 17:01, Ben a écrit, que tout va bien :",
        "The server mx1.example.net [192.0.2.32]: 554 5.7.1 <ben@example.net>:",
        "Write to ben@example.net before 12 Nov 2026 17:01:",
    ],
)
def test_a_sentence_or_a_servers_answer_introduces_no_quote(sentence: str) -> None:
    text = f"{sentence}\n\nRelay denied."

    assert extract(mail(text, content_type="text/plain; charset=utf-8")).own_text == text


def test_a_name_before_the_verb_is_found_where_the_date_follows() -> None:
    [quote] = extract(mail("Ben Okri wrote on 12.11.2026 17:01:\n> Shall we?\n\nYes.\n")).quotes

    assert (quote.author, quote.date) == ("Ben Okri", "12.11.2026 17:01")


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("list@example.net [mailto:list@example.net] On Behalf Of Ben Okri", "Ben Okri"),
        (
            "Büro <office@example.net> im Auftrag von Ben Okri <ben@example.net>",
            BEN,
        ),
        ("Secrétariat <office@example.net> de la part de Ben Okri", "Ben Okri"),
    ],
)
def test_who_writes_on_behalf_of_somebody_is_not_the_author(line: str, author: str) -> None:
    block = f"From: {line}\nSent: Monday, November 09, 2026 11:16 PM\nTo: Ann\nSubject: Hull\n"

    found = extract(mail(f"Yes.\n\n{block}\nShall we paint?\n"))

    assert [(one.author, one.text) for one in found.quotes] == [(author, "Shall we paint?")]


@pytest.mark.parametrize(
    "line",
    [
        "Ben Featherstonehaugh <ben@example.net>, 12 Kas 2026 Per,\n17:01 tarihinde şunu yazdı:",
        "Ben Featherstonehaugh <ben@example.net> ezt írta (időpont:\n2026. nov. 12., Cs, 17:01):",
        "2026년 11월 12일 (목) 오후 5:01, Ben Featherstonehaugh <\nben@example.net>님이 작성:",
        "чет, 12. нов 2026. у 17:01 Ben Featherstonehaugh <\nben@example.net> је написао/ла:",
        "ในวันที่ พฤ. 12 พ.ย. 2026 เวลา 17:01 Ben Featherstonehaugh <\nben@example.net> เขียนว่า:",
        "Xqz 12 Nov 2026 qx 17:01 Ben Featherstonehaugh\n<ben@example.net> qzzx:",
    ],
)
def test_what_gmail_wraps_in_any_language_is_one_attribution(line: str) -> None:
    text = f"Yes.\n\n{line}\n\n> Shall we paint?\n"

    found = extract(mail(text, content_type="text/plain; charset=utf-8"))

    assert found.own_text == "Yes."
    [quote] = found.quotes
    assert "Ben Featherstonehaugh <ben@example.net>" in quote.author
    assert quote.date


def test_a_sentence_above_an_attribution_stays_the_authors() -> None:
    text = "We met on 12 Nov 2026 at 17:01.\nBen Okri <ben@example.net> wrote:\n> Shall we?\n"

    found = extract(mail(text))

    assert found.own_text == "We met on 12 Nov 2026 at 17:01."


@pytest.mark.parametrize(
    "line",
    [
        "2026/11/12 17:01(e)an, Ben Okri igorleak idatzi zuen:",
        "O 12/11/2026 ás 17:01, Ben Okri escribiu:",
        "Ar 12/11/2026 am 17:01, ysgrifennodd Ben Okri:",
        "Ar an 12/11/2026 17:01, scríobh Ben Okri:",
        "2026-11-12 오후 5:01에 Ben Okri 이(가) 쓴 글:",
    ],
)
def test_thunderbirds_smaller_languages_are_read(line: str) -> None:
    found = extract(
        mail(f"Yes.\n\n{line}\n> Shall we?\n", content_type="text/plain; charset=utf-8")
    )

    assert found.own_text == "Yes."
    assert "Ben Okri" in found.quotes[0].author


def test_a_blank_within_the_brackets_of_an_address_hides_no_name() -> None:
    line = "On Thu, Nov 12, 2026 at 5:01 PM, Ben Okri < ben@example.net > wrote:"

    found = extract(mail(f"Yes.\n\n{line}\n\n> Shall we?\n"))

    assert found.quotes[0].author == BEN
