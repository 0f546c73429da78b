"""Facts flow only where they already were: of 1,000 planted ones none reaches a stranger.

Store, embedder, index, retriever, gathering and prompt are the daemon's; two edges are given. The
server's search for the thread finds all that a mail names, and the model, which is what is
distrusted here, answers with the very words that are not for the reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from panzad.config import Account, Auth, Config, ImapServer
from panzad.drafting import gather
from panzad.drafting.task import DraftTask
from panzad.drafting.write import write
from panzad.engines.protocol import ChatMessage, Generation
from panzad.imap.folders import FolderChoice
from panzad.learning.intake import intake, owner
from panzad.mail.exclusion import Exclusions
from panzad.mail.parse import parse
from panzad.mailbox import Mailbox
from panzad.recall import EMBEDDER
from panzad.recall.embedder import Embedder
from panzad.recall.index import Index
from panzad.recall.query import query_of, text_of
from panzad.recall.retriever import Retriever
from panzad.recall.sharing import Share
from panzad.store import embeddings, folders, mails, pairs
from panzad.store.database import Database
from tests.drafting.planted import HIDDEN, HOUSES, Incoming, Planted, World
from tests.drafting.test_write import Counting

CONFIG = Config(
    accounts={
        "work": Account(
            address="ann@own.example",
            name="Ann Lee",
            imap=ImapServer(host="localhost", port=1, security="none"),
            auth=Auth(command="true"),
        )
    }
)


class _Remembering(Embedder):
    """The real embedder, which is asked for the same text once."""

    def __init__(self) -> None:
        self._known: dict[str, NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, super().embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])


@dataclass
class _Tongue(Counting):
    """An engine that says what it is told to, whatever it is asked."""

    says: str
    prompt: str = ""

    def generate(self, messages: Sequence[ChatMessage], *_: object, **__: object) -> Generation:
        self.prompt = "\n".join(one.content for one in messages)
        return Generation(self.says, 1, 1, False, 0.0)


@dataclass(frozen=True)
class Drafted:
    """What the model was shown for a mail, and what became of its answer."""

    incoming: Incoming
    audience: frozenset[str]
    prompt: str
    text: str
    gaps: int


class Desk:
    """The planted mailbox, learnt, and a desk that writes answers from it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self._db = Database(folder / "panzad.db")
        self._embedder = _Remembering()
        self._index = Index(self._db, folder / "index")
        self._learn()

    def _learn(self) -> None:
        place = folders.known(self._db, "work", "Sent", "sent").id
        identities = owner(CONFIG.accounts["work"])
        with self._db.transaction() as tx:
            for uid, planted in enumerate(self.world.mails, start=1):
                mail = intake(planted.raw, None, identities, Exclusions())
                # What is masked as a secret or taken for a signature could not leak.
                assert planted.said in mail.own_text
                mails.store(tx, "work", place, uid, mail)
        learnt = pairs.pending(self._db, len(self.world.mails))
        vectors = self._embedder.embed([text_of(mail) for mail in learnt])
        with self._db.transaction() as tx:
            embeddings.keep(
                tx,
                EMBEDDER,
                {
                    mail.id: vector.astype("<f4").tobytes()
                    for mail, vector in zip(learnt, vectors, strict=True)
                },
            )
        self._index.refresh()
        assert len(self._index) == len(self.world.mails)

    def gathered(self, incoming: Incoming) -> DraftTask:
        """The task of a mark on this mail."""
        message = parse(incoming.raw)
        named = [parse(one.raw) for one in self.world.mails if one.message_id in message.references]
        nothing = FolderChoice(sent=(), drafts="Drafts", watch=("INBOX",), marks=(), archive=())
        mailbox = Mailbox("work", CONFIG.accounts["work"], cast(Any, None), nothing)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(gather, "find_related", lambda *_: named)
            task = gather.reply_task(self._db, mailbox, CONFIG, message, None)
        assert isinstance(task, DraftTask)
        return task

    def drafted(
        self,
        mails: Sequence[Incoming],
        share: Share = CONFIG.retrieval.share,
        *,
        examples: int = CONFIG.retrieval.examples,
        grounding: bool = True,
        style: bool = False,
    ) -> list[Drafted]:
        """The drafts for these mails, of a model that knows all about their targets.

        With `style` mails to others lend theirs, for no adapter has learnt it.
        """
        tasks = [self.gathered(one) for one in mails]
        # At once it takes a third of the time.
        self._embedder.embed([query_of(one.subject, one.thread[-1].text, "") for one in tasks])
        retriever = Retriever(self._db, self._index, self._embedder, share, lend_style=style)
        found: list[Drafted] = []
        for incoming, task in zip(mails, tasks, strict=True):
            engine = _Tongue("\n\n".join(one.said for one in incoming.targets))
            written = write(
                task,
                cast(Any, engine),
                retriever,
                account="work",
                examples=examples,
                signature=None,
                grounding=grounding,
                adapter=not style,
            )
            found.append(
                Drafted(
                    incoming,
                    frozenset(task.audience),
                    engine.prompt,
                    written.text,
                    len(written.gaps),
                )
            )
        return found

    def told(self, text: str) -> list[Planted]:
        """The mails of which a fact or the name stands in a text."""
        return [
            mail
            for mail in self.world.mails
            if mail.name in text or any(fact in text for fact in mail.facts)
        ]

    def leaked(self, drafted: Drafted, text: str) -> list[Planted]:
        """Those of them that one of the draft's readers has not received."""
        return [mail for mail in self.told(text) if not drafted.audience <= mail.readers]

    def close(self) -> None:
        self._db.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(World(), tmp_path_factory.mktemp("planted"))
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def attacks(desk: Desk) -> list[Incoming]:
    return list(desk.world.attacks())


@pytest.fixture(scope="module")
def attacked(desk: Desk, attacks: list[Incoming]) -> list[Drafted]:
    return desk.drafted(attacks)


@pytest.fixture(scope="module")
def answered(desk: Desk) -> list[Drafted]:
    """Drafts for those who ask about what they have received."""
    return desk.drafted(list(desk.world.questions()))


class TestStrangers:
    def test_each_person_asks_and_each_of_1000_facts_is_asked_for(
        self, desk: Desk, attacks: list[Incoming]
    ) -> None:
        seen = [one for one in attacks if one.carrier not in HIDDEN]
        facts = {fact for one in seen for mail in one.targets for fact in mail.facts}
        authors = {parse(one.raw).from_[0].email for one in seen}
        assert (len(facts), len(authors)) == (1000, 100)

    def test_no_prompt_holds_a_fact_that_a_reader_has_not_received(
        self, desk: Desk, attacked: list[Drafted]
    ) -> None:
        assert not [one.incoming for one in attacked if desk.leaked(one, one.prompt)]

    def test_what_the_reader_of_a_mail_does_not_see_reaches_no_prompt(
        self, attacked: list[Drafted]
    ) -> None:
        for one in attacked:
            asked = {target.around in one.prompt for target in one.incoming.targets}
            assert asked == {one.incoming.carrier not in HIDDEN}

    def test_a_model_that_says_what_it_should_not_know_leaves_gaps(
        self, attacked: list[Drafted]
    ) -> None:
        for one in attacked:
            facts = [fact for target in one.incoming.targets for fact in target.facts]
            assert not [fact for fact in facts if fact in one.text]
            assert one.gaps >= len(facts)

    def test_without_grounding_such_a_model_is_believed(
        self, desk: Desk, attacks: list[Incoming]
    ) -> None:
        for one in desk.drafted(attacks[:20], grounding=False):
            assert all(fact in one.text for mail in one.incoming.targets for fact in mail.facts)


class TestStyle:
    def test_mails_that_lend_theirs_are_shown_without_a_fact(
        self, desk: Desk, attacks: list[Incoming]
    ) -> None:
        found = desk.drafted(attacks, style=True)
        # The others have examples enough that they received themselves.
        assert sum("[?" in one.prompt for one in found) > 80
        for one in found:
            for mail in desk.leaked(one, one.prompt):
                assert not [fact for fact in mail.facts if fact in one.prompt]


class TestReaders:
    def test_who_received_a_mail_is_answered_with_it(self, answered: list[Drafted]) -> None:
        for one in answered:
            [target] = one.incoming.targets
            assert all(fact in one.prompt for fact in target.facts)
            assert all(fact in one.text for fact in target.facts)

    def test_several_readers_share_only_what_all_of_them_received(
        self, desk: Desk, answered: list[Drafted]
    ) -> None:
        several = [one for one in answered if len(one.audience) > 1]
        assert len(several) == 40
        for one in several:
            assert any(one.audience & mail.readers < one.audience for mail in desk.world.mails)
            assert not desk.leaked(one, one.prompt + one.text)


class TestRules:
    """What the strict rule holds back: the same attacks under the others."""

    def test_all_lends_to_strangers_what_they_ask_for(
        self, desk: Desk, attacks: list[Incoming]
    ) -> None:
        # Their own mails come first, and those of their colleagues.
        drafted = desk.drafted(attacks[:40], "all", examples=10)
        lent = [set(one.incoming.targets) & set(desk.leaked(one, one.prompt)) for one in drafted]
        assert sum(map(bool, lent)) >= 10

    def test_domain_lends_to_colleagues_and_to_nobody_at_a_public_provider(
        self, desk: Desk, attacks: list[Incoming]
    ) -> None:
        drafted = desk.drafted(attacks[:60], "domain")
        lent_to = {
            address.partition("@")[2]
            for one in drafted
            for mail in desk.leaked(one, one.prompt)
            for address in one.audience - mail.readers
        }
        assert lent_to == set(HOUSES)
