"""The lines that phones and mail programs put under a mail, in many languages."""

from __future__ import annotations

import pytest

from panzad.mail.closing import closed

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


def test_a_rule_at_the_very_end_is_not_text() -> None:
    assert closed("Yes.\n\n--------------------------\nSent from my BlackBerry").own == "Yes."


@pytest.mark.parametrize(
    "line",
    ["Does Outlook run on Android?", "The Outlook that my sister has on Android lost the mail"],
)
def test_a_sentence_about_a_mail_program_stays(line: str) -> None:
    assert closed(f"Hi,\n\n{line}").own == f"Hi,\n\n{line}"
