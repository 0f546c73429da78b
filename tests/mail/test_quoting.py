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
    assert found.quotes == (
        Quote("Ben Okri", "Monday, November 09, 2026 11:16 PM", "Shall we paint?"),
    )


def test_a_name_that_is_wrapped_behind_on_behalf_of_is_one_name() -> None:
    block = (
        "-----Original Message-----\nFrom: list@example.net [mailto:list@example.net]On Behalf Of"
        " Ben\nOkri\nSent: Monday, November 09, 2026 11:16 PM\nTo: Ann\n\nShall we paint?\n"
    )

    [quote] = extract(mail(f"Yes.\n\n{block}")).quotes

    assert quote == Quote("Ben Okri", "Monday, November 09, 2026 11:16 PM", "Shall we paint?")


BLOCKS = [
    "Wysłane: czwartek, 12 listopada 2026 17:01\nDo: Ann <ann@example.org>\nTemat: Hull",
    "Anfonwyd: dydd Iau 12 Tachwedd 2026 17:01\nAt: Ann <ann@example.org>\nPwnc: Hull",
]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_header_block_below_a_rule_is_told_by_its_shape_in_any_language(block: str) -> None:
    text = f"Yes.\n\n{'_' * 32}\nOddi wrth: {BEN}\n{block}\n\nShall we paint?\n"

    found = extract(mail(text))

    assert found.own_text == "Yes."
    assert [(quote.author, quote.text) for quote in found.quotes] == [(BEN, "Shall we paint?")]


LABELS = [
    "Gönderildi: 12 Kasım 2026 Perşembe 17:01\nKime: Ann\nKonu: Hull",
    "Enviat: dijous, 12 de novembre de 2026 17:01\nPer a: Ann\nAssumpte: Hull",
    "Εστάλη: Πέμπτη 12 Νοεμβρίου 2026 17:01\nΠρος: Ann\nΘέμα: Hull",
    "Poslato: 12. novembar 2026 17:01\nPrima: Ann\nNaslov: Hull",
    "ส่ง: 12 พฤศจิกายน 2026 17:01\nถึง: Ann\nเรื่อง: Hull",
    "تم الإرسال: 12 نوفمبر 2026 17:01\nإلى: Ann\nالموضوع: Hull",
]


@pytest.mark.parametrize("block", LABELS)
def test_a_header_block_without_a_rule_is_told_by_its_labels(block: str) -> None:
    found = extract(mail(f"Yes.\n\nFrom: {BEN}\n{block}\n\nShall we paint?\n"))

    assert found.own_text == "Yes."
    assert found.quotes[0].author == BEN


@pytest.mark.parametrize("name", ["J Smith", "J. R. Smith", "Smith, J"])
def test_who_signs_with_an_initial_wrote_the_mail_below_a_header_block(name: str) -> None:
    labels = "Sent: 12 November 2026 17:01\nTo: A Lee\nSubject: Hull"

    found = extract(mail(f"Yes.\n\nFrom: {name}\n{labels}\n\nShall we paint?\n"))

    assert found.own_text == "Yes."
    assert found.quotes[0].author == name


OWN_BLOCKS = [
    "From: 9 am\nTo: 5 pm\nDate: from 1 December 2026\nSubject: room 4",
    "From: January 2026\nTo: March 2026\nSubject: sales",
    "Contact: ann@example.org\nDate: 12 November 2026 17:01\nPlace: the harbour",
]


@pytest.mark.parametrize("block", OWN_BLOCKS)
def test_an_authors_own_labelled_lines_are_no_header_block(block: str) -> None:
    text = f"The new hours:\n\n{block}\n\nWe need help on Fridays."

    found = extract(mail(text))

    assert found.own_text == text
    assert found.quotes == ()


WORDLESS = [
    f"เมื่อ พฤ. 12 พ.ย. 2026 เวลา 17:01 {BEN} เขียนว่า:",
    f"गुरु, 12 नव॰ 2026 को 5:01 pm बजे {BEN} ने लिखा:",
    f"Ar ddydd Iau 12 Tachwedd 2026 am 17:01 {BEN} oedd yn dweud:",
]


@pytest.mark.parametrize("line", WORDLESS)
def test_an_attribution_in_any_language_is_told_by_the_prefixed_lines_below(line: str) -> None:
    found = extract(mail(f"Yes.\n\n{line}\n\n> Shall we paint?\n"))

    assert found.own_text == "Yes."
    assert "ben@example.net" in found.quotes[0].author


def test_a_line_that_only_looks_like_one_is_the_authors_where_nothing_is_quoted() -> None:
    text = f"At 17:01 we call {BEN} about:\nthe hull."

    assert extract(mail(text)).own_text == text


def test_a_prefixed_header_block_below_a_separator_says_who_wrote_and_when() -> None:
    block = f"> From: {BEN}\n> Sent: Thursday\n>\n> Shall we paint?\n"

    found = extract(mail(f"Yes.\n\n-----Original Message-----\n{block}\nBring the keys.\n"))

    assert found.own_text == "Yes.\n\nBring the keys."
    assert found.quotes == (Quote(BEN, "Thursday", "Shall we paint?"),)


def test_an_attached_mail_without_a_word_above_is_a_forward() -> None:
    attached = "--b\nContent-Type: message/rfc822\n\nFrom: c@example.net\n\nWe offer 100.\n--b--\n"

    found = extract(mail(attached, content_type="multipart/mixed; boundary=b"))

    assert (found.own_text, found.layout) == ("", "forward")


def test_pythons_prompts_in_a_mail_that_quotes_nothing_are_the_authors() -> None:
    text = "Try it:\n\n>>> print(1)\n1\n>>> print(2)\n2\n\nThat is all."

    assert extract(mail(text)).own_text == text


@pytest.mark.parametrize(
    "line",
    [
        "##- Please type your reply above this line -##",
        "## Bitte antworten Sie oberhalb dieser Linie ##",
        "---- Répondez au-dessus de cette ligne ----",
        "=== Escriba su respuesta por encima de esta línea ===",
        "##- Пожалуйста, напишите ответ выше этой строки -##",
    ],
)
def test_what_a_help_desk_puts_below_its_line_is_not_the_authors(line: str) -> None:
    text = f"The blue one.\n\n{line}\nTicket 42\nBen Okri (Paint)\nWhich colour?\n"
    found = extract(mail(text, content_type="text/plain; charset=utf-8"))

    assert found.own_text == "The blue one."
    assert found.quotes == (Quote("", "", "Ticket 42\nBen Okri (Paint)\nWhich colour?"),)


def test_a_help_desks_own_mail_is_read_below_its_line() -> None:
    line = "##- Please type your reply above this line -##"

    assert "Which colour?" in extract(mail(f"{line}\n\nWhich colour?\n")).own_text


def test_a_sentence_about_a_line_is_the_authors() -> None:
    text = "Paint above this line -- and not below.\n\nThe rest is wood."

    assert extract(mail(text)).own_text == text


@pytest.mark.parametrize("begin", ["As", "Wie", "Comme"])
def test_a_clause_that_names_an_address_is_the_authors(begin: str) -> None:
    text = f"{begin} {BEN} wrote:\n\n  we should paint.\n\nI agree."

    assert extract(mail(text)).own_text == text


@pytest.mark.parametrize("line", ["----- Xqz zyx -----", "Xqz zyx:", "Začiatok xqz:", "転送xqz："])
def test_a_separator_above_a_quoted_header_block_is_known_in_any_language(line: str) -> None:
    block = "> From: Ben <ben@example.net>\n> Subject: Boat\n> Date: 12 Nov 2026\n> To: Ann"
    text = f"Look.\n\n{line}\n\n{block}\n>\n> Shall we?\n"

    found = extract(mail(text, content_type="text/plain; charset=utf-8"))

    assert found.own_text == "Look."
    assert [(one.author, one.text) for one in found.quotes] == [
        ("Ben <ben@example.net>", "Shall we?")
    ]


def test_an_authors_line_above_an_ordinary_quote_stays() -> None:
    found = extract(mail("Ben asked:\n\n> Shall we go\n> From: here?\n\nYes.\n"))

    assert found.own_text == "Ben asked:\n\nYes."


@pytest.mark.parametrize(
    "head",
    [
        "---- Replied Message ----\n| From | Ben<ben@example.net> |\n| Date | 11/12/2026 17:01 |\n"
        "| To | Ann<ann@example.org> |\n| Subject | Boat |\n",
        "------------------&nbsp;原始邮件&nbsp;------------------\n发件人: Ben<ben@example.net>;\n"
        "发送时间: 2026年11月12日 17:01\n主题: Boat\n",
        "发件人：Ben <ben@example.net>\n发送时间：2026年11月12日 17:01\n主　题：Boat\n",
    ],
)
def test_chinese_webmails_blocks_leave_nothing_behind(head: str) -> None:
    text = f"Yes.\n\n{head}\nShall we?\n"

    found = extract(mail(text, content_type="text/plain; charset=utf-8"))

    assert (found.own_text, [one.text for one in found.quotes]) == ("Yes.", ["Shall we?"])
    assert "ben@example.net" in found.quotes[0].author


@pytest.mark.parametrize(
    "labels", ["Шаље Послато Прима Тема", "Nork Bidaltze-data Nori Gaia", "보낸이 날짜 받는이 제목"]
)
def test_header_blocks_of_serbian_basque_and_korean_clients_are_read(labels: str) -> None:
    values = ("Ben <ben@example.net>", "12. 11. 2026 17:01", "Ann", "Boat")
    block = "\n".join(f"{one}: {two}" for one, two in zip(labels.split(), values, strict=True))

    found = extract(mail(f"Yes.\n\n{block}\n\nOk?\n", content_type="text/plain; charset=utf-8"))

    assert (found.own_text, found.quotes[0].text) == ("Yes.", "Ok?")
