"""Kinds of mail, and which sent mails are good to learn from."""

from __future__ import annotations

import pytest

from panzad.mail.classify import is_no_reply, kind
from panzad.mail.extract import extract
from panzad.mail.identities import is_own
from panzad.mail.message import Address, Message
from panzad.mail.usable import reason_unused
from tests.mail.builder import mail

ANN = (Address("Ann Lee", "ann@example.org"),)
OWN = frozenset({"ann@example.org"})


def reason(message: Message) -> str | None:
    return reason_unused(message, extract(message), ANN)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (mail("Hi"), "personal"),
        (mail("Hi", subject="Out of the office on Friday"), "personal"),
        (mail("Hi", auto_submitted="no"), "personal"),
        (mail("Away", auto_submitted="auto-replied (vacation)"), "automatic"),
        (mail("Away", subject="Out of Office AutoReply: The boat"), "automatic"),
        (mail("Weg", subject="Automatische Antwort: Das Boot"), "automatic"),
        (mail("Hi", x_auto_response_suppress="All"), "automatic"),
        (mail("Failed", return_path="<>"), "automatic"),
        (mail("Failed", from_="MAILER-DAEMON@example.net"), "automatic"),
        (mail("Shop", from_="Shop <no-reply@shop.example>"), "automatic"),
        (mail("Failed", subject="Undelivered Mail Returned to Sender"), "automatic"),
        (mail("r", content_type="multipart/report; boundary=b"), "automatic"),
        (mail("News", list_unsubscribe="<mailto:x@y.z>"), "bulk"),
        (mail("News", precedence="bulk"), "bulk"),
        (mail("", content_type="text/calendar; method=REPLY"), "calendar"),
        (mail("", content_type="multipart/encrypted; boundary=b"), "encrypted"),
        (mail("", content_type="application/pkcs7-mime; smime-type=enveloped-data"), "encrypted"),
        (mail("-----BEGIN PGP MESSAGE-----\n\nhQEM\n"), "encrypted"),
        (mail("I cannot read it:\n\n> -----BEGIN PGP MESSAGE-----\n> hQEM\n"), "personal"),
    ],
)
def test_kinds_by_header_and_content(message: Message, expected: str) -> None:
    assert kind(message) == expected


def test_an_address_of_mine_is_mine_in_any_case_and_with_a_tag() -> None:
    assert is_own("Ann+Boats@Example.ORG", OWN)
    assert is_own("ann@example.org", {"Ann+main@example.org"})
    assert not is_own("ann@example.com", OWN)
    assert not is_own("joann@example.org", OWN)


@pytest.mark.parametrize(
    "subject", ["Delivery status of the pallets", "Undelivered parcel", "Auto: Reparatur"]
)
def test_a_subject_alone_makes_no_mail_of_mine_automatic(subject: str) -> None:
    assert kind(mail("Hi", subject=subject), OWN) == "personal"
    assert reason(mail("Hi", subject=subject)) is None
    assert kind(mail("Hi", subject=subject, in_reply_to="<a@x>"), OWN) == "automatic"
    assert kind(mail("Hi", subject=subject, from_="ben@x.y"), OWN) == "automatic"


def test_no_reply_addresses_are_known_and_people_are_not() -> None:
    for robot in ("noreply@x.y", "no-reply@x.y", "do_not_reply@x.y", "orders.noreply@x.y"):
        assert is_no_reply(robot)
    assert is_no_reply("push@noreply.github.com")
    for person in ("noreen@x.y", "nora.ply@x.y", "reply@x.y"):
        assert not is_no_reply(person)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (mail("Yes, that works."), None),
        (mail("Yes.", from_="Ann <Ann+boats@example.org>"), None),
        (mail("Yes.", from_="Ben <ben@example.net>"), "not-mine"),
        (mail("Away.", auto_submitted="auto-replied"), "automatic"),
        (mail("Accepted", content_type="text/calendar; method=REPLY"), "calendar"),
        (mail("> Shall we?\n"), "no-own-text"),
        (mail(""), "no-own-text"),
        (mail("-- \nAnn\n"), "no-own-text"),
        (
            mail(
                "---------- Forwarded message ---------\nFrom: B <b@c.d>\nSubject: x\n\nText",
                subject="Fwd: x",
            ),
            "forward-without-comment",
        ),
        (
            mail(
                "For you.\n\n---- Forwarded message ----\nFrom: B <b@c.d>\nSubject: x\n\nText",
                subject="Fwd: x",
            ),
            None,
        ),
        (mail("word " * 1000), "too-long"),
        (mail("Hello all", to=", ".join(f"p{n}@example.net" for n in range(60))), "bulk"),
        (mail("Hello all", list_unsubscribe="<mailto:x@y.z>"), "bulk"),
        (mail("My post to the list", list_id="<boats.example.org>", list_unsubscribe="<x>"), None),
        (mail("-----BEGIN PGP MESSAGE-----\n\nhQEM\n"), "encrypted"),
        (mail("Yes.", from_="Ben Okri <ann@example.org>"), "other-author"),
        (mail("Yes.", from_="Annie Leeds <ann@example.org>"), None),
        (mail("Yes.", from_="Office <ann@example.org>"), None),
        (mail("Yes.", sender="Ben <ben@example.org>"), "other-author"),
        (mail("Yes.", sender="list-bounces@example.org", list_id="<l.example.org>"), None),
        (mail("Yes.", sender="ann@workstation.local"), None),
        (mail("Buy rope.", to="ann+notes@example.org"), "to-myself"),
        (mail("https://example.org/a\nhttps://example.org/b\n"), "pasted"),
        (mail("0x7f3a 0000 1111 -> 99.3 | 12 %\n" * 30), "pasted"),
        (mail("10:30?"), None),
        (mail(f"When: Tuesday\nWhere: Office\n\n{'*~' * 9}*\n\nNotes."), "calendar"),
        (mail("Zusage", content_class="urn:content-classes:calendarmessage"), "calendar"),
    ],
)
def test_why_a_sent_mail_is_not_learned_from(message: Message, expected: str | None) -> None:
    assert reason(message) == expected


@pytest.mark.parametrize(
    "subject",
    [
        "Odpowiedź automatyczna: Hull",
        "Automatická odpověď: Hull",
        "Automatická odpoveď: Hull",
        "Automatikus válasz: Hull",
        "Автоматический ответ: Hull",
        "自動応答: Hull",
        "自动答复：Hull",
        "자동 회신: Hull",
        "Otomatik Yanıt: Hull",
        "رد تلقائي: Hull",
        "Automatski odgovor: Hull",
        "Automatisk svar: Hull",
    ],
)
def test_an_automatic_answer_is_told_by_its_subject_in_many_languages(subject: str) -> None:
    assert kind(mail("Away.", subject=subject, in_reply_to="<a@b>")) == "automatic"


def test_a_subject_about_automatic_answers_is_a_persons() -> None:
    assert kind(mail("How?", subject="Автоматический ответ настроить")) == "personal"


@pytest.mark.parametrize(
    "subject",
    [
        "Abwesend: Re: The boat",
        "Absent(e) : The boat",
        "Fuera de la oficina: The boat",
        "Afwezigheidsbericht: The boat",
        "Poza biurem: The boat",
        "Ikke til stede: The boat",
        "OOO: The boat",
        "Out of the office Re: The boat",
        "I am away Re: The boat",
        "Gelesen: The boat",
        "[Ticket 7] We have received your request",
    ],
)
def test_words_of_absence_before_an_answered_subject_are_a_programs(subject: str) -> None:
    fields = {"subject": subject, "content_type": "text/plain; charset=utf-8"}

    assert kind(mail("Monday.", in_reply_to="<1@example.net>", **fields)) == "automatic"
    assert kind(mail("Monday.", **fields)) == "personal"


def test_exchanges_own_sender_is_a_robot() -> None:
    sender = "Microsoft Outlook <MicrosoftExchange0123456789abcdef0123456789abcdef@example.net>"

    assert kind(mail("x", from_=sender, subject="Onbestelbaar: De boot")) == "automatic"


def test_an_encrypted_mail_that_is_only_quoted_makes_none_of_its_answer() -> None:
    block = "-----BEGIN PGP MESSAGE-----\n\nabcd\n-----END PGP MESSAGE-----"
    head = "-----Original Message-----\nFrom: Ben <ben@example.net>\nSubject: Boat\n"

    assert kind(mail(block)) == "encrypted"
    assert kind(mail(f"I cannot read this.\n\n{head}\n{block}\n")) == "personal"


@pytest.mark.parametrize(
    ("type_", "expected"),
    [("text/calendar; name=b.ics", "personal"), ("text/calendar; method=REPLY", "calendar")],
)
def test_a_calendar_file_beside_a_text_is_no_invitation(type_: str, expected: str) -> None:
    part = f"Content-Type: {type_}\nContent-Disposition: attachment\n\nBEGIN:VCALENDAR"
    text = f"--b\n\nThe dates are in the file.\n--b\n{part}\n--b--\n"

    assert kind(mail(text, content_type="multipart/mixed; boundary=b")) == expected


def test_gmails_dots_and_its_other_domain_are_the_same_mailbox() -> None:
    assert is_own("A.n.n+boats@googlemail.com", {"ann@gmail.com"})
    assert not is_own("a.nn@example.org", OWN)
