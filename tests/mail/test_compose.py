"""Drafts as bytes: what a client reads back, and what no incoming mail can smuggle in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.attribution_lines import LANGUAGES, attribution_line
from panzad.mail.compose import Arrangement, Placement, compose_draft
from panzad.mail.extract import extract
from panzad.mail.header_fields import new_message_id
from panzad.mail.message import Address
from panzad.mail.parse import parse

ANN = Address("Ann Lee", "ann@example.org")
BEN = Address("Ben Okri", "ben@example.net")
WHEN = datetime(2026, 11, 13, 10, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Quoted:
    author: Address
    date: str
    text: str


PLACES: list[Placement] = ["below", "above", "none"]
ORIGINAL = Quoted(BEN, "2026-11-12T18:20:00+01:00", "Shall we paint?\n\n> The boat is out.\n")


def reply(**changes: Any) -> bytes:
    return compose_draft(
        **{
            "from_": ANN,
            "to": [BEN],
            "cc": [],
            "subject": "Re: The boat",
            "date": WHEN,
            "message_id": "<draft@example.org>",
            "in_reply_to": "<2@x>",
            "references": ("<1@x>", "<2@x>"),
            "text": "Too cold.",
            "signature": None,
            "original": ORIGINAL,
            **changes,
        }
    )


def test_a_draft_has_the_headers_of_a_reply() -> None:
    message = parse(
        reply(cc=[Address("Cat", "cat@example.net")], extra_headers=[("X-Panzad", "7; adapter=a1")])
    )

    assert message.from_ == (ANN,)
    assert message.to == (BEN,)
    assert message.cc == (Address("Cat", "cat@example.net"),)
    assert message.subject == "Re: The boat"
    assert message.date == WHEN
    assert message.message_id == "<draft@example.org>"
    assert message.in_reply_to == ("<2@x>",)
    assert message.references == ("<1@x>", "<2@x>")
    assert message.header("X-Panzad") == "7; adapter=a1"
    assert message.header("MIME-Version") == "1.0"
    assert message.header("Content-Type") == "text/plain; charset=utf-8"
    assert message.header("Content-Transfer-Encoding") == "quoted-printable"


@pytest.mark.parametrize(
    ("quote", "signature", "body"),
    [
        (
            "below",
            "Ann\nYard 4",
            "Too cold.\n\n-- \nAnn\nYard 4\n\n"
            "On Thu, 12 Nov 2026 at 18:20, Ben Okri <ben@example.net> wrote:\n"
            "> Shall we paint?\n>\n>> The boat is out.",
        ),
        (
            "above",
            None,
            "On Thu, 12 Nov 2026 at 18:20, Ben Okri <ben@example.net> wrote:\n"
            "> Shall we paint?\n>\n>> The boat is out.\n\nToo cold.",
        ),
        ("none", "Ann", "Too cold.\n\n-- \nAnn"),
    ],
)
def test_the_quote_stands_where_it_is_wanted(
    quote: Placement, signature: str | None, body: str
) -> None:
    assert parse(reply(arrangement=Arrangement(quote), signature=signature)).text == body


def test_our_own_drafts_are_taken_apart_again() -> None:
    for quote, layout in zip(PLACES, ("top", "bottom"), strict=False):
        found = extract(parse(reply(arrangement=Arrangement(quote), signature="Ann")))

        assert (found.own_text, found.signature, found.layout) == ("Too cold.", "Ann", layout)
        assert found.quotes[0].text == "Shall we paint?"
        assert found.quotes[0].author == "Ben Okri <ben@example.net>"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_quote_is_found_again_in_every_language(language: str) -> None:
    for quote in PLACES[:2]:
        found = extract(parse(reply(arrangement=Arrangement(quote, language))))

        assert found.own_text == "Too cold."
        assert found.quotes[0].text == "Shall we paint?"
        assert "ben@example.net" in found.quotes[0].author


@pytest.mark.parametrize(
    ("language", "date", "line"),
    [
        ("de", ORIGINAL.date, "Am 12.11.2026 um 18:20 schrieb Ben Okri <ben@example.net>:"),
        ("no", ORIGINAL.date, "Den 12.11.2026 18:20, skrev Ben Okri <ben@example.net>:"),
        ("xx", ORIGINAL.date, "On Thu, 12 Nov 2026 at 18:20, Ben Okri <ben@example.net> wrote:"),
        ("fr", "", "Ben Okri <ben@example.net> a écrit :"),
        ("fr", "hier", "On hier, Ben Okri <ben@example.net> wrote:"),
    ],
)
def test_the_line_above_a_quote_is_in_its_language(language: str, date: str, line: str) -> None:
    assert attribution_line(BEN, date, language) == line


class TestHtml:
    HTML = Arrangement(html=True)

    def part(self, raw: bytes, subtype: str) -> str:
        message = message_from_bytes(raw, policy=policy.default)
        assert message.get_content_type() == "multipart/alternative"
        found = message.get_body((subtype,))
        assert isinstance(found, EmailMessage)
        return found.get_content()

    def test_both_versions_say_the_same(self) -> None:
        raw = reply(arrangement=self.HTML, signature="Ann", text="Too cold.\n\nNext week?")

        assert parse(raw).text == parse(reply(signature="Ann", text="Too cold.\n\nNext week?")).text
        page = self.part(raw, "html")
        shown = extract(parse(b"Content-Type: text/html; charset=utf-8\n\n" + page.encode()))
        assert shown.own_text == "Too cold.\n\nNext week?"
        assert shown.signature == "Ann"
        assert [one.text for one in shown.quotes] == ["Shall we paint?", "The boat is out."]

    def test_markup_in_the_incoming_mail_is_text(self) -> None:
        nasty = Quoted(Address("<b>Eve</b>", BEN.email), "", "</blockquote><script>x()</script>")
        page = self.part(
            reply(arrangement=self.HTML, original=nasty, in_reply_to='<"><img@x>'), "html"
        )

        assert "<script" not in page
        assert "<b>" not in page
        assert "<img" not in page

    def test_a_bottom_posters_text_stands_below_the_quote(self) -> None:
        page = self.part(reply(arrangement=Arrangement("above", html=True)), "html")

        assert page.index("</blockquote>") < page.index("Too cold.")


def test_malformed_ids_of_the_parent_go_out_byte_for_byte() -> None:
    message = parse(reply(in_reply_to="<a..b@[host>", references=["<a..b@[host>", "no-brackets@x"]))

    assert message.in_reply_to == ("<a..b@[host>",)
    assert b"no-brackets@x" in reply(references=["no-brackets@x"])


def test_a_new_mail_has_no_thread() -> None:
    raw = compose_draft(
        from_=ANN, to=[BEN], cc=[], subject="Paint", date=WHEN, message_id="<n@example.org>",
        in_reply_to=None, references=(), text="Bring brushes.", signature=None, original=None,
    )  # fmt: skip

    assert parse(raw).in_reply_to == ()
    assert parse(raw).text == "Bring brushes."


def test_a_message_id_is_one_whatever_the_domain_holds() -> None:
    assert new_message_id("example.org", "panzad.7") == "<panzad.7@example.org>"
    assert new_message_id("müller.example", "a b\r\nX: y") == "<abXy@xn--mller-kva.example>"
    assert new_message_id("", "") == "<draft@localhost>"


def test_an_address_that_is_none_is_left_out_and_a_quoted_local_part_kept() -> None:
    to = [
        Address("", "a@b@example.net"),
        Address("", "x y@example.net"),
        Address("", ""),
        Address("", '"x y"@example.net'),
        BEN,
    ]

    assert [one.email for one in parse(reply(to=to)).to] == ['"x y"@example.net', BEN.email]


def test_ids_and_addresses_are_bounded_in_octets_and_not_in_characters() -> None:
    long_id = f"<{'漢' * 400}@example.net>"
    long_address = Address("", f"{'漢' * 200}@{'漢' * 200}.example.net")

    raw = reply(to=[BEN, long_address], in_reply_to=long_id, references=[long_id])

    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert parse(raw).to == (BEN,)
    assert parse(raw).in_reply_to == ()


def test_a_header_name_that_is_none_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="header name"):
        reply(extra_headers=[("Bad\r\nX", "y")])


NASTY = st.one_of(
    st.text(max_size=80),
    st.text(alphabet='\r\n\x00\x85\u2028 ,;:<>@"\\=?.abcBcé漢', max_size=120),
    st.sampled_from(
        ["x\r\nBcc: eve@example.com", "a\nSubject: y", "=?utf-8?q?=0D=0ABcc:_e?=", "y" * 2000]
    ),
)
ADDRESSES = st.builds(
    Address, NASTY, st.one_of(NASTY, NASTY.map(lambda text: f"{text}@example.net"))
)
ARRANGEMENTS = st.builds(
    Arrangement,
    st.sampled_from(PLACES),
    st.sampled_from(["", *sorted(LANGUAGES)]),
    st.booleans(),
)
ALWAYS = {"from", "subject", "date", "message-id", "mime-version", "content-type", "x-panzad"}
FIELDS = {*ALWAYS, "to", "cc", "in-reply-to", "references", "content-transfer-encoding"}


@given(
    to=st.lists(ADDRESSES, max_size=4),
    subject=NASTY,
    in_reply_to=NASTY,
    references=st.lists(NASTY, max_size=4),
    author=ADDRESSES,
    date=NASTY,
    text=NASTY,
    signature=NASTY,
    mark=NASTY,
    arrangement=ARRANGEMENTS,
)
def test_no_value_of_an_incoming_mail_makes_a_header_or_a_long_line(
    to: list[Address],
    subject: str,
    in_reply_to: str,
    references: list[str],
    author: Address,
    date: str,
    text: str,
    signature: str,
    mark: str,
    arrangement: Arrangement,
) -> None:
    raw = reply(
        to=to,
        subject=subject,
        in_reply_to=in_reply_to,
        references=references,
        text=text,
        signature=signature,
        original=Quoted(author, date, text),
        arrangement=arrangement,
        extra_headers=[("X-Panzad", mark)],
    )

    header, _, body = raw.partition(b"\r\n\r\n")
    names = [
        line.partition(b":")[0].decode().lower()
        for line in header.split(b"\r\n")
        if not line.startswith(b" ")
    ]
    assert ALWAYS <= set(names) <= FIELDS
    assert len(names) == len(set(names))
    assert b"\r" not in header.replace(b"\r\n", b"")
    assert b"\n" not in header.replace(b"\r\n", b"")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii() or not all(one.email.isascii() for one in to)
    assert "eve@example.com" not in {one.email for one in parse(raw).bcc}
    # A second reader, the standard library, finds the same fields.
    assert [name.lower() for name in message_from_bytes(raw, policy=policy.compat32)] == names


# Without what nobody sees (variation selectors): reading leaves that out.
PRINTABLE = st.text(
    alphabet=st.characters(exclude_categories=["C", "Z", "M"], include_characters=" "), max_size=200
)


@given(subject=PRINTABLE, name=PRINTABLE, lines=st.lists(PRINTABLE, min_size=1, max_size=6))
def test_what_is_composed_is_what_is_read(subject: str, name: str, lines: list[str]) -> None:
    text = "\n".join(["x", *lines, "x"])

    message = parse(
        reply(
            subject=subject,
            to=[Address(name, "ben@example.net")],
            text=text,
            arrangement=Arrangement("none"),
        )
    )

    assert message.text == text
    assert message.subject == " ".join(subject.split())
    assert message.to[0].email == "ben@example.net"
    assert message.to[0].name == " ".join(name.split())
