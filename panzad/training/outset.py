"""What a run begins with: the task, the rivals judged, the learner as its checkpoint left it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog
import torch

from panzad.engines.adapted import adapted
from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import format_of
from panzad.errors import ModelDamaged, RunFailed
from panzad.training import checkpoint, manifest
from panzad.training.checkpoint import State
from panzad.training.dataset import Sample, Tokens, fingerprint, steps_per_epoch, tokenised
from panzad.training.fit import Fit
from panzad.training.learner import Learner, learner_of, trainable
from panzad.training.loss import Stopped, mean_losses
from panzad.training.methods import Method
from panzad.training.model import dtype_for, load, spans_of
from panzad.training.preference import (
    NONE,
    Pair,
    Preferences,
    likelihoods,
    pairs_of,
    samples_of,
)

log = structlog.get_logger("panzad.training")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is; `loss` is the last one of its phase, in nats per token."""

    phase: str
    step: int
    steps: int
    loss: float | None


@dataclass(frozen=True)
class Task:
    """What is asked for: the same for every attempt at a run."""

    files: ModelFiles
    samples: Sequence[Sample]
    holdout: Sequence[Sample]
    method: Method
    directory: Path
    seed: int
    champion: Path | None
    report: Callable[[Progress], None]
    stop: Callable[[], bool]
    device: torch.device
    preferences: Preferences = NONE

    @property
    def data(self) -> str:
        """A fingerprint of the mails."""
        return fingerprint([*self.samples, *self.holdout])

    @property
    def name(self) -> str:
        """What a checkpoint of this run is known by."""
        made_of = [self.data, self.files.fingerprint, asdict(self.method), self.seed]
        if self.preferences.contrasts:
            made_of.append(self.preferences.fingerprint)
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


@dataclass(frozen=True)
class Run:
    """What stays the same over an attempt; the learner's and the optimiser's state change."""

    task: Task
    fit: Fit
    learner: Learner
    optimizer: torch.optim.Optimizer
    readings: list[list[Tokens]]
    holdout: list[Tokens]
    pad: int
    pairs: list[Pair]

    @property
    def method(self) -> Method:
        return self.task.method

    @property
    def steps_per_epoch(self) -> int:
        return steps_per_epoch(len(self.readings[0]), self.method.batch)

    def train(self, epoch: int) -> list[Tokens]:
        """The mails as this epoch reads them."""
        return self.readings[epoch % len(self.readings)]

    @property
    def steps(self) -> int:
        return self.method.epochs * self.steps_per_epoch


def prepared(task: Task, fit: Fit, state: State) -> Run:
    """The rivals judged, and the learner as it was at the checkpoint. Raises Stopped."""
    method = task.method
    dtype = dtype_for(method, task.device)
    base, tokenizer = load(task.files, task.device, dtype, four_bit=method.four_bit)
    chat = format_of(task.files)
    pad = tokenizer.pad_token_id or 0

    def encode(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False)

    def spans(text: str) -> list[tuple[int, int]]:
        return spans_of(tokenizer, text)

    count = max(1 + len(one.others) for one in task.samples)
    readings = [
        tokenised([one.of_epoch(epoch) for one in task.samples], chat, encode, spans)
        for epoch in range(min(count, method.epochs))
    ]
    holdout = tokenised(task.holdout, chat, encode, spans)
    pairs = pairs_of(tokenised(samples_of(task.preferences), chat, encode, spans))
    try:
        _judge_rivals(task, fit, base, holdout, pad, state)
        _refer(task, base, pairs, pad, state)
    except Stopped:
        checkpoint.save(task.directory, state)
        raise
    if fit.checkpointing:
        base.activation_checkpointing_enable({"use_reentrant": False})
    learner = learner_of(
        base, task.files, method, task.seed, mails=readings[0], pad=pad, kept=state.weights
    )
    optimizer = torch.optim.AdamW(trainable(learner.model), weight_decay=method.weight_decay)
    if state.weights:
        optimizer.load_state_dict(state.optimizer)
        torch.set_rng_state(state.random)
    return Run(task, fit, learner, optimizer, readings, holdout, pad, pairs)


def _judge_rivals(
    task: Task, fit: Fit, base: Any, holdout: list[Tokens], pad: int, state: State
) -> None:
    """The held-out losses to beat; measured once and kept in the checkpoint."""

    def judged(model: Any, phase: str) -> float:
        task.report(Progress(phase, state.step, 0, None))
        loss = mean_losses(model, holdout, pad, task.stop, limit=fit.tokens).all
        return finite(loss, task.directory, state)

    if state.base_loss is None:
        state.base_loss = judged(base, "judging the base")
    champion = whole_champion(task)
    name = champion.name if champion else None
    if name == state.champion:
        return
    state.champion, state.champion_loss = None, None
    if champion is not None:
        state.champion_loss = loss_beside(
            base, champion, lambda model: judged(model, "judging what serves")
        )
        if state.champion_loss is None:
            return
    state.champion = name


def whole_champion(task: Task) -> Path | None:
    """The serving adapter, if there is one and its files are what they should be."""
    return task.champion if task.champion and manifest.is_whole(task.champion) else None


def loss_beside(base: Any, champion: Path, judged: Callable[[Any], float]) -> float | None:
    """What `judged` finds of the base with the champion on it; None when it does not fit."""
    try:
        serving = adapted(base, champion)
    except ModelDamaged as error:
        log.warning("training.champion_unfit", adapter=champion.name, error=str(error))
        return None
    try:
        return judged(serving.model)
    finally:
        serving.removed()


def _refer(task: Task, base: Any, pairs: list[Pair], pad: int, state: State) -> None:
    """What the base makes of the preference pairs; measured once and kept in the checkpoint."""
    base.eval()
    for pair in pairs[len(state.references) :]:
        if task.stop():
            raise Stopped
        state.references.append(likelihoods(base, pair, pad))


def finite(loss: float, directory: Path, state: State) -> float:
    """The loss. Raises RunFailed when it is no number; the run's checkpoint is gone then."""
    if math.isfinite(loss):
        return loss
    # A checkpoint would lead to the same place again.
    checkpoint.remove(directory)
    raise RunFailed(
        f"the training diverged after step {state.step} (its loss is {loss})",
        "what serves is untouched; the next `panzad train` begins anew",
    )
