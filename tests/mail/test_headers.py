"""What `parse` reads out of a mail's header fields."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.message import Address
from panzad.mail.parse import parse
from tests.mail.builder import SEEN, mail


def test_names_and_subject_in_encoded_words_are_decoded() -> None:
    message = mail(
        from_="=?utf-8?q?Zo=C3=AB_Ng=C3=B4?= <zoe@example.org>",
        subject="=?iso-8859-1?Q?Gr=FC=DFe?=\r\n =?utf-8?B?IGF1cyBLw7Zsbg==?=",
    )

    assert message.from_ == (Address("Zoë Ngô", "zoe@example.org"),)
    assert message.subject == "Grüße aus Köln"


def test_a_character_cut_between_two_encoded_words_is_whole_again() -> None:
    assert mail(subject="=?utf-8?B?w6TD?= =?utf-8?B?tsO8?=").subject == "äöü"


def test_a_broken_encoded_word_stays_as_it_is() -> None:
    assert mail(subject="=?utf-8?B?%%%=?= and =?x").subject.endswith("and =?x")


def test_a_question_mark_or_a_blank_inside_an_encoded_word_is_part_of_it() -> None:
    assert mail(subject="=?utf-8?Q?Wirklich??= =?utf-8?Q?_so sp=C3=A4t??=").subject == (
        "Wirklich? so spät?"
    )


def test_a_word_that_is_never_closed_hides_none_behind_it() -> None:
    assert mail(subject="=?utf-8?q?open =?utf-8?q?shut?=").subject == "=?utf-8?q?open shut"


def test_raw_octets_in_a_header_are_in_the_charset_of_the_text() -> None:
    raw_header = "Subject: Привет\nFrom: Анна <ann@example.org>\n".encode("koi8-r")

    message = parse(raw_header + b"Content-Type: text/plain; charset=koi8-r\n\nx")

    assert message.subject == "Привет"
    assert message.from_ == (Address("Анна", "ann@example.org"),)
    assert message.header("From") == "Анна <ann@example.org>"


def test_raw_utf8_and_raw_latin1_subjects_are_read() -> None:
    assert parse("Subject: Grüße\n\n".encode()).subject == "Grüße"
    assert parse("Subject: Grüße\n\n".encode("latin-1")).subject == "Grüße"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('"Lee, Ann" <ann@Example.ORG>', [("Lee, Ann", "ann@example.org")]),
        ("=?utf-8?q?Lee,_Ann?= <ann@example.org>", [("Lee, Ann", "ann@example.org")]),
        ("ann@example.org (Ann Lee)", [("Ann Lee", "ann@example.org")]),
        ("Crew: a@example.org, b@example.org;", [("", "a@example.org"), ("", "b@example.org")]),
        ("undisclosed-recipients:;", []),
        ("<@relay.example:ann@example.org>", [("", "ann@example.org")]),
        (
            "Ann Lee <ann@example.org, ben@example.net",
            [("Ann Lee", "ann@example.org"), ("", "ben@example.net")],
        ),
        (
            r'"Ann \"Captain\" Lee" <ann@example.org>',
            [('Ann "Captain" Lee', "ann@example.org")],
        ),
        ("'ann@example.org' <ann@example.org>", [("", "ann@example.org")]),
        (
            "ann@example.org,, ,ben@example.net",
            [("", "ann@example.org"), ("", "ben@example.net")],
        ),
        ('"Ann Lee"@example.org', [("", '"Ann Lee"@example.org')]),
        ("@", []),
        ("", []),
    ],
)
def test_address_lists_are_read_however_they_are_written(
    field: str, expected: list[tuple[str, str]]
) -> None:
    found = mail(to=field).to

    assert [(one.name, one.email) for one in found if one.email != "@"] == expected


def test_ids_stand_byte_for_byte_also_malformed_ones() -> None:
    message = mail(
        message_id="<a..b@[host>",
        in_reply_to='Message of "Mon, 5 May" <X@Y>',
        references="<1@a>\r\n\t<2@b> <1@a>",
    )

    assert message.message_id == "<a..b@[host>"
    assert message.in_reply_to == ("<X@Y>",)
    assert message.references == ("<1@a>", "<2@b>")


def test_the_date_is_aware_and_none_when_it_is_nonsense() -> None:
    assert mail(date="Fri, 13 Nov 2026 10:04:00 +0100").date == datetime(
        2026, 11, 13, 9, 4, tzinfo=UTC
    )
    unknown = mail(date="13 Nov 2026 10:04:00 -0000").date
    assert unknown is not None
    assert unknown.utcoffset() == timedelta(0)
    assert mail(date="yesterday").date is None
    assert mail(date="Fri, 99 Nov 99999 10:04:00 +9999").date is None


def test_an_mbox_line_in_front_and_a_body_without_its_blank_line_are_borne() -> None:
    message = parse(b"From ann Fri Nov 13 2026\nSubject: x\nThis is no header\nmore\n")

    assert message.subject == "x"
    assert message.text == "This is no header\nmore"


def test_a_value_wrapped_without_a_blank_does_not_end_the_header() -> None:
    message = parse(
        b"To: Ann <ann@example.org>,\nben@example.net\nSubject: x\n"
        b"X-Long: one\n \n\ttwo\nDate: Fri, 13 Nov 2026 10:04:00 +0000\n\nHello"
    )

    assert message.subject == "x"
    assert message.date is not None
    assert message.text == "Hello"


def test_prose_in_in_reply_to_names_one_message_and_no_address() -> None:
    def answered(value: str) -> tuple[str, ...]:
        return mail("Hi", to="ben@example.net", in_reply_to=value).in_reply_to

    assert answered("Message from Ben <Ben@example.net> of Thu <a@x>") == ("<a@x>",)
    assert answered('<a@x> (Ben <b@y>\'s message of "Thu")') == ("<a@x>",)
    assert answered("Message from Ben <ben@example.net>") == ()
    assert answered("<a@x> <b@x>") == ("<a@x>", "<b@x>")


@given(SEEN, st.sampled_from(["utf-8", "us-ascii"]))
def test_a_subject_that_the_standard_library_encodes_is_read_back(text: str, charset: str) -> None:
    subject = " ".join(text.split())
    words = Header(subject, "utf-8" if not subject.isascii() else charset, maxlinelen=76)

    message = parse(f"Subject: {words.encode()}\n\n".encode())

    assert message.subject == subject
