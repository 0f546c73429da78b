"""Who gets the draft, and who it is from."""

from __future__ import annotations

from typing import Literal

import pytest

from panzad.mail.message import Address, Message
from panzad.mail.recipients import Recipients, reply_recipients, why_no_draft
from tests.mail.builder import mail

ME = (Address("Ann Lee", "ann@example.org"), Address("Ann", "ann@boats.example"))
BEN, CAT, DAN = "ben@example.net", "cat@example.net", "dan@example.net"


def emails(found: Recipients) -> tuple[list[str], list[str]]:
    return [one.email for one in found.to], [one.email for one in found.cc]


def incoming(**fields: str) -> Message:
    return mail("Hi", **{"from_": f"Ben <{BEN}>", "to": "ann@example.org", **fields})


@pytest.mark.parametrize(
    ("message", "reply_all", "to", "cc"),
    [
        (incoming(), "auto", [BEN], []),
        (incoming(reply_to=CAT), "auto", [CAT], []),
        (incoming(to=f"ann@example.org, {CAT}"), "auto", [BEN], [CAT]),
        (incoming(to=f"ann@example.org, {CAT}"), False, [BEN], []),
        (incoming(cc=f"{DAN}, ANN+x@example.org"), True, [BEN], [DAN]),
        (incoming(to=f"{CAT}, {CAT.upper()}", cc=f"{CAT}, {BEN}"), True, [BEN], [CAT]),
        (incoming(to=f"ann@example.org, {CAT}", list_id="<l.x>"), "auto", [BEN], []),
        (incoming(mail_followup_to=f"list@x.y, {CAT}"), True, ["list@x.y", CAT], []),
        (incoming(mail_followup_to="list@x.y"), False, [BEN], []),
        (incoming(from_="ann@example.org", to=f"{BEN}, {CAT}"), "auto", [BEN, CAT], []),
        (incoming(from_="ann@example.org", to=BEN, cc=DAN), True, [BEN], [DAN]),
        (incoming(reply_to="list@x.y", to="list@x.y"), True, ["list@x.y"], [BEN]),
        (incoming(reply_to="ann@example.org"), "auto", [BEN], []),
    ],
)  # fmt: skip
def test_recipients_of_a_reply(
    message: Message, reply_all: bool | Literal["auto"], to: list[str], cc: list[str]
) -> None:
    assert emails(reply_recipients(message, ME, reply_all)) == (to, cc)


@pytest.mark.parametrize(
    ("message", "author"),
    [
        (incoming(), ME[0]),
        (incoming(to="Ann@Boats.example"), ME[1]),
        (incoming(to="ann+paint@boats.example"), Address("Ann", "ann+paint@boats.example")),
        (incoming(to="list@x.y", delivered_to="ann@boats.example"), ME[1]),
        (incoming(to="list@x.y"), ME[0]),
        (incoming(from_="ann@boats.example", to=BEN), ME[1]),
    ],
)
def test_the_reply_comes_from_the_identity_that_was_addressed(
    message: Message, author: Address
) -> None:
    assert reply_recipients(message, ME, "auto").from_ == author


def test_a_persons_mail_gets_a_draft() -> None:
    assert why_no_draft(incoming(), ME) is None
    assert why_no_draft(incoming(list_id="<l.x>", precedence="list"), ME) is None


@pytest.mark.parametrize(
    ("message", "word"),
    [
        (incoming(from_="Shop <no-reply@shop.example>"), "no-reply@shop.example"),
        (incoming(auto_submitted="auto-replied"), "automatic"),
        (incoming(return_path="<>"), "automatic"),
        (incoming(content_type="multipart/encrypted; boundary=b"), "encrypted"),
        (incoming(from_="", to="ann@example.org"), "no sender"),
    ],
)
def test_a_mark_on_mail_that_nobody_can_answer_gets_its_reason(message: Message, word: str) -> None:
    assert word in (why_no_draft(message, ME) or "")


@pytest.mark.parametrize("tag", ["lists", "a.b=c"])
def test_a_plus_address_answers_as_it_was_addressed(tag: str) -> None:
    found = reply_recipients(incoming(to=f"ann+{tag}@example.org"), ME, "auto")

    assert found.from_ == Address("Ann Lee", f"ann+{tag}@example.org")


@pytest.mark.parametrize("tag", ["x@example.organn+x", "x" * 70, "é"])
def test_what_is_no_plus_address_answers_as_the_identity(tag: str) -> None:
    message = incoming(to=f"ann+{tag}@example.org")

    assert reply_recipients(message, ME, "auto").from_ == ME[0]
