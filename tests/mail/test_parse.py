"""Whatever bytes a mail is made of, `parse` never raises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.extract import extract
from panzad.mail.parse import parse

HEADER_NAMES = st.sampled_from(
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "Content-Type",
        "Reply-To",
        "Content-Transfer-Encoding",
        "Content-Disposition",
        "X",
    ]
)
HEADER_VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=b",
            b"multipart/alternative; boundary=b",
            b"text/html",
            b"text/plain; charset=utf-7; format=flowed",
            b"base64",
            b"quoted-printable",
            b"=?utf-7?q?+2AA?=",
            b"=?idna?q?xn--a?=",
            b"text/plain; charset=unicode_escape",
        ]
    ),
)
BODIES = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [
                b"\n--b\n",
                b"--b--\n",
                b"Content-Type: text/html\n\n",
                b"<blockquote>",
                b"<p style='",
                b"> ",
                b"On 1 May 2026, Ann <a@b.c> wrote:\n",
                b"From: a@b.c\nTo: x\nSubject: y\n",
                b"-- \n",
                b"\n\n",
                b"-----Original Message-----\n",
                b"\xff\xfe",
                b"+2AA-",
            ]
        ),
    ),
    max_size=12,
).map(b"".join)


@given(st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=8), BODIES)
def test_any_bytes_give_a_message_that_can_be_stored(
    fields: list[tuple[str, bytes]], body: bytes
) -> None:
    header = b"".join(name.encode() + b": " + value + b"\n" for name, value in fields)

    message = parse(header + b"\n" + body)
    found = extract(message)

    # Lone surrogates cannot be stored or sent: encoding would raise.
    repr_of_all = repr((message, found))
    assert repr_of_all.encode()
    for text in (message.text, message.subject, found.own_text, message.message_id or ""):
        text.encode()


@given(st.binary(max_size=300))
def test_bytes_without_any_form_are_parsed_too(data: bytes) -> None:
    extract(parse(data))


def test_lines_that_a_bare_cr_ends_are_lines_of_header_and_text_alike() -> None:
    message = parse(b"From: Ben <ben@example.net>\rSubject: Tide\r\rAt six.\r\rBen\r")

    assert (message.subject, message.text) == ("Tide", "At six.\n\nBen")


def test_a_bare_cr_in_a_header_value_begins_no_field_where_lines_end_otherwise() -> None:
    message = parse(b"Subject: Tide\rBcc: eve@example.com\r\nFrom: ben@example.net\r\n\r\nSix.\r\n")

    assert message.bcc == ()
    assert [one.email for one in message.from_] == ["ben@example.net"]
    assert message.text == "Six."
