"""Whom a reply to a list's mail reaches: by what the mail says and the user's habit on the list."""

from __future__ import annotations

import pytest

from panzad.drafting.gather import recipients_of
from panzad.mail.message import Address, Message
from panzad.store import folders, mails
from panzad.store.database import Database
from panzad.store.habits import SentReply
from panzad.store.mails import Manner, NewMail, Person
from tests.mail.builder import mail

ME = (Address("Ann Lee", "me@example.org"),)
LIST = "crew@lists.example"
ON_THE_LIST = SentReply(frozenset({LIST}), frozenset(), Manner())


def posted(**fields: str) -> Message:
    return mail(
        "Who paints?",
        **{"from_": "ben@example.net", "to": LIST, "list_post": f"<mailto:{LIST}>", **fields},
    )


def reached(
    db: Database, message: Message, sent: list[SentReply], reply_all: bool | str = "auto"
) -> tuple[list[str], list[str]]:
    found = recipients_of(db, "work", ME, message, sent, reply_all)  # pyright: ignore[reportArgumentType]
    return [one.email for one in found.to], [one.email for one in found.cc]


@pytest.fixture
def writes_to_the_list(db: Database) -> None:
    folder = folders.known(db, "work", "Sent", "sent")
    post = NewMail(
        "<1@example.org>", "2026-11-12T10:00:00+00:00", "Hull", ME[0].email,
        (Person("to", "", LIST),), (), None, "Dry.", (), False,
    )  # fmt: skip
    with db.transaction() as tx:
        mails.store(tx, "work", folder.id, 1, post)


@pytest.mark.usefixtures("writes_to_the_list")
class TestWhoWritesToTheList:
    def test_answers_the_author_and_the_list(self, db: Database) -> None:
        assert reached(db, posted(), []) == (["ben@example.net"], [LIST])

    def test_answers_where_the_mail_asks_for_answers(self, db: Database) -> None:
        asked = posted(mail_followup_to=f"{LIST}, cat@example.net, me@example.org")

        assert reached(db, asked, []) == ([LIST, "cat@example.net"], [])

    def test_answers_where_the_mail_asks_also_against_a_habit(self, db: Database) -> None:
        asked = posted(mail_followup_to="cat@example.net")

        assert reached(db, asked, [ON_THE_LIST] * 3) == (["cat@example.net"], [])

    def test_answers_the_list_once_where_replies_go_to_it(self, db: Database) -> None:
        assert reached(db, posted(reply_to=LIST), []) == ([LIST], [])

    def test_answers_the_list_alone_where_that_is_the_habit(self, db: Database) -> None:
        assert reached(db, posted(), [ON_THE_LIST] * 3) == ([LIST], [])

    def test_answers_the_author_alone_where_the_settings_say_so(self, db: Database) -> None:
        asked = posted(mail_followup_to=LIST)

        assert reached(db, asked, [], reply_all=False) == (["ben@example.net"], [])


def test_who_does_not_write_to_the_list_answers_the_author(db: Database) -> None:
    assert reached(db, posted(cc="me@example.org"), []) == (["ben@example.net"], [])
