"""What `parse` reads out of a mail's bytes, and that it never raises."""

from __future__ import annotations

import quopri
from base64 import encodebytes
from datetime import UTC, datetime, timedelta
from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.extract import extract
from panzad.mail.inlinefiles import without_files
from panzad.mail.message import Address, Message
from panzad.mail.parse import parse
from tests.mail.builder import mail, raw


class TestHeaderFields:
    def test_names_and_subject_in_encoded_words_are_decoded(self) -> None:
        message = mail(
            from_="=?utf-8?q?Zo=C3=AB_Ng=C3=B4?= <zoe@example.org>",
            subject="=?iso-8859-1?Q?Gr=FC=DFe?=\r\n =?utf-8?B?IGF1cyBLw7Zsbg==?=",
        )

        assert message.from_ == (Address("Zoë Ngô", "zoe@example.org"),)
        assert message.subject == "Grüße aus Köln"

    def test_a_character_cut_between_two_encoded_words_is_whole_again(self) -> None:
        assert mail(subject="=?utf-8?B?w6TD?= =?utf-8?B?tsO8?=").subject == "äöü"

    def test_a_broken_encoded_word_stays_as_it_is(self) -> None:
        assert mail(subject="=?utf-8?B?%%%=?= and =?x").subject.endswith("and =?x")

    def test_a_question_mark_or_a_blank_inside_an_encoded_word_is_part_of_it(self) -> None:
        assert mail(subject="=?utf-8?Q?Wirklich??= =?utf-8?Q?_so sp=C3=A4t??=").subject == (
            "Wirklich? so spät?"
        )

    def test_a_word_that_is_never_closed_hides_none_behind_it(self) -> None:
        assert mail(subject="=?utf-8?q?open =?utf-8?q?shut?=").subject == "=?utf-8?q?open shut"

    def test_raw_octets_in_a_header_are_in_the_charset_of_the_text(self) -> None:
        raw_header = "Subject: Привет\nFrom: Анна <ann@example.org>\n".encode("koi8-r")

        message = parse(raw_header + b"Content-Type: text/plain; charset=koi8-r\n\nx")

        assert message.subject == "Привет"
        assert message.from_ == (Address("Анна", "ann@example.org"),)
        assert message.header("From") == "Анна <ann@example.org>"

    def test_raw_utf8_and_raw_latin1_subjects_are_read(self) -> None:
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
        self, field: str, expected: list[tuple[str, str]]
    ) -> None:
        found = mail(to=field).to

        assert [(one.name, one.email) for one in found if one.email != "@"] == expected

    def test_ids_stand_byte_for_byte_also_malformed_ones(self) -> None:
        message = mail(
            message_id="<a..b@[host>",
            in_reply_to='Message of "Mon, 5 May" <X@Y>',
            references="<1@a>\r\n\t<2@b> <1@a>",
        )

        assert message.message_id == "<a..b@[host>"
        assert message.in_reply_to == ("<X@Y>",)
        assert message.references == ("<1@a>", "<2@b>")

    def test_the_date_is_aware_and_none_when_it_is_nonsense(self) -> None:
        assert mail(date="Fri, 13 Nov 2026 10:04:00 +0100").date == datetime(
            2026, 11, 13, 9, 4, tzinfo=UTC
        )
        unknown = mail(date="13 Nov 2026 10:04:00 -0000").date
        assert unknown is not None
        assert unknown.utcoffset() == timedelta(0)
        assert mail(date="yesterday").date is None
        assert mail(date="Fri, 99 Nov 99999 10:04:00 +9999").date is None

    def test_an_mbox_line_in_front_and_a_body_without_its_blank_line_are_borne(self) -> None:
        message = parse(b"From ann Fri Nov 13 2026\nSubject: x\nThis is no header\nmore\n")

        assert message.subject == "x"
        assert message.text == "This is no header\nmore"

    def test_a_value_wrapped_without_a_blank_does_not_end_the_header(self) -> None:
        message = parse(
            b"To: Ann <ann@example.org>,\nben@example.net\nSubject: x\n"
            b"X-Long: one\n \n\ttwo\nDate: Fri, 13 Nov 2026 10:04:00 +0000\n\nHello"
        )

        assert message.subject == "x"
        assert message.date is not None
        assert message.text == "Hello"


class TestText:
    def test_a_content_type_without_its_semicolon_or_with_a_quoted_encoding_is_read(self) -> None:
        message = parse(
            b"Content-Type: text/plain charset=iso-8859-2\n"
            b'Content-Transfer-Encoding: "quoted-printable"\n\n=BF\xf3\xb3w'
        )

        assert message.text == "żółw"

    @pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
    def test_soft_breaks_join_lines_whatever_gateways_did_to_their_ends(
        self, line_end: str
    ) -> None:
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
    def test_base64_is_read_to_its_end_and_no_further(self, body: str, text: str) -> None:
        message = mail(
            body, content_type="text/plain; charset=utf-8", content_transfer_encoding="base64"
        )

        assert message.text == text

    def test_quoted_printable_and_base64_bodies_in_their_charsets(self) -> None:
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
    def test_utf8_is_recognised_under_a_wrong_name(self, charset: str) -> None:
        body = f"Content-Type: text/plain; charset={charset}\n\nGrüße".encode()

        assert parse(body).text == "Grüße"

    @pytest.mark.parametrize("charset", ["iso-8859-2", "koi8-r", "windows-1251", "macintosh"])
    def test_utf8_is_recognised_under_any_name_of_one_octet_a_character(self, charset: str) -> None:
        body = f"Content-Type: text/plain; charset={charset}\n\nGrüße".encode()

        assert parse(body).text == "Grüße"

    def test_a_two_octet_charset_is_believed_also_where_its_octets_are_utf8(self) -> None:
        body = b"Content-Type: text/plain; charset=gb2312\n\n" + "盲".encode("gb2312")

        assert parse(body).text == "盲"

    def test_ascii_under_the_name_of_utf16_is_read(self) -> None:
        assert parse(b"Content-Type: text/plain; charset=utf-16\n\nYes.").text == "Yes."
        wide = b"Content-Type: text/plain; charset=utf-16\n\n" + "Yes.".encode("utf-16")
        assert parse(wide).text == "Yes."

    def test_windows_quotes_under_the_name_of_latin1_are_read(self) -> None:
        body = b"Content-Type: text/plain; charset=iso-8859-1\n\n\x93yes\x94"

        assert parse(body).text == "“yes”"

    def test_a_text_cut_in_the_middle_of_a_character_is_still_utf8(self) -> None:
        body = b"Content-Type: text/plain; charset=utf-8\n\n" + "Größe ü".encode()[:-1]

        assert parse(body).text.startswith("Größe")

    def test_flowed_paragraphs_are_one_line_and_quotes_keep_their_level(self) -> None:
        message = mail(
            "> one \n> two\n>> deeper\nThis is \nsoft.\n\n-- \nAnn",
            content_type="text/plain; format=flowed",
        )

        assert message.text == "> one two\n>> deeper\nThis is soft.\n\n-- \nAnn"

    def test_delsp_joins_without_a_blank(self) -> None:
        message = mail(
            "自然 \n言語", content_type="text/plain; charset=utf-8; format=flowed; delsp=yes"
        )

        assert message.text == "自然言語"

    def test_the_plain_version_of_an_alternative_is_read_unless_it_is_empty(self) -> None:
        def alternative(plain: str) -> Message:
            return mail(
                f"--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n"
                "<p>Marked up</p>\n--b--\n",
                content_type="multipart/alternative; boundary=b",
            )

        assert alternative("Plain").text == "Plain"
        assert not alternative("Plain").html_only
        assert alternative(" \n").text == "Marked up"
        assert alternative(" \n").html_only

    def test_text_parts_of_mixed_are_joined_and_attachments_left_out(self) -> None:
        message = mail(
            '--"q\nContent-Type: text/plain\n\nbefore\n--"q\nContent-Type: image/png\n\nPNG\n--"q\n'
            "Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment\n\n"
            'not this\n--"q\n'
            'Content-Type: text/plain\n\nafter\n--"q--\n',
            content_type='multipart/mixed; boundary="\\"q"',
        )

        assert message.text == "before\n\nafter"
        assert message.content_types == ("text/plain", "image/png", "text/plain", "text/plain")

    def test_a_text_file_beside_the_text_is_not_read_however_it_is_attached(self) -> None:
        message = mail(
            "--b\nContent-Type: text/plain\n\nSee below.\n--b\n"
            "Content-Type: text/plain; name=log.txt\nContent-Disposition: inline\n\nlog\n--b\n"
            "Content-Type: text/plain\n\nA list's footer.\n--b--\n",
            content_type="multipart/mixed; boundary=b",
        )

        assert message.text == "See below.\n\nA list's footer."

    def test_a_text_with_a_name_is_read_where_it_is_the_first(self) -> None:
        message = mail(
            "--b\nContent-Type: text/plain; name=text.txt\n\nHello.\n--b--\n",
            content_type="multipart/mixed; boundary=b",
        )

        assert message.text == "Hello."

    def test_files_pasted_as_letters_are_no_text(self) -> None:
        uuencoded = "begin 644 a.txt\n%2&5L;&\\\n`\nend"
        yenc = "=ybegin line=128 size=5 name=a.txt\nr\x8f\x96\n=yend size=5"

        assert mail(f"Here.\n\n{uuencoded}\nBye.\n").text == "Here.\n\nBye."
        assert mail(f"Here.\n{yenc}\nBye.\n").text == "Here.\nBye."
        assert mail("begin 644 times\nand you know it\n").text == (
            "begin 644 times\nand you know it"
        )

    def test_enriched_text_is_shown_without_its_commands(self) -> None:
        message = mail(
            "<bold>Yes</bold>,\nthat <color><param>red</param>works</color> <<3.\n\n\nBest,\n\n"
            "Ann\n\n<excerpt>Shall we\n\npaint?</excerpt><nofill>a\nb</nofill>",
            content_type="text/enriched",
        )

        assert message.text == ("Yes, that works <3.\n\nBest,\nAnn\n\n> Shall we\n> paint?\na\nb")
        assert not message.html_only

    def test_a_skeleton_with_empty_leaves_reads_like_the_whole_mail(self) -> None:
        message = mail(
            "--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n"
            "Content-Type: text/plain; charset=utf-8\n\nYes.\n--bb\nContent-Type: text/html\n\n\n"
            "--bb--\n\n--b\nContent-Type: application/pdf\n"
            "Content-Disposition: attachment\n\n\n--b--\n",
            content_type="multipart/mixed; boundary=b",
        )

        assert message.text == "Yes."
        assert "application/pdf" in message.content_types

    def test_a_multipart_without_its_boundary_reads_as_text(self) -> None:
        assert mail("Hello", content_type="multipart/mixed").text == "Hello"

    def test_a_forwarded_message_part_is_not_the_authors_text(self) -> None:
        message = mail(
            "--b\nContent-Type: text/plain\n\nFor you.\n--b\nContent-Type: message/rfc822\n\n"
            "Subject: inner\n\nNot mine.\n--b--\n",
            content_type="multipart/mixed; boundary=b",
        )

        assert message.text == "For you."

    def test_characters_that_nobody_sees_are_dropped(self) -> None:
        hidden = "Y\u200be\u00ads\U000e0049\U000e0047\u202e.\u00a0Ann"

        assert mail(hidden, content_type="text/plain; charset=utf-8").text == "Yes. Ann"


# What every reader sees and keeps: no controls, no blanks but one kind, nothing invisible.
SEEN = st.text(
    alphabet=st.characters(exclude_categories=["C", "Z", "M"], include_characters=" \n"),
    max_size=300,
).map(lambda text: f"x{text}x")


@given(SEEN)
def test_what_the_standard_library_encodes_is_read_back(text: str) -> None:
    head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {}\n\n"

    for encoding, body in (
        ("base64", encodebytes(text.encode())),
        ("quoted-printable", quopri.encodestring(text.encode())),
    ):
        assert parse(head.format(encoding).encode() + body).text == text


@given(SEEN, st.sampled_from(["utf-8", "us-ascii"]))
def test_a_subject_that_the_standard_library_encodes_is_read_back(text: str, charset: str) -> None:
    subject = " ".join(text.split())
    words = Header(subject, "utf-8" if not subject.isascii() else charset, maxlinelen=76)

    message = parse(f"Subject: {words.encode()}\n\n".encode())

    assert message.subject == subject


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


@given(
    st.lists(
        st.sampled_from(
            [
                "begin 644 a",
                "begin-base64 644 a",
                "=ybegin line=1 name=a",
                "=yend",
                "!0",
                "end",
                "====",
                "x",
            ]
        )
    )
)
def test_lines_that_are_no_file_stay_in_their_order(lines: list[str]) -> None:
    kept = without_files("\n".join(lines)).split("\n")

    remaining = iter(lines)
    assert all(line in remaining for line in kept if line)


@given(st.binary(max_size=300))
def test_bytes_without_any_form_are_parsed_too(data: bytes) -> None:
    extract(parse(data))


def test_prose_in_in_reply_to_names_one_message_and_no_address() -> None:
    def answered(value: str) -> tuple[str, ...]:
        return mail("Hi", to="ben@example.net", in_reply_to=value).in_reply_to

    assert answered("Message from Ben <Ben@example.net> of Thu <a@x>") == ("<a@x>",)
    assert answered('<a@x> (Ben <b@y>\'s message of "Thu")') == ("<a@x>",)
    assert answered("Message from Ben <ben@example.net>") == ()
    assert answered("<a@x> <b@x>") == ("<a@x>", "<b@x>")


def test_the_root_of_a_related_part_is_the_one_that_start_names() -> None:
    body = (
        "--r\nContent-Type: text/plain\nContent-ID: <i>\n\nBeside\n"
        "--r\nContent-Type: text/html\nContent-ID: <root>\n\n<p>Root</p>\n--r--\n"
    )

    assert mail(body, content_type='multipart/related; start="<root>"; boundary=r').text == "Root"
    assert mail(body, content_type='multipart/related; start="<x>"; boundary=r').text == "Beside"


def test_a_plain_version_that_only_points_to_the_html_is_not_read() -> None:
    def alternative(plain: str, marked: str) -> str:
        return mail(
            f"--b\nContent-Type: text/plain\n\n{plain}\n"
            f"--b\nContent-Type: text/html\n\n<p>{marked}</p>\n--b--\n",
            content_type="multipart/alternative; boundary=b",
        ).text

    stub = "Please view this mail in an HTML capable client."
    assert alternative(stub, "The <b>real</b> text.") == "The real text."
    assert alternative(stub, f"<b>{stub}</b> - so it said.") == stub
    assert alternative("Your HTML is broken.", "Your <b>page</b> is broken.").startswith(
        "Your HTML"
    )
