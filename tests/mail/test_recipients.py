"""Who gets the draft, and who it is from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.message import Address, Message
from panzad.mail.recipients import Reach, Recipients, list_addresses, reply_recipients, why_no_draft
from tests.mail.builder import mail

ME = (Address("Ann Lee", "ann@example.org"), Address("Ann", "ann@boats.example"))
BEN, CAT, DAN = "ben@example.net", "cat@example.net", "dan@example.net"
CREW = "crew@x.y"


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
        (
            incoming(mail_followup_to=f"list@x.y, {CAT}", list_id="<l.x>"),
            True,
            ["list@x.y", CAT],
            [],
        ),
        (incoming(mail_followup_to="list@x.y"), False, [BEN], []),
        (incoming(mail_followup_to="evil@x.y, evil2@x.y"), True, [BEN], []),
        (incoming(mail_followup_to=BEN), True, [BEN], []),
        (incoming(mail_followup_to="l@x.y", list_id="<l.x>"), "auto", ["l@x.y"], []),
        (incoming(mail_followup_to="ann@example.org"), True, [BEN], []),
        (incoming(cc=f"{CAT}, x@noreply.x.y, notifications@x.y"), "auto", [BEN], [CAT]),
        (incoming(cc="no-reply@x.y"), "auto", [BEN], []),
        (incoming(to="l@x.y", cc=CAT, list_post="<mailto:L@x.y>"), "list", ["l@x.y"], []),
        (incoming(to=f"l@x.y, {CAT}", precedence="list"), "list", ["l@x.y", CAT], []),
        (incoming(from_="ann@example.org", to=f"{BEN}, {CAT}"), "auto", [BEN, CAT], []),
        (incoming(from_="ann@example.org", to=BEN, cc=DAN), True, [BEN], [DAN]),
        (incoming(reply_to="list@x.y", to="list@x.y"), True, ["list@x.y"], [BEN]),
        (incoming(reply_to="ann@example.org"), "auto", [BEN], []),
        (incoming(reply_to=DAN, mail_reply_to=CAT), "auto", [CAT], []),
        (
            incoming(to="l@x.y", reply_to="l@x.y", mail_reply_to=BEN, list_id="<l.x>"),
            True,
            [BEN],
            ["l@x.y"],
        ),
        (incoming(to=CAT, cc=DAN, x_original_to=ME[1].email), "auto", [BEN], []),
        (incoming(to=CAT, cc=DAN, x_original_to=ME[1].email), True, [BEN], [CAT, DAN]),
        (incoming(to=CREW, cc=DAN, x_original_to=CREW), "auto", [BEN], [CREW, DAN]),
        (incoming(to=CREW, cc=DAN, delivered_to=ME[0].email), "auto", [BEN], [CREW, DAN]),
    ],
)  # fmt: skip
def test_recipients_of_a_reply(
    message: Message, reply_all: Reach, to: list[str], cc: list[str]
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
        (
            incoming(
                to="list@x.y", delivered_to=ME[0].email, x_original_to="ann+list@boats.example"
            ),
            Address("Ann", "ann+list@boats.example"),
        ),
        (
            incoming(
                to="undisclosed-recipients:;",
                delivered_to=ME[0].email,
                received="from a.x.y by mx.x.y with ESMTPS id 1 for <ann@boats.example>; Thu",
            ),
            ME[1],
        ),
    ],
)
def test_the_reply_comes_from_the_identity_that_was_addressed(
    message: Message, author: Address
) -> None:
    assert reply_recipients(message, ME, "auto").from_ == author


def test_a_persons_mail_gets_a_draft() -> None:
    assert why_no_draft(incoming(), ME) is None


@pytest.mark.parametrize(
    "news",
    [
        incoming(list_unsubscribe="<https://x.y/u>", precedence="bulk"),
        incoming(list_unsubscribe="<https://x.y/u>", list_id="News <n.x.y>"),
        incoming(list_id="<n.x.y>", precedence="list"),
        incoming(to=f"{CAT}, ann@example.org", list_id="<n.x.y>", list_post="NO (news only)"),
        incoming(to="undisclosed-recipients:;", list_id="<n.x.y>"),
    ],
)
def test_a_newsletter_gets_a_draft_only_where_it_answers_the_user(news: Message) -> None:
    assert "newsletter" in (why_no_draft(news, ME) or "")
    assert why_no_draft(news, ME, takes_part=True) is None


def test_an_automatic_answer_of_the_user_gets_no_draft() -> None:
    away = incoming(from_="ann@example.org", to=BEN, auto_submitted="auto-replied")

    assert "automatic" in (why_no_draft(away, ME) or "")


@pytest.mark.parametrize(
    "fields",
    [
        {"list_id": "<l.x.y>"},
        {"list_post": "<mailto:list@x.y>"},
        {"x_mailing_list": "list@x.y"},
        {"precedence": "list"},
    ],
)
def test_a_lists_mail_gets_a_draft_only_for_who_is_named_beside_it_or_takes_part(
    fields: dict[str, str],
) -> None:
    posted = incoming(to="list@x.y", **fields)

    assert "list" in (why_no_draft(posted, ME) or "")
    assert why_no_draft(posted, ME, takes_part=True) is None
    assert why_no_draft(incoming(to="list@x.y", cc=ME[0].email, **fields), ME) is None


def test_a_lists_copy_that_is_addressed_to_the_user_alone_names_nobody() -> None:
    copy = incoming(list_id="<l.x.y>", list_post="<mailto:list@x.y>")

    assert "list" in (why_no_draft(copy, ME) or "")


def test_a_list_is_known_by_where_one_posts_to_it() -> None:
    named = incoming(to=f"List@x.y, {BEN}", list_post="<mailto:list@x.y?subject=hi>, <https://x.y>")

    assert list_addresses(named) == {"list@x.y"}
    assert list_addresses(incoming(to="Crew@x.y", precedence="list")) == {"crew@x.y"}
    assert list_addresses(incoming()) == set()


ADDRESSES = st.lists(
    st.sampled_from([BEN, CAT, DAN, "ann@example.org", "ANN+tag@Boats.Example", "list@x.y", ""])
).map(", ".join)


@given(
    fields=st.fixed_dictionaries(
        dict.fromkeys(("from_", "to", "cc", "reply_to", "mail_followup_to"), ADDRESSES)
    ),
    reply_all=st.sampled_from([True, False, "auto", "list"]),
    lists=st.booleans(),
)
def test_nobody_is_answered_twice_and_the_user_never(
    fields: dict[str, str], reply_all: Reach, lists: bool
) -> None:
    message = mail("Hi", **fields, **({"list_id": "<l.x>"} if lists else {}))
    found = reply_recipients(message, ME, reply_all)
    reached = [one.email.lower() for one in (*found.to, *found.cc)]

    assert len(reached) == len(set(reached))
    assert not any(email.startswith("ann") for email in reached)
    assert found.from_.email.lower().startswith("ann")


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
