"""What the gate goes by, measured: challenger, champion and base write the same held-out mails."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from panzad.engines.catalogue import ModelFiles
from panzad.engines.protocol import Engine, Sampling
from panzad.evaluation import memorisation, metrics
from panzad.evaluation.likelihood import Likelihood
from panzad.evaluation.memorisation import Canary, Learnt
from panzad.evaluation.metrics import Drafted
from panzad.evaluation.style import MIN_MAILS, Voice
from panzad.training.dataset import Sample
from panzad.training.gate import Measures, Memory, Writing
from panzad.writing import cleaning

# A draft takes a second or two, and three models write each mail.
MAX_DRAFTS = 24
# What runs on beyond this is too long already.
_ROOM = 1.5
_LEAST_TOKENS = 24


class Stopped(Exception):
    """A trial was asked to stop."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The mails of one run; `links` gives of each mail its Message-ID and those it answers."""

    train: Sequence[Sample]
    holdout: Sequence[Sample]
    links: Mapping[int, Sequence[str]]
    stop: Callable[[], bool]

    @property
    def tried(self) -> list[Sample]:
        """The held-out mails that are written: the newest MAX_DRAFTS."""
        return list(self.holdout[-MAX_DRAFTS:])

    def drafts(self, engine: Engine, directory: Path | None) -> list[Drafted]:
        """The tried mails as the adapter (None: the base model) writes them, greedily.

        Raises Stopped when `stop()` says so, and ModelDamaged for a damaged adapter.
        """
        engine.use_adapter(directory)
        found: list[Drafted] = []
        for sample in self.tried:
            if self.stop():
                raise Stopped
            limit = max(_LEAST_TOKENS, round(_ROOM * engine.count_tokens(sample.completion)))
            answer = engine.generate(
                sample.messages, Sampling(max_tokens=limit), adapter=directory is not None
            )
            text = cleaning.draft_text(answer.text, truncated=False, signature=None)
            found.append(Drafted(text, sample.completion, seconds=answer.seconds))
        return found

    def writing(self, drafts: Sequence[Drafted]) -> Writing:
        """What the gate wants to know of drafts."""
        found = metrics.scores(drafts)
        own = [sample.completion for sample in self.train]
        voice = Voice(own) if len(own) >= MIN_MAILS else None
        return Writing(
            bleu=found.bleu,
            rouge_l=found.rouge_l,
            style=statistics.fmean(voice.score(one.text) for one in drafts) if voice else 0.0,
            greeting=found.greeting,
            sign_off=found.sign_off,
            length_ratio=found.length_ratio,
        )

    def memory(self, drafts: Sequence[Drafted], exposures: Sequence[float]) -> Memory:
        """What an adapter has by heart, by its drafts and its canaries."""
        of = memorisation.conversations(
            {one.mail_id: self.links.get(one.mail_id, ()) for one in (*self.train, *self.holdout)}
        )
        learnt = Learnt((of[one.mail_id], one.completion) for one in self.train)
        prompts = ["\n".join(turn.content for turn in one.messages) for one in self.tried]
        places = [of[one.mail_id] for one in self.tried]
        return Memory(
            exposure=statistics.fmean(exposures),
            overlap=memorisation.overlap(
                zip([one.text for one in drafts], prompts, places, strict=True), learnt
            ),
            habitual=memorisation.overlap(
                zip([one.truth for one in drafts], prompts, places, strict=True), learnt
            ),
        )


@dataclass(frozen=True, slots=True)
class Rival:
    """An adapter in `adapters/<id>/` (None: the base model), and its held-out loss."""

    directory: Path | None
    loss: float


def measured(trial: Trial, engine: Engine, rival: Rival, exposures: Sequence[float]) -> Measures:
    """What the gate goes by, of one model; memory only where canaries' `exposures` are given."""
    drafts = trial.drafts(engine, rival.directory)
    memory = trial.memory(drafts, exposures) if exposures else None
    return Measures(rival.loss, trial.writing(drafts), memory)


def planted(author: str, seed: int) -> list[Sample]:
    """The canaries of the run with this seed, to be trained on among its mails."""
    return [memorisation.sample_of(one, author) for one in _canaries(seed)]


def exposures(
    files: ModelFiles, directory: Path, author: str, seed: int, device: str
) -> list[float]:
    """How far an adapter knows each canary that `planted` gave, in bits."""
    likelihood = Likelihood(files, device)
    likelihood.use_adapter(directory)
    return memorisation.exposures(_canaries(seed), likelihood.losses, author, seed)


def _canaries(seed: int) -> list[Canary]:
    return memorisation.canaries(memorisation.CANARIES, seed)
