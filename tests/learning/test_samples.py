"""Training samples: the prompt is the draft's, and chance follows from the seed and the mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from panzad.drafting.task import DraftTask
from panzad.drafting.write import write
from panzad.engines.protocol import ChatMessage, Generation, Sampling
from panzad.learning.samples import READINGS, Mix, contrasts, sample_of, samples
from panzad.mail.message import Address
from panzad.recall import EMBEDDER
from panzad.recall.exact import ExactIndex
from panzad.recall.retriever import Retriever
from panzad.store import embeddings, folders, mails, pairs
from panzad.store.database import Database
from panzad.store.drafts import Preference
from panzad.store.mails import Manner, NewMail, Person, ThreadTurn
from panzad.training.dataset import fingerprint, without_facts
from panzad.writing.brief import Briefing
from tests.recall.test_index import vector

BOB = Person("to", "Bob Ray", "bob@a.example")
EVE = Person("cc", "Eve Moor", "eve@b.example")
QUESTION = (ThreadTurn("Bob Ray", "bob@a.example", "", "Does the ferry to the island run today?"),)
# More words than a prompt may have tokens.
ENDLESS = (replace(QUESTION[0], text="a " * 2000), replace(QUESTION[0], text="b " * 2000))
ALL = Mix(drop_instruction=0, retrieved=1, examples=3, seed=7)


class _Embedder:
    """Turns the same text into the same vector."""

    def embed(self, texts: Sequence[str]) -> list[Any]:
        return [vector(sum(text.encode()) % 1000) for text in texts]


def words(text: str) -> int:
    """How many tokens a text has, where each word is one."""
    return len(text.split())


class _Engine:
    """Keeps what it is asked."""

    name = "test"
    asked: tuple[ChatMessage, ...] = ()

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        self.asked = tuple(messages)
        return Generation("It does.", 1, 1, False, 0.0)

    def use_adapter(self, directory: Path | None) -> None: ...
    def count_tokens(self, text: str) -> int:
        return words(text)

    def close(self) -> None: ...


class Box:
    """A mailbox of sent mails, each with its instruction and vector."""

    def __init__(self, folder: Path) -> None:
        self.db = Database(folder / "panzad.db")
        self.place = folders.known(self.db, "work", "Sent", "sent").id
        self.count = 0

    def add(
        self,
        text: str,
        *people: Person,
        thread: tuple[ThreadTurn, ...] = (),
        subject: str = "Re: boat",
        date: str = "",
    ) -> int:
        self.count += 1
        mail = NewMail(
            message_id=f"<{self.count}@x>",
            date=date or f"2026-05-01T{self.count // 60:02}:{self.count % 60:02}:00+00:00",
            subject=subject,
            sender="ann@own.example",
            recipients=people or (BOB,),
            parents=(),
            reason=None,
            own_text=text,
            thread=thread,
            thread_wanted=False,
            manner=Manner(language="en"),
        )
        with self.db.transaction() as tx:
            mail_id = mails.store(tx, "work", self.place, self.count, mail)
            pairs.finish(tx, mail_id, f"Say what number {self.count} says.", "model", 0.5)
            embeddings.keep(tx, EMBEDDER, {mail_id: vector(self.count).tobytes()})
        return mail_id

    @property
    def retriever(self) -> Retriever:
        embedder: Any = _Embedder()
        return Retriever(self.db, ExactIndex(self.db), embedder, "participants")

    def sample(self, mail_id: int, mix: Mix = ALL) -> str:
        pair = pairs.get(self.db, mail_id)
        assert pair is not None
        return sample_of(pair, "Ann Lee", Briefing(self.retriever, words), mix).messages[1].content


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def letter(number: int) -> str:
    return f"Hi Bob,\n\nthe boat of day {number} leaves at pier {number * 7}.\n\nBest,\nAnn"


class TestOneLayout:
    @pytest.mark.parametrize(
        "thread", [(), QUESTION, ENDLESS], ids=["new mail", "reply", "more than may be shown"]
    )
    def test_a_draft_and_the_sample_of_the_mail_it_became_have_the_same_prompt(
        self, box: Box, thread: tuple[ThreadTurn, ...]
    ) -> None:
        for number in range(6):
            box.add(letter(number), *([BOB, EVE] if number % 2 else [BOB]))
        task = DraftTask(
            author=Address("Ann Lee", "ann@own.example"),
            to=(Address(BOB.name, BOB.email),),
            cc=(Address(EVE.name, EVE.email),),
            subject="Re: ferry",
            in_reply_to=None,
            references=(),
            thread=thread,
            original=None,
            instruction="Say what number 7 says.",
        )
        engine = _Engine()
        written = write(task, engine, box.retriever, account="work", examples=3, signature=None)
        assert written.examples == 3

        mail_id = box.add("It does run.", BOB, EVE, thread=thread, subject="Re: ferry")
        box.add("A later mail, of the same day.", BOB, EVE)
        pair = pairs.get(box.db, mail_id)
        assert pair is not None
        typed = replace(pair, typed=True)
        sample = sample_of(typed, "Ann Lee", Briefing(box.retriever, words), ALL)

        assert [(one.role, one.content.encode()) for one in sample.messages] == [
            (one.role, one.content.encode()) for one in engine.asked
        ]

    def test_an_edited_draft_and_what_was_sent_have_the_prompt_that_it_was_written_by(
        self, box: Box
    ) -> None:
        for number in range(6):
            box.add(letter(number))
        pair = pairs.get(box.db, box.add("It does run.", thread=QUESTION))
        assert pair is not None
        edit = Preference(4, pair.mail, "The ferry sails.", pair.instruction)
        always_bare = Mix(drop_instruction=1, retrieved=0, examples=3, seed=7)
        found = contrasts([edit], {"work": "Ann Lee"}, Briefing(box.retriever, words), always_bare)
        typed = replace(pair, typed=True)
        expected = sample_of(typed, "Ann Lee", Briefing(box.retriever, words), ALL)
        assert found[4].chosen == replace(expected, others=())
        assert found[4].rejected.messages == expected.messages
        assert found[4].rejected.completion == "The ferry sails."
        assert contrasts([edit], {}, Briefing(box.retriever, words), ALL) == {}

    def test_habits_and_the_threads_language_stand_in_it(self, box: Box) -> None:
        for number in range(4):
            box.add(letter(number))
        thread = (ThreadTurn("Bob Ray", BOB.email, "", "Fährt die Fähre heute zur Insel?"),)
        prompt = box.sample(box.add("Ja.", thread=thread))
        assert "Greeting: Hi Bob, | Sign-off: Best, Ann | About 10 words" in prompt
        assert "Write my reply to Bob Ray in German." in prompt


class TestChance:
    @pytest.fixture
    def full(self, box: Box) -> Box:
        for number in range(60):
            box.add(letter(number), thread=QUESTION if number % 2 else ())
        return box

    def all(self, box: Box, mix: Mix) -> dict[int, str]:
        found = samples(
            pairs.finished(box.db), {"work": "Ann Lee"}, Briefing(box.retriever, words), mix
        )
        return {one.mail_id: one.messages[1].content for one in found}

    def test_only_replies_are_learnt_without_an_instruction_and_about_as_many_as_set(
        self, full: Box
    ) -> None:
        prompts = self.all(full, Mix(0.3, 0, 3, 7))
        bare = [text for text in prompts.values() if self.is_bare(text)]
        assert 3 <= len(bare) <= 15
        assert all("the ferry" in text for text in bare)
        assert not [t for t in self.all(full, Mix(0, 0, 3, 7)).values() if self.is_bare(t)]

    def is_bare(self, prompt: str) -> bool:
        return prompt.endswith(("Bob Ray in English.", "Bob Ray.", "Subject: Re: boat."))

    def test_a_mail_is_read_under_another_prompt_in_each_epoch_and_twice_the_same(
        self, full: Box
    ) -> None:
        [first, *_] = found = samples(
            pairs.finished(full.db),
            {"work": "Ann Lee"},
            Briefing(full.retriever, words),
            ALL,
            READINGS,
        )
        assert all(len(one.others) == READINGS - 1 for one in found)
        assert {one.completion for one in first.others} == {first.completion}
        assert [first.of_epoch(epoch) for epoch in range(READINGS)] == [first, *first.others]
        assert first.of_epoch(READINGS) is first
        wordings = {one.of_epoch(epoch).messages for one in found for epoch in range(READINGS)}
        assert len(wordings) > 2 * len(found)

    def test_what_the_user_typed_is_learnt_as_it_was_typed(self, full: Box) -> None:
        pair = replace(pairs.finished(full.db)[0], typed=True)
        sample = sample_of(pair, "Ann Lee", Briefing(full.retriever, words), ALL, READINGS)
        prompts = [sample.of_epoch(epoch).messages[1].content for epoch in range(READINGS)]
        assert all(text.endswith(pair.instruction) for text in prompts)

    def test_facts_are_masked_by_the_prompt_of_each_reading(self, full: Box) -> None:
        pair = pairs.finished(full.db)[3]
        sample = sample_of(
            pair, "Ann Lee", Briefing(full.retriever, words), replace(ALL, retrieved=0)
        )
        told = replace(sample, others=(replace(sample, messages=()),))
        masked = without_facts(told)
        assert masked.others[0].masked
        assert masked.masked != masked.others[0].masked

    def test_about_as_many_mails_have_examples_as_set(self, full: Box) -> None:
        shown = [t for t in self.all(full, Mix(0.3, 0.5, 3, 7)).values() if "wrote before" in t]
        assert 20 <= len(shown) <= 40

    def test_the_same_seed_gives_the_same_samples_also_when_newer_mail_came(
        self, full: Box
    ) -> None:
        mix = Mix(0.3, 0.5, 3, 7)
        before = self.all(full, mix)
        full.add(letter(99))
        after = self.all(full, mix)
        assert {mail_id: after[mail_id] for mail_id in before} == before
        assert self.all(full, Mix(0.3, 0.5, 3, 8)) != after

    def test_samples_of_unchanged_mail_have_one_fingerprint(self, full: Box) -> None:
        def made() -> str:
            briefing = Briefing(full.retriever, words)
            return fingerprint(samples(pairs.finished(full.db), {"work": "Ann Lee"}, briefing, ALL))

        assert made() == made()


class TestSharing:
    def test_what_a_reader_was_not_sent_stands_in_no_prompt(self, box: Box) -> None:
        for number in range(5):
            box.add(letter(number).replace("boat", "secret merger"), BOB)
        assert "secret merger" in box.sample(box.add("Yes.", BOB))
        assert "secret merger" not in box.sample(box.add("Yes.", BOB, EVE))

    def test_a_reader_in_blind_copy_counts_but_is_not_named(self, box: Box) -> None:
        for number in range(5):
            box.add(letter(number).replace("boat", "secret merger"), BOB)
        prompt = box.sample(box.add("Yes.", BOB, Person("bcc", "Zoe Blind", "zoe@c.example")))
        assert "secret merger" not in prompt
        assert "Zoe" not in prompt
