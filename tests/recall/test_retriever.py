"""Which past mails a draft or a training sample is shown, and which never."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panzad.recall import EMBEDDER
from panzad.recall.exact import ExactIndex
from panzad.recall.index import Index
from panzad.recall.ranking import near_copy
from panzad.recall.retriever import POOL, Retriever
from panzad.store import embeddings, folders, mails
from panzad.store.database import Database
from panzad.store.mails import NewMail, Person, ThreadTurn
from tests.recall.test_index import vector


@dataclass(frozen=True)
class Sent:
    """A sent mail of a mailbox in a test; `day` of May 2026, `seed` of its vector."""

    to: tuple[str, ...]
    text: str = "text"
    day: int = 1
    subject: str = ""
    seed: int | None = None
    thread: str = ""
    account: str = "work"


class _Query:
    """An embedder whose query lies where the vector of seed 0 lies."""

    def embed(self, texts: list[str]) -> list[Any]:
        return [vector(0) for _ in texts]


def stored(db: Database, sent: Sequence[Sent]) -> list[int]:
    ids: list[int] = []
    accounts = {one.account for one in sent}
    places = {name: folders.known(db, name, "Sent", "sent").id for name in accounts}
    with db.transaction() as tx:
        for uid, one in enumerate(sent):
            thread = (ThreadTurn("Bob", "bob@a.example", "", one.thread),) if one.thread else ()
            mail = NewMail(
                message_id=f"<{uid}@x>",
                date=f"2026-05-{one.day:02}",
                subject=one.subject,
                sender="ann@own.example",
                recipients=tuple(Person("to", "", address) for address in one.to),
                parents=(),
                reason=None,
                own_text=one.text,
                thread=thread,
                thread_wanted=False,
            )
            mail_id = mails.store(tx, one.account, places[one.account], uid + 1, mail)
            if one.seed is not None:
                where = vector(0) + 0.01 * vector(one.seed)
                embeddings.keep(tx, EMBEDDER, {mail_id: where.astype("<f4").tobytes()})
            ids.append(mail_id)
    return ids


def retriever(db: Database, share: Any = "participants") -> Retriever:
    embedder: Any = _Query()
    return Retriever(db, ExactIndex(db), embedder, share)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return Database(tmp_path / "panzad.db")


def found(
    one: Retriever, query: str, audience: Sequence[str], count: int, **rest: Any
) -> list[int]:
    return [mail.id for mail in one.examples(query, audience, count, account="work", **rest)]


class TestExamples:
    def test_the_few_mails_to_one_person_are_found_among_many_nearer_ones(
        self, db: Database, tmp_path: Path
    ) -> None:
        sent = [
            Sent(
                ("alice@a.example",) if uid % POOL == 7 else (f"{uid}@b.example",), f"letter {uid}"
            )
            for uid in range(3 * POOL)
        ]
        ids = stored(db, sent)
        wanted = {ids[uid] for uid in range(7, 3 * POOL, POOL)}
        with db.transaction() as tx:
            for uid, mail_id in enumerate(ids):
                near = vector(0) + 0.01 * vector(uid + 1)
                where = vector(uid + 1) if mail_id in wanted else near
                embeddings.keep(tx, EMBEDDER, {mail_id: where.astype("<f4").tobytes()})
        index = Index(db, tmp_path / "index")
        index.refresh()
        embedder: Any = _Query()
        one = Retriever(db, index, embedder, "participants")
        assert set(found(one, "?", ["alice@a.example"], 5)) == wanted

    def test_the_same_people_come_first_then_their_colleagues_then_the_topic(
        self, db: Database
    ) -> None:
        stranger, colleague, bob = stored(
            db,
            [
                Sent(("eve@z.example",), "the oars of the boat", seed=1),
                Sent(("carl@a.example",), "something else"),
                Sent(("bob@a.example",), "not a word about it"),
            ],
        )
        one = retriever(db, "all")
        assert found(one, "oars", ["bob@a.example"], 3) == [bob, colleague, stranger]

    def test_a_mail_without_a_vector_is_found_by_its_words(self, db: Database) -> None:
        ids = stored(
            db,
            [
                Sent(("bob@a.example",), "bring the oars"),
                *[Sent(("bob@a.example",), f"letter {n}") for n in range(1, 9)],
            ],
        )
        assert found(retriever(db), "Oärs?", ["bob@a.example"], 1) == [ids[0]]

    def test_of_two_that_fit_alike_the_one_of_the_expected_length_is_shown(
        self, db: Database
    ) -> None:
        _, _, short, _ = stored(
            db,
            [
                Sent(("bob@a.example",), "word " * 90),
                Sent(("bob@a.example",), "third " * 80),
                Sent(("bob@a.example",), "only a few words here"),
                Sent(("bob@a.example",), "other " * 190),
            ],
        )
        assert found(retriever(db), "", ["bob@a.example"], 1, words=5) == [short]

    def test_the_same_text_is_shown_once(self, db: Database) -> None:
        stored(db, [Sent(("bob@a.example",), "Thanks, Bob!", day) for day in (1, 2, 3)])
        assert len(found(retriever(db), "thanks", ["bob@a.example"], 3)) == 1

    def test_another_accounts_mail_is_never_shown(self, db: Database) -> None:
        stored(db, [Sent(("bob@a.example",), "private", account="home")])
        assert found(retriever(db), "private", ["bob@a.example"], 3) == []

    @pytest.mark.parametrize(
        "query", ['a "quote', "NEAR(", "own_text:", "a OR", "*", "^x", "-", "nul\0nul", "{", "öé"]
    )
    def test_no_query_is_an_operator(self, db: Database, query: str) -> None:
        [mail_id] = stored(db, [Sent(("bob@a.example",), "plain text")])
        assert found(retriever(db), query, ["bob@a.example"], 1) == [mail_id]


PEOPLE = ("bob@a.example", "carl@a.example", "eve@b.example", "zoe@gmail.com", "yan@gmail.com")
WORDS = ("boat", "oars", "monday", "price", "letter", "pier", "seven", "rope")
MAILS = st.builds(
    Sent,
    to=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).map(tuple),
    text=st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join),
    day=st.integers(1, 9),
    seed=st.one_of(st.none(), st.integers(1, 9)),
    thread=st.sampled_from(("", "the price of the boat?")),
)


class TestTraining:
    """What stands beside a mail that is learnt."""

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(MAILS, min_size=2, max_size=9),
        st.data(),
        st.sampled_from(("participants", "domain", "all")),
    )
    def test_never_itself_nor_a_later_mail_nor_a_copy_nor_what_a_reader_has_not_seen(
        self, sent: list[Sent], data: st.DataObject, share: str
    ) -> None:
        with tempfile.TemporaryDirectory() as folder:
            db = Database(Path(folder) / "panzad.db")
            ids = stored(db, sent)
            at = data.draw(st.integers(0, len(sent) - 1))
            learnt = sent[at]
            shown = retriever(db, share).examples(
                learnt.text,
                learnt.to,
                9,
                account="work",
                before=f"2026-05-{learnt.day:02}",
                excluding={ids[at]},
                unlike=learnt.text,
                words=5,
            )
            db.close()
        for mail in shown:
            other = sent[ids.index(mail.id)]
            assert mail.id != ids[at]
            assert other.day < learnt.day
            assert not near_copy(other.text, [learnt.text])
            if share == "participants":
                assert set(learnt.to) <= set(other.to)
            if share == "domain":
                private = {one.partition("@")[2] for one in other.to} - {"gmail.com"}
                assert all(one in other.to or one.partition("@")[2] in private for one in learnt.to)


class TestLendingStyle:
    SENT = (
        Sent(("tom@a.example",), "Hi Tom, see you."),
        Sent(("eve@b.example",), "Hi Eve, the door opens at nine. Bring the keys, please."),
        Sent(("eve@b.example",), "Hi Eve, no."),
    )

    def lent(self, db: Database, lend_style: bool, **rest: Any) -> list[str]:
        embedder: Any = _Query()
        one = Retriever(db, ExactIndex(db), embedder, "participants", lend_style=lend_style)
        audience, count = ("tom@a.example",), rest.pop("count", 3)
        lent = one.lending_style(audience, count, account="work", **rest)
        return [mail.own_text for mail in lent]

    def test_is_what_others_received_the_nearest_in_length_first(self, db: Database) -> None:
        stored(db, self.SENT)
        assert self.lent(db, True, words=3) == [self.SENT[2].text, self.SENT[1].text]
        assert self.lent(db, True, words=11, count=1) == [self.SENT[1].text]

    def test_knows_nothing_of_what_is_hidden(self, db: Database) -> None:
        _, second, third = stored(db, self.SENT)
        assert self.lent(db, True, excluding={second}) == [self.SENT[2].text]
        assert self.lent(db, True, excluding={second, third}) == []

    def test_is_asked_for(self, db: Database) -> None:
        stored(db, self.SENT)
        assert self.lent(db, False) == self.lent(db, True, count=0) == []
