"""Gateways' warnings above a mail, and authors' words that only sound like one."""

from __future__ import annotations

import pytest

from panzad.mail.closing import closed
from panzad.mail.extract import extract
from panzad.mail.thread import thread_of
from tests.mail.builder import mail

BANNERS = [
    "[EXTERNAL]",
    "*** External e-mail ***",
    "[Extern]",
    "This message originated from outside of your organization.",
    (
        "CAUTION: This email originated from outside of the organization. Do not click links\n"
        "or open attachments unless you recognize the sender and know the content is safe."
    ),
    (
        "EXTERNAL EMAIL: Be careful with links and attachments. This message was sent by somebody\n"
        "outside the company."
    ),
    (
        "ACHTUNG: Diese E-Mail stammt von einem externen Absender. Bitte öffnen Sie keine Anhänge\n"
        "und klicken Sie auf keine Links, wenn Sie den Absender nicht kennen."
    ),
    (
        "ATTENTION : Cet e-mail provient de l'extérieur. Ne cliquez pas sur les liens et n'ouvrez\n"
        "pas les pièces jointes sans connaître l'expéditeur."
    ),
    (
        "PRECAUCIÓN: Este correo procede de fuera de la organización. No abra enlaces ni archivos\n"
        "adjuntos si no conoce al remitente."
    ),
    "[EXTERNAL EMAIL] Do not click links unless you trust this sender.",
    "ATTENZIONE: questo messaggio proviene da un mittente esterno. Non aprite link o allegati.",
    "LET OP: deze e-mail komt van buiten de organisatie. Klik niet op links of bijlagen.",
    "注意：此邮件来自外部，请勿点击链接或打开附件。",
    (
        "You don't often get email from ben@example.net. Learn why this is important"
        "<https://aka.ms/LearnAboutSenderIdentification>"
    ),
    (
        "ZjQcmQRYFpfptBannerStart\nThis Message Is From an External Sender\n\n"
        "This message came from outside your organization.\n\nZjQcmQRYFpfptBannerEnd"
    ),
]


@pytest.mark.parametrize("banner", BANNERS, ids=lambda text: text[:24])
def test_a_gateways_warning_is_nobodys_words(banner: str) -> None:
    found = closed(f"{banner}\n\nHi Ann,\n\nthe samples left.\n\nBen")

    assert found.own == "Hi Ann,\n\nthe samples left.\n\nBen"
    assert found.footer == banner


def test_two_warnings_and_a_signature_go_each_to_its_place() -> None:
    found = closed(f"{BANNERS[0]}\n{BANNERS[4]}\n\nThe samples left.\n-- \nBen\nYard 4")

    assert found.own == "The samples left."
    assert found.signature == "Ben\nYard 4"
    assert found.footer == f"{BANNERS[0]}\n{BANNERS[4]}"


@pytest.mark.parametrize(
    "text",
    [
        "External",
        "Caution, this email is long, and I have no links outside the office to show for it.",
        "This message is from an external sender, so I did not open the attachment. What now?",
        "Attention: the hall is cold. Bring the links from outside.",
        "Achtung, diese Nachricht ist vertraulich.",
        "Important: click on the second link.",
    ],
)
def test_an_authors_own_warning_stays(text: str) -> None:
    assert closed(text).own == text


def test_a_warning_in_a_quote_is_no_turn_of_the_thread() -> None:
    reply = mail(
        "Forty are ordered.\n\nOn Thu, 12 Nov 2026 at 18:20, Ben Okri <ben@example.net> wrote:\n"
        "> CAUTION: This email originated from outside the company. Do not click on links.\n"
        "> \n> Please order forty.\n"
    )

    turns = thread_of(reply, extract(reply), ())

    assert [turn.text for turn in turns] == ["Please order forty.", "Forty are ordered."]
