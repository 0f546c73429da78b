"""Transfer encodings and charsets, as they are declared and as they are."""

from __future__ import annotations

import quopri
from base64 import encodebytes

import pytest
from hypothesis import given

from panzad.mail.parse import parse
from tests.mail.builder import SEEN, mail, raw


def test_a_content_type_without_its_semicolon_or_with_a_quoted_encoding_is_read() -> None:
    message = parse(
        b"Content-Type: text/plain charset=iso-8859-2\n"
        b'Content-Transfer-Encoding: "quoted-printable"\n\n=BF\xf3\xb3w'
    )

    assert message.text == "żółw"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_soft_breaks_join_lines_whatever_gateways_did_to_their_ends(line_end: str) -> None:
    body = line_end.join(["one =", "two = \t", "three", "four"])

    message = parse(b"Content-Transfer-Encoding: quoted-printable\n\n" + body.encode())

    assert message.text == "one two three\nfour"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("WWVz\nLCAhdGhhdA==\n", "Yes, !that"),
        ("W!WV*z\n\n  LCB0aGF0", "Yes, that"),
        ("WWVzLA==\nIHRoYXQ=\n", "Yes, that"),
        ("WWVzLA==\n\nTo leave the list write to\nus\n", "Yes,"),
        ("WWVzLA==\nUnsubscribe\n", "Yes,"),
        ("WWVz\n_______\nTo leave the list write to us\n", "Yes"),
        ("WWVzL", "Yes"),
    ],
)
def test_base64_is_read_to_its_end_and_no_further(body: str, text: str) -> None:
    message = mail(
        body, content_type="text/plain; charset=utf-8", content_transfer_encoding="base64"
    )

    assert message.text == text


def test_quoted_printable_and_base64_bodies_in_their_charsets() -> None:
    quoted = raw(
        "Gr=FC=DFe=\n, Ann",
        content_type="text/plain; charset=iso-8859-1",
        content_transfer_encoding="quoted-printable",
    )
    based = raw(
        "R3LDvMOfZQ==",
        content_type="text/plain; charset=utf-8",
        content_transfer_encoding="base64",
    )

    assert parse(quoted).text == "Grüße, Ann"
    assert parse(based).text == "Grüße"


@pytest.mark.parametrize(
    "charset", ["x-unknown", "us-ascii", "iso-8859-1", "\x00", "zip", "unicode_escape"]
)
def test_utf8_is_recognised_under_a_wrong_name(charset: str) -> None:
    body = f"Content-Type: text/plain; charset={charset}\n\nGrüße".encode()

    assert parse(body).text == "Grüße"


@pytest.mark.parametrize("charset", ["iso-8859-2", "koi8-r", "windows-1251", "macintosh"])
def test_utf8_is_recognised_under_any_name_of_one_octet_a_character(charset: str) -> None:
    body = f"Content-Type: text/plain; charset={charset}\n\nGrüße".encode()

    assert parse(body).text == "Grüße"


def test_a_two_octet_charset_is_believed_also_where_its_octets_are_utf8() -> None:
    body = b"Content-Type: text/plain; charset=gb2312\n\n" + "盲".encode("gb2312")

    assert parse(body).text == "盲"


def test_ascii_under_the_name_of_utf16_is_read() -> None:
    assert parse(b"Content-Type: text/plain; charset=utf-16\n\nYes.").text == "Yes."
    wide = b"Content-Type: text/plain; charset=utf-16\n\n" + "Yes.".encode("utf-16")
    assert parse(wide).text == "Yes."


def test_windows_quotes_under_the_name_of_latin1_are_read() -> None:
    body = b"Content-Type: text/plain; charset=iso-8859-1\n\n\x93yes\x94"

    assert parse(body).text == "“yes”"


def test_a_text_cut_in_the_middle_of_a_character_is_still_utf8() -> None:
    body = b"Content-Type: text/plain; charset=utf-8\n\n" + "Größe ü".encode()[:-1]

    assert parse(body).text.startswith("Größe")


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-8-i", "iso8859-8", "שלום לך"),
        ("windows-874", "cp874", "สวัสดี"),
        ("x-sjis", "cp932", "①と㈱"),
        ("windows-31j", "cp932", "①と㈱"),
        ("x-mac-roman", "mac-roman", "Grüße"),
        ("koi8-ru", "koi8-u", "Привет"),
        ("x-cp1251", "cp1251", "Привет"),
        ("win-1251", "cp1251", "Привет"),
        ("windows-28592", "iso8859-2", "żółw"),
        ("x-gbk", "gbk", "你好"),
        ("cn-big5", "big5", "你好"),
        ("windows-949", "cp949", "안녕"),
        ("x-euc-jp", "euc_jp", "船です"),
        ("cp50220", "iso2022_jp", "船です"),
    ],
)
def test_labels_that_only_browsers_and_old_clients_know_are_read(
    label: str, codec: str, text: str
) -> None:
    body = f"Content-Type: text/plain; charset={label}\n\n".encode() + text.encode(codec)

    assert parse(body).text == text


def test_a_character_of_nec_does_not_spoil_a_mail_in_jis() -> None:
    body = b"\x1b$BA%\x1b(B \x1b$B-!-j\x1b(B yes"

    message = parse(b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + body)

    assert message.text == "船 ①㈱ yes"


@given(SEEN)
def test_what_the_standard_library_encodes_is_read_back(text: str) -> None:
    head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {}\n\n"

    for encoding, body in (
        ("base64", encodebytes(text.encode())),
        ("quoted-printable", quopri.encodestring(text.encode())),
    ):
        assert parse(head.format(encoding).encode() + body).text == text
