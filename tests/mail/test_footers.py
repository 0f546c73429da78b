"""What is nobody's words under a mail, and what only looks so."""

from __future__ import annotations

import pytest

from panzad.mail.closing import closed
from tests.mail.footers import FOOTERS


@pytest.mark.parametrize("name", FOOTERS)
def test_footers_are_nobodys_words(name: str) -> None:
    found = closed(f"Yes.\n\n{FOOTERS[name]}")

    assert found.own == "Yes."
    assert found.footer


def test_a_disclaimer_of_two_paragraphs_is_taken_whole() -> None:
    disclaimer = (
        "Diese E-Mail ist vertraulich.\n\n"
        "Wenn Sie nicht der Adressat dieser E-Mail sind, so vernichten Sie diese bitte."
    )

    found = closed(f"Anbei.\n\nGruß\nAnn\n\n{disclaimer}")

    assert found.own == "Anbei.\n\nGruß\nAnn"
    assert found.footer == disclaimer


@pytest.mark.parametrize(
    "notice",
    [
        "Este mensaje y sus anexos son confidenciales. Si lo ha recibido por error, le rogamos que"
        " avise al remitente y que elimine todas las copias de su sistema.",
        "Informacje zawarte w tej transmisji są poufne i przeznaczone wyłącznie dla adresata."
        " Jeżeli nie jest Pan adresatem, prosimy o powiadomienie nadawcy.",
        "Bu e-posta gizli bilgiler içerebilir ve yalnızca alıcısına yöneliktir. Alıcısı değilseniz"
        " lütfen gönderene haber veriniz ve iletiyi siliniz.",
        "本メールには機密情報が含まれることがあります。宛先に心当たりのない方は、送信者にご連絡のうえ、削除してくださいますようお願いいたします。",
        "本邮件含有保密信息，仅供收件人使用。如果您错收了本邮件，请立即通知发件人并将其从系统中删除，谢谢您的合作。",
        "The contents of this email are confidential.\n\nIf you have received it in error, please"
        " tell the sender and delete it; it is meant for the recipient named above alone.",
        "Conforme al Reglamento (UE) 2016/679 tratamos sus datos para atender su pedido. Puede"
        " ejercer sus derechos en datos@example.org en todo momento y sin coste alguno.",
        "Boats Ltd. Registered in England. Registered number 1234567. Registered office: 1 Quay.",
    ],
)
def test_an_offices_notice_is_a_footer_in_its_language(notice: str) -> None:
    found = closed(f"Too cold.\n\nAnn\n\n{notice}")

    assert (found.own, found.footer) == ("Too cold.\n\nAnn", notice)


def test_hordes_line_below_its_rule_is_a_footer() -> None:
    line = "This message was sent using IMP, the Internet Messaging Program."

    found = closed(f"Yes.\n\n{'-' * 64}\n{line}\n")

    assert (found.own, found.footer) == ("Yes.", f"{'-' * 64}\n{line}")


def test_a_providers_advertisement_stands_below_its_long_rule() -> None:
    rule, ad = "_" * 60, "The easiest way to show your boats: http://boats.example"

    assert closed(f"Yes.\n\n{rule}\n{ad}").own == "Yes."
    assert closed(f"Yes. See this:\n\n----\n{ad}").footer == ""


def test_an_authors_secret_is_no_disclaimer() -> None:
    secret = (
        "as discussed, the price is confidential and intended for you alone as the recipient"
        " of the offer; please do not disclose it before next week."
    )
    for text in (f"Hi Ben,\n\n{secret}", f"Hi Ben,\n\nthank you.\n\n{secret}"):
        assert closed(text).own == text


def test_a_sentence_about_a_registered_office_stays() -> None:
    text = "Hi Ben,\n\nlunch?\n\nOur registered office moves in May, so please send it to the quay."

    assert closed(text).own == text
