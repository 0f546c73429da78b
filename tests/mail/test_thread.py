"""Threads in order, and the headers of the next reply."""

from __future__ import annotations

import pytest

from panzad.mail.extract import extract
from panzad.mail.message import Message
from panzad.mail.subject import reply_subject
from panzad.mail.thread import reply_references, seen_by, thread_of
from tests.mail.builder import mail

FIRST = mail(
    "The boat is out of the water and stands in the yard.",
    message_id="<1@x>",
    date="Wed, 11 Nov 2026 09:00:00 +0000",
)
SECOND = mail(
    "Shall we paint the hull this weekend, or is it too cold?\n\n"
    "On 11 Nov 2026 at 09:00, Ann Lee <ann@example.org> wrote:\n"
    "> The boat is out of the water and stands in the yard.\n",
    from_="Ben Okri <ben@example.net>",
    message_id="<2@x>",
    in_reply_to="<1@x>",
    references="<1@x>",
    date="Thu, 12 Nov 2026 18:20:00 +0000",
)
THIRD_TEXT = (
    "Too cold.\n\nOn 12 Nov 2026 at 18:20, Ben Okri <ben@example.net> wrote:\n"
    "> Shall we paint the hull this weekend, or is it too cold?\n>\n"
    "> On 11 Nov 2026 at 09:00, Ann Lee <ann@example.org> wrote:\n"
    ">> The boat is out of the water and stands in the yard.\n"
)
THIRD = mail(
    THIRD_TEXT,
    message_id="<3@x>",
    in_reply_to="<2@x>",
    references="<1@x> <2@x>",
    date="Fri, 13 Nov 2026 10:04:00 +0000",
)


def texts(message: Message, others: list[Message]) -> list[str]:
    return [turn.text for turn in thread_of(message, extract(message), others)]


ALL = [
    "The boat is out of the water and stands in the yard.",
    "Shall we paint the hull this weekend, or is it too cold?",
    "Too cold.",
]


@pytest.mark.parametrize(
    "others",
    [
        [],
        [SECOND],
        [FIRST],
        [FIRST, SECOND],
        [SECOND, FIRST, mail("Another thread", message_id="<9@x>")],
    ],
)
def test_the_thread_is_the_same_from_the_server_and_from_the_quotes(others: list[Message]) -> None:
    assert texts(THIRD, others) == ALL


def test_a_turn_names_its_author_whether_quoted_or_at_hand() -> None:
    for others in ([], [SECOND]):
        turn = thread_of(THIRD, extract(THIRD), others)[1]

        assert (turn.author, turn.email) == ("Ben Okri", "ben@example.net")


def test_a_mail_without_anything_before_it_is_the_whole_thread() -> None:
    assert texts(FIRST, [SECOND]) == [ALL[0]]


def test_a_partly_quoted_mail_at_hand_is_told_once() -> None:
    reply = mail(
        "Saturday.\n\nBen wrote:\n> Shall we paint the hull this weekend,\n> or is it too cold?\n",
        in_reply_to="<2@x>",
    )

    assert texts(reply, [SECOND]) == [*ALL[:2], "Saturday."]


@pytest.mark.parametrize(
    ("readers", "seen"),
    [
        (["ben@example.net"], True),
        (["Ben@Example.net", "cat@c.example", "dan@d.example"], True),
        (["ann@example.org"], True),
        (["ben@example.net", "eve@e.example"], False),
        (["eve@e.example"], False),
        ([], False),
    ],
)
def test_a_mail_is_seen_by_all_whom_its_address_fields_name(readers: list[str], seen: bool) -> None:
    one = mail("The price is 7.", cc="cat@c.example", bcc="Dan <dan@d.example>")
    assert seen_by([one], readers) == ([one] if seen else [])


def test_mails_that_name_each_other_in_a_circle_end() -> None:
    one = mail("one", message_id="<a@x>", in_reply_to="<b@x>")
    two = mail("two", message_id="<b@x>", in_reply_to="<a@x>")

    assert texts(one, [two, one]) == ["two", "one"]


@pytest.mark.parametrize(
    ("subject", "reply"),
    [
        ("The boat", "Re: The boat"),
        ("Re: The boat", "Re: The boat"),
        ("RE: re: AW: The boat", "Re: The boat"),
        ("Re[2]: The boat", "Re: The boat"),
        ("Re: Fwd: The boat", "Re: Fwd: The boat"),
        ("SV: Båten", "Re: Båten"),
        ("回复：船", "Re: 船"),
        ("Regatta: dates", "Re: Regatta: dates"),
        ("", "Re:"),
    ],
)
def test_a_reply_has_one_re(subject: str, reply: str) -> None:
    assert reply_subject(subject) == reply


def test_references_are_the_parents_and_its_id() -> None:
    assert reply_references(THIRD) == ("<1@x>", "<2@x>", "<3@x>")


def test_a_parent_without_references_lends_its_in_reply_to() -> None:
    assert reply_references(mail(message_id="<2@x>", in_reply_to="<1@x>")) == ("<1@x>", "<2@x>")


def test_long_references_keep_the_first_and_the_last() -> None:
    parent = mail(message_id="<p@x>", references=" ".join(f"<{n}@x>" for n in range(100)))

    found = reply_references(parent)

    assert len(found) == 20
    assert (found[0], found[1], found[-1]) == ("<0@x>", "<82@x>", "<p@x>")


def test_what_signs_a_quoted_mail_is_no_part_of_its_turn() -> None:
    reply = mail(
        "Friday.\n\nOn 12 Nov 2026 at 18:20, Ben Okri <ben@example.net> wrote:\n"
        "> When does the paint come?\n>\n> Ben Okri\n> Harbour Office\n> +44 20 7946 0012\n"
    )

    assert texts(reply, []) == ["When does the paint come?", "Friday."]
