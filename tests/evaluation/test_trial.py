"""What the gate goes by, with an engine that says what it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from panzad.engines.catalogue import ModelFiles
from panzad.engines.protocol import ChatMessage, Generation, Sampling
from panzad.evaluation import trial as room
from panzad.evaluation.experiments import Answer
from panzad.evaluation.tapped import Tapped
from panzad.evaluation.trial import (
    CANARIES,
    CANDIDATES,
    MAX_DRAFTS,
    Rival,
    Trial,
    exposures,
    measured,
    planted,
)
from panzad.training.dataset import Sample
from panzad.training.loss import Stopped


def sample(number: int, text: str) -> Sample:
    return Sample(number, f"{number:03}", (ChatMessage("user", f"Mail {number}"),), text)


LEARNT = [
    sample(number, f"Ahoy Tom,\n\nthis is about boat {number} and nothing else at all.\n\nOdile")
    for number in range(1, 21)
]
HELD_OUT = [sample(number, f"Ahoy Iris,\n\nfetch {number}.\n\nOdile") for number in range(21, 51)]


class Parrot:
    """Says the same to everybody, and keeps what it was asked."""

    name = "parrot"

    def __init__(self, says: str) -> None:
        self.says = says
        self.asked: list[tuple[str, Sampling, bool]] = []
        self.adapter: Path | None = None

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        self.asked.append((messages[-1].content, sampling, adapter))
        return Generation(self.says, 1, 1, False, 0.25)

    def use_adapter(self, directory: Path | None) -> None:
        self.adapter = directory

    def count_tokens(self, text: str) -> int:
        return len(text)

    def close(self) -> None: ...


def write(sample: Sample, engine: Tapped, adapter: bool) -> Answer:
    answer = engine.generate(sample.messages, Sampling(max_tokens=400), adapter=adapter)
    return Answer(answer.text, engine.asked, answer.seconds)


LINKS = {one.mail_id: (f"<{one.mail_id}@x>",) for one in (*LEARNT, *HELD_OUT)}


def trial(stop: bool = False, links: Mapping[int, Sequence[str]] = LINKS) -> Trial:
    return Trial(LEARNT, HELD_OUT, links, write, lambda: stop)


class TestTrial:
    def test_the_newest_held_out_mails_are_written_within_their_length(self) -> None:
        engine = Parrot("Ahoy.")
        tries = trial().tries(engine, Path("adapter"))
        drafts = [one.draft for one in tries]
        assert [one.prompt for one in tries] == [said for said, _, _ in engine.asked]
        assert [one.truth for one in drafts] == [one.completion for one in HELD_OUT[-MAX_DRAFTS:]]
        assert engine.adapter == Path("adapter")
        for (_, sampling, adapter), one in zip(engine.asked, drafts, strict=True):
            assert adapter
            assert sampling.max_tokens < 2 * len(one.truth)

    def test_the_base_model_writes_without_adapter(self) -> None:
        engine = Parrot("Ahoy.")
        trial().tries(engine, None)
        assert engine.adapter is None
        assert not any(adapter for _, _, adapter in engine.asked)

    def test_it_stops_when_it_is_asked_to(self) -> None:
        with pytest.raises(Stopped):
            trial(stop=True).tries(Parrot("Ahoy."), None)

    def test_who_says_old_mails_over_again_is_found_out(self) -> None:
        parrot = measured(trial(), Parrot(LEARNT[3].completion), Rival(Path("a"), 1.0), [1.0, 2.0])
        own = measured(trial(), Parrot(HELD_OUT[-1].completion), Rival(Path("a"), 1.0), [1.0, 2.0])
        assert parrot.memory is not None
        assert own.memory is not None
        assert parrot.memory.overlap > 0.1
        assert own.memory.overlap == parrot.memory.habitual == 0
        assert (own.memory.exposure, own.memory.greatest) == (1.5, 2.0)
        assert own.writing.likeness > parrot.writing.likeness

    def test_the_same_mail_in_its_own_conversation_is_no_leak(self) -> None:
        links = {one.mail_id: ("<all@x>",) for one in (*LEARNT, *HELD_OUT)}
        found = measured(
            trial(links=links),
            Parrot(LEARNT[3].completion),
            Rival(Path("a"), 1.0),
            [1.0],
        )
        assert found.memory is not None
        assert found.memory.overlap == 0

    def test_a_rival_is_measured_without_its_memory(self) -> None:
        assert measured(trial(), Parrot("Ahoy."), Rival(None, 2.0), ()).memory is None

    def test_each_seed_plants_its_own_secrets(self) -> None:
        assert planted("Odile", 1) == planted("Odile", 1) != planted("Odile", 2)


class Reader:
    """Reads `at_once` texts and no more; what is planted it has by heart."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.asked: list[int] = []

    def use_adapter(self, directory: Path | None) -> None: ...

    def losses(self, samples: Sequence[Sample]) -> list[float]:
        self.asked.append(len(samples))
        if len(samples) > self.at_once:
            raise MemoryError
        known = {one.completion for one in planted("Odile", 7)}
        return [0.0 if one.completion in known else 9.0 for one in samples]


class TestExposures:
    BASE = ModelFiles("base", "hf", Path("base"), "base")

    def of(self, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        monkeypatch.setattr(room, "Likelihood", lambda *_: reader)
        return exposures(self.BASE, Path("a"), "Odile", 7, "cpu")

    def test_once_memory_has_run_out_the_texts_are_read_one_by_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        roomy, short = Reader(CANDIDATES), Reader(1)
        assert self.of(roomy, monkeypatch) == self.of(short, monkeypatch) == [24.0] * CANARIES
        assert roomy.asked == [CANDIDATES] * CANARIES
        assert short.asked == [CANDIDATES, *[1] * CANDIDATES * CANARIES]

    def test_without_memory_for_one_it_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(MemoryError):
            self.of(Reader(0), monkeypatch)

    def test_another_failure_is_not_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        reader = Reader(CANDIDATES)

        def broken(_: Sequence[Sample]) -> list[float]:
            raise ValueError

        monkeypatch.setattr(reader, "losses", broken)
        with pytest.raises(ValueError):  # noqa: PT011 - it is the test's own
            self.of(reader, monkeypatch)
