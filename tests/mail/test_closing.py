"""What stands under every mail, by list, scanner, phone and office; and what only looks so."""

from __future__ import annotations

import pytest

from panzad.mail.closing import closed, quotable

FOOTERS = {
    "mailman": """\
_______________________________________________
Users mailing list
Users@example.org
https://lists.example.org/mailman/listinfo/users""",
    "mailman3": """\
_______________________________________________
Users mailing list -- users@example.org
To unsubscribe send an email to users-leave@example.org""",
    "ggroups": (
        "-- \n"
        'You received this message because you are subscribed to the Google Groups "boats'
        '" group.\n'
        "To unsubscribe from this group and stop receiving emails from it, send an email "
        "to boats+unsubscribe@googlegroups.com.\n"
        "To view this discussion on the web visit https://groups.google.com/d/msgid/boats/x."
    ),
    "ggroups_old": """\
--~--~---------~--~----~------------~-------~--~----~
You received this message because you are subscribed to the Google Groups "boats" group.
To post to this group, send email to boats@googlegroups.com
-~----------~----~----~----~------~----~------~--~---""",
    "yahoo": (
        "------------------------ Yahoo! Groups Sponsor ---------------------~-->\n"
        "Sell a boat\n"
        "http://us.click.yahoo.com/x\n"
        "---------------------------------------------------------------------~->\n"
        "\n"
        "To unsubscribe from this group, send an email to:\n"
        "boats-unsubscribe@egroups.com\n"
        "\n"
        " \n"
        "\n"
        "Your use of Yahoo! Groups is subject to http://docs.yahoo.com/info/terms/"
    ),
    "sf": """\
-------------------------------------------------------
This sf.net email is sponsored by: Boats - the fastest
way over the water! Do not just swim.
http://www.example.com/boats
_______________________________________________
Boats-talk mailing list
Boats-talk@lists.sourceforge.net
https://lists.sourceforge.net/lists/listinfo/boats-talk""",
    "ezmlm": """\
---------------------------------------------------------------------
To unsubscribe, e-mail: dev-unsubscribe@example.apache.org
For additional commands, e-mail: dev-help@example.apache.org""",
    "lkml": """\
-
To unsubscribe from this list: send the line "unsubscribe linux-kernel" in
the body of a message to majordomo@vger.kernel.org
More majordomo info at  http://vger.kernel.org/majordomo-info.html
Please read the FAQ at  http://www.tux.org/lkml/""",
    "debian": (
        "\n"
        "-- \n"
        "To UNSUBSCRIBE, email to debian-user-request@lists.debian.org\n"
        'with a subject of "unsubscribe". Trouble? Contact listmaster@lists.debian.org'
    ),
    "sympa": """\
---
Pour se désinscrire : https://listes.example.fr/sympa/signoff/boats
Archives : https://listes.example.fr/sympa/arc/boats""",
    "listserv": """\
########################################################################

To unsubscribe from the BOATS list, click the following link:
https://www.jiscmail.ac.uk/cgi-bin/webadmin?SUBED1=BOATS&A=1""",
    "listserv2": """\
=========================================================
To leave the list send mail to LISTSERV@example.edu with SIGNOFF BOATS in the body.""",
    "groupsio": """\

-=-=-=-=-=-=-=-=-=-=-=-
Groups.io Links: You receive all messages sent to this group.
View/Reply Online (#123): https://groups.io/g/boats/message/123
Mute This Topic: https://groups.io/mt/1/2
Group Owner: boats+owner@groups.io
Unsubscribe: https://groups.io/g/boats/unsub [ann@example.org]
-=-=-=-=-=-=-=-=-=-=-=-""",
    "avast": """\
Virus-free. www.avast.com""",
    "avast2": """\
---
This email has been checked for viruses by Avast antivirus software.
https://www.avast.com/antivirus""",
    "avastde": """\
---
Diese E-Mail wurde von Avast Antivirus-Software auf Viren geprüft.
https://www.avast.com/antivirus""",
    "avastfr": """\
---
L'absence de virus dans ce courrier électronique a été vérifiée par le logiciel antivirus Avast.
https://www.avast.com/antivirus""",
    "avast_gmail": """\
<https://www.avast.com/sig-email?utm_medium=email>
Virus-free.
www.avast.com
<https://www.avast.com/sig-email>
<#DAB4FAD8-2DD7-40BB-A1B8-4E2AA1F9FDF2>""",
    "avg": """\
-----
No virus found in this message.
Checked by AVG - www.avg.com
Version: 2016.0.7227 / Virus Database: 4457/11286 - Release Date: 12/31/15""",
    "mailscanner": (
        "-- \n"
        "This message has been scanned for viruses and\n"
        "dangerous content by MailScanner, and is\n"
        "believed to be clean."
    ),
    "green": """\
Please consider the environment before printing this e-mail.""",
    "discl": (
        "This email and any attachments are confidential and intended solely for the use "
        "of the individual to whom they are addressed. If you are not the intended recipi"
        "ent please delete it."
    ),
    "disclde": (
        "Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. W"
        "enn Sie nicht der richtige Adressat sind oder diese E-Mail irrtümlich erhalten h"
        "aben, informieren Sie bitte sofort den Absender und vernichten Sie diese Mail."
    ),
    "hotmail": """\
_________________________________________________________________
Get your FREE download of MSN Explorer at http://explorer.msn.com""",
    "yahoo2": """\
__________________________________________________
Do you Yahoo!?
Yahoo! Mail Plus - Powerful. Affordable. Sign up now.""",
}


@pytest.mark.parametrize("name", FOOTERS)
def test_footers_are_nobodys_words(name: str) -> None:
    found = closed(f"Yes.\n\n{FOOTERS[name]}")

    assert found.own == "Yes."
    assert found.footer


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


def test_a_rule_at_the_very_end_is_not_text() -> None:
    assert closed("Yes.\n\n--------------------------\nSent from my BlackBerry").own == "Yes."


MOBILE = """\
Sent from my iPhone
Sent from my Samsung Galaxy smartphone.
Sent from Outlook for Android
Sent from Outlook for iOS<https://aka.ms/o0ukef>
Get Outlook for iOS<https://aka.ms/o0ukef>
Sent from Yahoo Mail on Android
Sent from ProtonMail mobile
Sent with Proton Mail secure email.
Sent from Proton Mail for iOS
Sent from Mail for Windows
Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows 10
Sent via BlackBerry by AT&T
Sent from my mobile device
Sent from my phone, please excuse typos.
Sent from my cell, please excuse any typos.
(Sent from mobile device)
<<sent by galaxy>>
Sent from K-9 Mail
Sent from my Android device with K-9 Mail. Please excuse my brevity.
Von meinem iPhone gesendet
Von meinem Samsung Galaxy Smartphone gesendet.
Gesendet von Mail für Windows 10
Gesendet von Outlook für Android
Holen Sie sich Outlook für iOS
Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.
Diese Nachricht wurde von meinem Android-Mobiltelefon mit WEB.DE Mail gesendet.
Gesendet mit der Telekom Mail App
Envoyé de mon iPhone
Envoyé depuis mon iPhone
Envoyé à partir d'Outlook pour Android
Télécharger Outlook pour iOS
Obtenir Outlook pour iOS
Envoyé de mon appareil Android
Envoyé à partir de mon smartphone Samsung Galaxy.
Enviado desde mi iPhone
Enviado desde Outlook para iOS
Enviado do meu iPhone
Enviado de mi Samsung Mobile
Obtener Outlook para iOS
Obter o Outlook para iOS
Inviato da iPhone
Inviato dal mio iPhone
Inviato da Outlook per Android
Scarica Outlook per iOS
Ottieni Outlook per iOS
Verstuurd vanaf mijn iPhone
Verzonden vanuit Outlook voor Android
Outlook voor iOS downloaden
Download Outlook voor iOS
Sendt fra min iPhone
Sendt fra Outlook til iOS
Sendt fra Outlook for iOS
Hent Outlook til iOS
Skickat från min iPhone
Skickat från Outlook för iOS
Hämta Outlook för iOS
Lähetetty iPhonesta
Hanki Outlook for iOS
Отправлено с iPhone
Отправлено из мобильной Почты Mail.ru
Отправлено с устройства Samsung
Отправлено из Outlook для iOS
Надіслано з iPhone
Wysłane z iPhone'a
Wysłane z mojego iPhone'a
Pobierz aplikację Outlook dla systemu iOS
Odesláno z iPhonu
Odesláno z mého iPhonu
Odoslané z iPhonu
iPhone-omról küldve
Küldve az iPhone-omról
Elküldve az iPhone készülékemről
Trimis de pe iPhone-ul meu
iPhone'umdan gönderildi
iPhone'dan gönderildi
Samsung cihazımdan gönderildi
Στάλθηκε από το iPhone μου
Poslano s iPhonea
Poslano z mojega iPhone
从我的 iPhone 发送
发自我的 iPhone
發自我的 iPhone
從我的 iPhone 傳送
iPhoneから送信
iPhoneから送信しました。
나의 iPhone에서 보냄
내 iPhone에서 보냄
נשלח מה-iPhone שלי
أُرسلت من الـ iPhone
تم الإرسال من هاتفي
Đã gửi từ iPhone của tôi
Dikirim dari iPhone saya
ส่งจาก iPhone ของฉัน
Enviat des del meu iPhone
Saadetud minu iPhone'ist
Изпратено от моя iPhone
"""


@pytest.mark.parametrize("line", MOBILE.splitlines())
def test_the_lines_of_phones_are_signatures(line: str) -> None:
    found = closed(f"Ok.\n\n{line}")

    assert (found.own, found.signature) == ("Ok.", line)


def test_a_bare_rule_between_paragraphs_begins_no_signature() -> None:
    text = """Agenda

--

The second part is about the move to the new office and what it means for all of
those who come from far away.

3. Move

Ann"""

    assert closed(text).own == text
    assert closed("Yes.\n\n--\nAnn Lee\nHarbour Office").signature == "Ann Lee\nHarbour Office"


def test_a_postscript_below_the_signature_is_the_authors() -> None:
    found = closed("Done.\n\n-- \nAnn Lee\nHarbour\n\nPS: bring the keys.")

    assert found.own == "Done.\n\nPS: bring the keys."
    assert found.signature == "Ann Lee\nHarbour"


def test_an_authors_secret_is_no_disclaimer() -> None:
    secret = (
        "as discussed, the price is confidential and intended for you alone as the recipient"
        " of the offer; please do not disclose it before next week."
    )
    for text in (f"Hi Ben,\n\n{secret}", f"Hi Ben,\n\nthank you.\n\n{secret}"):
        assert closed(text).own == text


def test_a_disclaimer_of_two_paragraphs_is_taken_whole() -> None:
    disclaimer = (
        "Diese E-Mail ist vertraulich.\n\n"
        "Wenn Sie nicht der Adressat dieser E-Mail sind, so vernichten Sie diese bitte."
    )

    found = closed(f"Anbei.\n\nGruß\nAnn\n\n{disclaimer}")

    assert found.own == "Anbei.\n\nGruß\nAnn"
    assert found.footer == disclaimer


def test_a_providers_advertisement_stands_below_its_long_rule() -> None:
    rule, ad = "_" * 60, "The easiest way to show your boats: http://boats.example"

    assert closed(f"Yes.\n\n{rule}\n{ad}").own == "Yes."
    assert closed(f"Yes. See this:\n\n----\n{ad}").footer == ""


def test_a_rule_of_dashes_goes_with_the_name_below_it() -> None:
    found = closed("Thanks!\n\n—————\nAnn Lee\nann@example.com", frozenset({"ann", "lee"}))

    assert found.own == "Thanks!"


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


@pytest.mark.parametrize(
    "line",
    [
        "Outlook for iOSを入手",
        "获取 Outlook for Android",
        "Отримати Outlook для iOS",
        "Få Outlook til Android",
        "Skickades från Outlook för Android",
        "Von Yahoo Mail für iPhone gesendet",
        "Von unterwegs gesendet",
        "Wysłane za pomocą K-9 Mail.",
        "Odesláno aplikací K-9 Mail ze systému Android. Omluvte prosím moji stručnost.",
        "Простите за краткость, создано в K-9 Mail.",
        "发自网易邮箱大师",
        "Отправлено из мобильной Яндекс Почты",
        "Provenance : Courrier pour Windows 10",
    ],
)
def test_a_phones_line_is_a_signature_in_any_language(line: str) -> None:
    found = closed(f"Yes, on Friday.\n\n{line}")

    assert (found.own, found.signature) == ("Yes, on Friday.", line)


@pytest.mark.parametrize(
    "line",
    ["Does Outlook run on Android?", "The Outlook that my sister has on Android lost the mail"],
)
def test_a_sentence_about_a_mail_program_stays(line: str) -> None:
    assert closed(f"Hi,\n\n{line}").own == f"Hi,\n\n{line}"


@pytest.mark.parametrize("rule", ["-" * 30, "*" * 30, "━" * 20, "＝" * 12])
def test_a_signature_between_two_rules_needs_no_name(rule: str) -> None:
    block = "株式会社船\n山田\n〒100-0001 東京都\nTEL: 03-1234-5678"

    found = closed(f"よろしくお願いいたします。\n\n{rule}\n{block}\n{rule}\n")

    assert (found.own, found.signature) == ("よろしくお願いいたします。", block)


def test_text_between_two_rules_stays_where_it_tells_no_way_to_its_author() -> None:
    text = "Look:\n\n----------\nhull\nmast\n----------"

    assert closed(text).own.startswith("Look:\n\n----------\nhull\nmast")


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


def test_a_sentence_about_a_registered_office_stays() -> None:
    text = "Hi Ben,\n\nlunch?\n\nOur registered office moves in May, so please send it to the quay."

    assert closed(text).own == text


def test_a_marked_signature_may_be_long_and_a_bare_rule_not() -> None:
    long = "\n".join(f"line {number}" for number in range(22))

    assert closed(f"Yes.\n\n-- \n{long}").own == "Yes."
    assert closed(f"Yes.\n\n--\n{long}").own.endswith("line 21")


def test_a_name_with_its_title_behind_a_bar_begins_a_signature() -> None:
    card = "Ann Lee | Head of Boats | Quay Ltd\n+44 20 7946 0000 | www.example.org"

    found = closed(f"Yes.\n\n{card}", frozenset({"ann", "lee"}))

    assert (found.own, found.signature) == ("Yes.", card)


def test_hordes_line_below_its_rule_is_a_footer() -> None:
    line = "This message was sent using IMP, the Internet Messaging Program."

    found = closed(f"Yes.\n\n{'-' * 64}\n{line}\n")

    assert (found.own, found.footer) == ("Yes.", f"{'-' * 64}\n{line}")
