"""Who may see what of past mails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from panzad.recall import EMBEDDER
from panzad.recall.index import Index
from panzad.recall.retriever import POOL, Retriever, may_lend
from panzad.store import embeddings, folders, mails
from panzad.store.database import Database
from panzad.store.mails import Mail, NewMail, Person, ThreadTurn
from tests.recall.test_index import vector


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


class _Query:
    """An embedder whose query lies where every mail to strangers lies."""

    def embed(self, _texts: list[str]) -> list[Any]:
        return [vector(0)]


class TestExamples:
    def test_the_few_mails_to_one_person_are_found_among_many_nearer_ones(
        self, tmp_path: Path
    ) -> None:
        db = Database(tmp_path / "panzad.db")
        place = folders.known(db, "work", "Sent", "sent").id
        wanted: set[int] = set()
        for uid in range(3 * POOL):
            to_alice = uid % POOL == 7
            someone = "alice@a.example" if to_alice else f"{uid}@b.example"
            mail = NewMail(
                f"<{uid}@x>", "2026-05-01", "", "", (Person("to", "", someone),), (), None, "text",
                (), False,
            )  # fmt: skip
            near = vector(0) + 0.01 * vector(uid + 1)
            with db.transaction() as tx:
                mail_id = mails.store(tx, "work", place, uid + 1, mail)
                where = vector(uid + 1) if to_alice else near
                embeddings.keep(tx, EMBEDDER, {mail_id: where.astype("<f4").tobytes()})
            if to_alice:
                wanted.add(mail_id)
        index = Index(db, tmp_path / "index")
        index.refresh()
        embedder: Any = _Query()
        retriever = Retriever(db, index, embedder, "participants")
        found = retriever.examples("?", ["alice@a.example"], 5, account="work")
        assert {mail.id for mail in found} == wanted
