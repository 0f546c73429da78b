"""Which of a mail's parts are its text, and what of them is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.inlinefiles import without_files
from panzad.mail.message import Message
from tests.mail.builder import mail


def test_flowed_paragraphs_are_one_line_and_quotes_keep_their_level() -> None:
    message = mail(
        "> one \n> two\n>> deeper\nThis is \nsoft.\n\n-- \nAnn",
        content_type="text/plain; format=flowed",
    )

    assert message.text == "> one two\n>> deeper\nThis is soft.\n\n-- \nAnn"


def test_delsp_joins_without_a_blank() -> None:
    message = mail(
        "自然 \n言語", content_type="text/plain; charset=utf-8; format=flowed; delsp=yes"
    )

    assert message.text == "自然言語"


def test_the_plain_version_of_an_alternative_is_read_unless_it_is_empty() -> None:
    def alternative(plain: str) -> Message:
        return mail(
            f"--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n"
            "<p>Marked up</p>\n--b--\n",
            content_type="multipart/alternative; boundary=b",
        )

    assert alternative("Plain").text == "Plain"
    assert alternative(" \n").text == "Marked up"


def test_text_parts_of_mixed_are_joined_and_attachments_left_out() -> None:
    message = mail(
        '--"q\nContent-Type: text/plain\n\nbefore\n--"q\nContent-Type: image/png\n\nPNG\n--"q\n'
        "Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment\n\n"
        'not this\n--"q\n'
        'Content-Type: text/plain\n\nafter\n--"q--\n',
        content_type='multipart/mixed; boundary="\\"q"',
    )

    assert message.text == "before\n\nafter"
    assert message.content_types == ("text/plain", "image/png", "text/plain", "text/plain")


def test_a_text_file_beside_the_text_is_not_read_however_it_is_attached() -> None:
    message = mail(
        "--b\nContent-Type: text/plain\n\nSee below.\n--b\n"
        "Content-Type: text/plain; name=log.txt\nContent-Disposition: inline\n\nlog\n--b\n"
        "Content-Type: text/plain\n\nA list's footer.\n--b--\n",
        content_type="multipart/mixed; boundary=b",
    )

    assert message.text == "See below.\n\nA list's footer."


def test_a_text_with_a_name_is_read_where_it_is_the_first() -> None:
    message = mail(
        "--b\nContent-Type: text/plain; name=text.txt\n\nHello.\n--b--\n",
        content_type="multipart/mixed; boundary=b",
    )

    assert message.text == "Hello."


def test_files_pasted_as_letters_are_no_text() -> None:
    uuencoded = "begin 644 a.txt\n%2&5L;&\\\n`\nend"
    yenc = "=ybegin line=128 size=5 name=a.txt\nr\x8f\x96\n=yend size=5"

    assert mail(f"Here.\n\n{uuencoded}\nBye.\n").text == "Here.\n\nBye."
    assert mail(f"Here.\n{yenc}\nBye.\n").text == "Here.\nBye."
    assert mail("begin 644 times\nand you know it\n").text == ("begin 644 times\nand you know it")


def test_enriched_text_is_shown_without_its_commands() -> None:
    message = mail(
        "<bold>Yes</bold>,\nthat <color><param>red</param>works</color> <<3.\n\n\nBest,\n\n"
        "Ann\n\n<excerpt>Shall we\n\npaint?</excerpt><nofill>a\nb</nofill>",
        content_type="text/enriched",
    )

    assert message.text == ("Yes, that works <3.\n\nBest,\nAnn\n\n> Shall we\n> paint?\na\nb")


def test_a_skeleton_with_empty_leaves_reads_like_the_whole_mail() -> None:
    message = mail(
        "--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n"
        "Content-Type: text/plain; charset=utf-8\n\nYes.\n--bb\nContent-Type: text/html\n\n\n"
        "--bb--\n\n--b\nContent-Type: application/pdf\n"
        "Content-Disposition: attachment\n\n\n--b--\n",
        content_type="multipart/mixed; boundary=b",
    )

    assert message.text == "Yes."
    assert "application/pdf" in message.content_types


def test_a_multipart_without_its_boundary_reads_as_text() -> None:
    assert mail("Hello", content_type="multipart/mixed").text == "Hello"


def test_a_forwarded_message_part_is_not_the_authors_text() -> None:
    message = mail(
        "--b\nContent-Type: text/plain\n\nFor you.\n--b\nContent-Type: message/rfc822\n\n"
        "Subject: inner\n\nNot mine.\n--b--\n",
        content_type="multipart/mixed; boundary=b",
    )

    assert message.text == "For you."


def test_characters_that_nobody_sees_are_dropped() -> None:
    hidden = "Y\u200be\u00ads\U000e0049\U000e0047\u202e.\u00a0Ann"

    assert mail(hidden, content_type="text/plain; charset=utf-8").text == "Yes. Ann"


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
