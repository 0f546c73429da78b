"""The same held-out mails written in every way that panzad can write, and what each is worth."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from panzad.engines.protocol import ChatMessage
from panzad.evaluation import metrics
from panzad.evaluation.likelihood import Likelihood
from panzad.evaluation.mauve import mauve, too_few
from panzad.evaluation.metrics import Drafted, Scores, Spread
from panzad.evaluation.style import Voice
from panzad.training.dataset import Sample

Mode = Literal["instruction", "reply"]


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to write: with the adapter or the base model, with past mails shown or without."""

    name: str
    adapter: bool
    retrieval: bool


VARIANTS = (
    Variant("base", adapter=False, retrieval=False),
    Variant("retrieval only", adapter=False, retrieval=True),
    Variant("adapter", adapter=True, retrieval=False),
    Variant("adapter + retrieval", adapter=True, retrieval=True),
)


def with_raft(variant: Variant) -> Variant:
    """The variant under its name for an adapter trained with past mails in its prompts.

    RAFT: retrieval augmented fine-tuning (Zhang et al. 2024, arXiv 2403.10131).
    """
    return replace(variant, name=f"{variant.name} + RAFT") if variant.adapter else variant


@dataclass(frozen=True, slots=True)
class Case:
    """A held-out mail: what its user really wrote, the instruction for it, what it answers."""

    mail_id: int
    truth: str
    instruction: str
    is_reply: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A draft, and the prompt that it was written by."""

    text: str
    messages: tuple[ChatMessage, ...]
    seconds: float


Writer = Callable[[Case, Variant], Answer]


@dataclass(frozen=True, slots=True)
class Experiment:
    """What one variant wrote in one mode; `samples` are its prompts with the true mails."""

    mode: Mode
    variant: Variant
    drafts: tuple[Drafted, ...]
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What one experiment is worth.

    `loss` is of the true mails in nats per token, `style` as Voice scores it (None for too few
    mails), `mauve` a figure or why there is none. `spread` is over mails.
    """

    mode: Mode
    variant: str
    scores: Scores
    loss: float
    style: float | None
    mauve: float | str
    spread: dict[str, Spread]


def cases_of(cases: Sequence[Case], mode: Mode) -> list[Case]:
    """The cases of a mode: all that have an instruction, or all replies without theirs."""
    if mode == "instruction":
        return [one for one in cases if one.instruction]
    return [replace(one, instruction="") for one in cases if one.is_reply]


def written(
    cases: Sequence[Case],
    write: Writer,
    variants: Sequence[Variant] = VARIANTS,
    done: Callable[[], None] = lambda: None,
) -> list[Experiment]:
    """All cases written in both modes by every variant; a mode without cases is left out.

    `done()` is told of each draft.
    """
    found: list[Experiment] = []
    modes: tuple[Mode, ...] = ("instruction", "reply")
    for mode in modes:
        of_mode = cases_of(cases, mode)
        for variant in variants if of_mode else ():
            drafts: list[Drafted] = []
            samples: list[Sample] = []
            for case in of_mode:
                answer = write(case, variant)
                drafts.append(Drafted(answer.text, case.truth, case.instruction, answer.seconds))
                samples.append(Sample(case.mail_id, "", answer.messages, case.truth))
                done()
            found.append(Experiment(mode, variant, tuple(drafts), tuple(samples)))
    return found


def row(experiment: Experiment, likelihood: Likelihood, voice: Voice | None) -> Row:
    """The figures of an experiment; `likelihood` is of its variant's model, over whose base alone
    MAUVE is taken."""
    drafts = experiment.drafts
    return Row(
        mode=experiment.mode,
        variant=experiment.variant.name,
        scores=metrics.scores(drafts),
        loss=likelihood.mean(experiment.samples),
        style=statistics.fmean(voice.score(one.text) for one in drafts) if voice else None,
        mauve=_mauve(drafts, likelihood),
        spread={
            "bleu": metrics.over_mails(drafts, metrics.bleu),
            "rouge_l": metrics.over_mails(
                [metrics.rouge_l(one.text, one.truth) for one in drafts], statistics.fmean
            ),
            "length_ratio": metrics.over_mails(drafts, metrics.length_ratio),
        },
    )


def _mauve(drafts: Sequence[Drafted], likelihood: Likelihood) -> float | str:
    if reason := too_few(len(drafts)):
        return reason
    human = likelihood.features([one.truth for one in drafts])
    return mauve(human, likelihood.features([one.text for one in drafts]))
