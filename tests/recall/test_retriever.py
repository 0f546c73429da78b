"""Who may see what of past mails."""

from __future__ import annotations

import pytest

from panzad.recall.retriever import may_lend
from panzad.store.mails import Mail, Person, ThreadTurn


def past(*recipients: str, thread: tuple[str, ...] = ()) -> Mail:
    return Mail(
        id=1,
        account="work",
        message_id="<a@x>",
        date="2026-05-01",
        subject="",
        sender="ann@example.org",
        recipients=tuple(Person("to", "", address) for address in recipients),
        parents=(),
        reason=None,
        own_text="the price is 400",
        thread=tuple(ThreadTurn("", address, "", "") for address in thread),
    )


class TestMayLend:
    @pytest.mark.parametrize(
        ("mail", "audience", "share", "allowed"),
        [
            (past("bob@a.example"), ["bob@a.example"], "participants", True),
            (past("Bob@A.example"), ["bob@a.example"], "participants", True),
            (past("bob@a.example"), ["eve@b.example"], "participants", False),
            (past("bob@a.example"), ["bob@a.example", "eve@b.example"], "participants", False),
            (
                past("x@x.example", thread=("bob@a.example",)),
                ["bob@a.example"],
                "participants",
                True,
            ),
            (past("bob@a.example"), [], "participants", False),
            (past("bob@a.example"), ["carl@a.example"], "participants", False),
            (past("bob@a.example"), ["carl@a.example"], "domain", True),
            (past("bob@gmail.com"), ["carl@gmail.com"], "domain", False),
            (past("bob@gmail.com"), ["bob@gmail.com"], "domain", True),
            (past("bob@a.example"), ["carl@a.example", "eve@b.example"], "domain", False),
            (past("bob@a.example"), ["eve@b.example"], "all", True),
        ],
    )
    def test_only_people_who_took_part_see_it(
        self, mail: Mail, audience: list[str], share: str, allowed: bool
    ) -> None:
        assert may_lend(mail, audience, share) is allowed  # pyright: ignore[reportArgumentType]
