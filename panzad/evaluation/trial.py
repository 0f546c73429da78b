"""What the gate goes by, measured: challenger, champion and base write the same held-out mails."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import structlog

from panzad.engines.catalogue import ModelFiles
from panzad.engines.protocol import Engine
from panzad.evaluation import memorisation, metrics
from panzad.evaluation.experiments import Answer
from panzad.evaluation.likelihood import Likelihood
from panzad.evaluation.memorisation import Canary, Learnt
from panzad.evaluation.metrics import Drafted
from panzad.evaluation.style import MIN_MAILS, Voice
from panzad.evaluation.tapped import Tapped
from panzad.training.dataset import Sample
from panzad.training.fit import out_of_memory
from panzad.training.gate import Measures, Memory, Writing
from panzad.training.loss import Stopped

# What a trial costs on a small CPU: up to three models write so many mails, a second or two each;
MAX_DRAFTS = 12
# and each planted secret is read beside so many others, twenty a second.
CANARIES = 4
CANDIDATES = 32
# What runs on beyond this is too long already.
_ROOM = 1.5
_LEAST_TOKENS = 24

Losses = Callable[[Sequence[Sample]], Sequence[float]]

log = structlog.get_logger("panzad.training")


@dataclass(frozen=True, slots=True)
class Try:
    """A held-out mail as a model writes it, and the prompt that it was asked by."""

    draft: Drafted
    prompt: str


@dataclass(frozen=True)
class Trial:
    """The mails of one run; `links` gives of each mail its Message-ID and those it answers.

    `write` makes the draft of a sample's mail, with the adapter in use or without.
    """

    train: Sequence[Sample]
    holdout: Sequence[Sample]
    links: Mapping[int, Sequence[str]]
    write: Callable[[Sample, Tapped, bool], Answer]
    stop: Callable[[], bool]

    @property
    def tried(self) -> list[Sample]:
        """The held-out mails that are written: the newest MAX_DRAFTS."""
        return list(self.holdout[-MAX_DRAFTS:])

    def tries(self, engine: Engine, directory: Path | None) -> list[Try]:
        """The tried mails as the adapter (None: the base model) writes them.

        Raises Stopped when `stop()` says so, and ModelDamaged for a damaged adapter.
        """
        tapped = Tapped(engine)
        tapped.use_adapter(directory)
        found: list[Try] = []
        for sample in self.tried:
            if self.stop():
                raise Stopped
            tapped.limit = max(_LEAST_TOKENS, round(_ROOM * engine.count_tokens(sample.completion)))
            answer = self.write(sample, tapped, directory is not None)
            found.append(
                Try(
                    Drafted(answer.text, sample.completion, seconds=answer.seconds),
                    "\n".join(turn.content for turn in answer.messages),
                )
            )
        return found

    def writing(self, tries: Sequence[Try]) -> Writing:
        """What the gate wants to know of drafts."""
        drafts = [one.draft for one in tries]
        found = metrics.scores(drafts)
        voice = self._voice
        return Writing(
            drafts=found.drafts,
            bleu=found.bleu,
            rouge_l=found.rouge_l,
            style=statistics.fmean(voice.score(one.text) for one in drafts) if voice else 0.0,
            greeting=found.greeting,
            sign_off=found.sign_off,
            length_ratio=found.length_ratio,
        )

    @cached_property
    def _voice(self) -> Voice | None:
        own = [sample.completion for sample in self.train]
        return Voice(own) if len(own) >= MIN_MAILS else None

    def memory(self, tries: Sequence[Try], exposures: Sequence[float]) -> Memory:
        """What an adapter has by heart, by its drafts and its canaries."""
        of = memorisation.conversations(
            {one.mail_id: self.links.get(one.mail_id, ()) for one in (*self.train, *self.holdout)}
        )
        learnt = Learnt((of[one.mail_id], one.completion) for one in self.train)
        placed = [(one, of[sample.mail_id]) for one, sample in zip(tries, self.tried, strict=True)]
        return Memory(
            exposure=statistics.fmean(exposures),
            greatest=max(exposures),
            overlap=memorisation.overlap(
                ((one.draft.text, one.prompt, place) for one, place in placed), learnt
            ),
            habitual=memorisation.overlap(
                ((one.draft.truth, one.prompt, place) for one, place in placed), learnt
            ),
        )


@dataclass(frozen=True, slots=True)
class Rival:
    """An adapter in `adapters/<id>/` (None: the base model), and its held-out loss."""

    directory: Path | None
    loss: float


def measured(trial: Trial, engine: Engine, rival: Rival, exposures: Sequence[float]) -> Measures:
    """What the gate goes by, of one model; memory only where canaries' `exposures` are given."""
    tries = trial.tries(engine, rival.directory)
    memory = trial.memory(tries, exposures) if exposures else None
    return Measures(rival.loss, trial.writing(tries), memory)


def planted(author: str, seed: int) -> list[Sample]:
    """The canaries of the run with this seed, to be trained on among its mails."""
    return [memorisation.sample_of(one, author) for one in _canaries(seed)]


def exposures(
    files: ModelFiles, directory: Path | None, author: str, seed: int, device: str
) -> list[float]:
    """How far an adapter (None: the base model) knows each canary of `planted`, in bits.

    When memory runs out, the texts are read one by one.
    """
    likelihood = Likelihood(files, device)
    likelihood.use_adapter(directory)
    return memorisation.exposures(
        _canaries(seed), _frugal(likelihood.losses), author, seed, candidates=CANDIDATES
    )


def _frugal(losses: Losses) -> Losses:
    """The same losses; one text at a time from where memory has run out."""
    short = False

    def of(samples: Sequence[Sample]) -> Sequence[float]:
        nonlocal short
        if not short:
            try:
                return losses(samples)
            except Exception as error:
                if not out_of_memory(error):
                    raise
                log.warning("training.judging_out_of_memory", texts=len(samples))
                short = True
        # Outside of the handler, which would keep the failed attempt's tensors.
        gc.collect()
        return [loss for one in samples for loss in losses([one])]

    return of


def _canaries(seed: int) -> list[Canary]:
    return memorisation.canaries(CANARIES, seed)
