"""One training run: evaluate, train with checkpoints, keep the best epoch, write the adapter.

Killed at any point it goes on from its last checkpoint and ends as it would have ended: batches
are a function of seed and epoch, and the optimiser's state is in the checkpoint.
"""

from __future__ import annotations

import contextlib
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict

from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import format_of_directory, format_of_gguf
from panzad.errors import PanzadError
from panzad.training import checkpoint, manifest
from panzad.training.checkpoint import State
from panzad.training.dataset import (
    Sample,
    Tokens,
    batches,
    fingerprint,
    steps_per_epoch,
    tokenised,
)
from panzad.training.gguf_export import export_lora
from panzad.training.methods import Method
from panzad.training.model import (
    load_base,
    load_tokenizer,
    mean_loss,
    summed_loss,
    trainable,
    with_adapter,
)

CHECKPOINT_SECONDS = 30.0
WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
GGUF = "adapter.gguf"
CURVE = "curve.jsonl"
LIBRARIES = ("torch", "transformers", "peft")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is; `loss` is the last one of its kind, in nats per token."""

    phase: str
    step: int
    steps: int
    loss: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. Losses are mean nats per completion token on the hold-out."""

    finished: bool
    base_loss: float
    champion_loss: float | None
    loss: float
    seconds: float
    tokens_per_second: float


@dataclass
class _Run:
    """What stays the same over a run, and the model that changes."""

    model: PeftModel
    optimizer: torch.optim.Optimizer
    train: list[Tokens]
    holdout: list[Tokens]
    method: Method
    seed: int
    pad: int
    directory: Path
    report: Callable[[Progress], None]
    stop: Callable[[], bool]

    @property
    def steps_per_epoch(self) -> int:
        return steps_per_epoch(len(self.train), self.method.batch)

    @property
    def steps(self) -> int:
        return self.method.epochs * self.steps_per_epoch


def train(
    files: ModelFiles,
    samples: Sequence[Sample],
    holdout: Sequence[Sample],
    method: Method,
    directory: Path,
    *,
    seed: int,
    champion: Path | None,
    report: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> Outcome:
    """Train an adapter into `directory`, or go on from its checkpoint.

    `champion` is the directory of the adapter that serves now, judged on the same hold-out.
    `stop()` is asked after every step. Raises PanzadError when memory runs out or the loss is no
    number; what serves is untouched.
    """
    data = fingerprint([*samples, *holdout])
    state = checkpoint.load(directory, data)
    run = _prepared(files, samples, holdout, method, directory, seed, report, stop)
    try:
        _judge_rivals(run, state, champion)
        _restore(run, state)
        while state.step < run.steps and not stop():
            _epoch(run, state)
    except torch.OutOfMemoryError as error:
        raise PanzadError("the training ran out of memory", "choose a smaller model") from error
    if state.step < run.steps:
        _save(run, state)
    else:
        _write(run, state, files, len(samples), len(holdout))
    return Outcome(
        finished=state.step >= run.steps,
        base_loss=state.base_loss or math.nan,
        champion_loss=state.champion_loss,
        loss=state.best_loss if state.best_loss is not None else math.nan,
        seconds=state.seconds,
        tokens_per_second=state.tokens / state.seconds if state.seconds else 0.0,
    )


def _prepared(
    files: ModelFiles,
    samples: Sequence[Sample],
    holdout: Sequence[Sample],
    method: Method,
    directory: Path,
    seed: int,
    report: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> _Run:
    report(Progress("loading", 0, 1, None))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = load_tokenizer(files)
    chat = format_of_gguf(files.path) if files.kind == "gguf" else format_of_directory(files.path)

    def encode(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False)

    model = with_adapter(load_base(files, device), method, seed)
    optimizer = torch.optim.AdamW(
        trainable(model), lr=method.learning_rate, weight_decay=method.weight_decay
    )
    return _Run(
        model=model,
        optimizer=optimizer,
        train=tokenised(samples, chat, encode),
        holdout=tokenised(holdout, chat, encode),
        method=method,
        seed=seed,
        pad=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0,
        directory=directory,
        report=report,
        stop=stop,
    )


def _judge_rivals(run: _Run, state: State, champion: Path | None) -> None:
    """The held-out losses to beat; measured once and kept in the checkpoint."""
    size = run.method.batch
    if state.base_loss is None:
        run.report(Progress("judging the base", 0, run.steps, None))
        with run.model.disable_adapter():
            state.base_loss = mean_loss(run.model, run.holdout, run.pad, size)
        _save(run, state)
    name = champion.name if champion else None
    if champion is not None and state.champion != name:
        run.report(Progress("judging what serves", 0, run.steps, None))
        manifest.verify(champion)
        run.model.load_adapter(str(champion), adapter_name="champion")
        run.model.set_adapter("champion")
        state.champion_loss = mean_loss(run.model, run.holdout, run.pad, size)
        run.model.set_adapter("default")
        run.model.delete_adapter("champion")
        state.champion = name
        _save(run, state)


def _restore(run: _Run, state: State) -> None:
    if state.weights:
        set_peft_model_state_dict(run.model, state.weights)
        run.optimizer.load_state_dict(state.optimizer)


def _epoch(run: _Run, state: State) -> None:
    """The rest of the epoch that `state` stands in; ends early when asked to stop."""
    epoch, done = divmod(state.step, run.steps_per_epoch)
    order = batches([len(one) for one in run.train], run.method.batch, run.seed, epoch)
    saved = time.monotonic()
    for batch in order[done:]:
        started = time.monotonic()
        loss = _step(run, state.step, [run.train[index] for index in batch])
        state.step += 1
        state.seconds += time.monotonic() - started
        state.tokens += sum(len(run.train[index]) for index in batch)
        state.curve.append({"step": state.step, "epoch": epoch + 1, "loss": loss})
        run.report(Progress("training", state.step, run.steps, loss))
        if run.stop() and state.step % run.steps_per_epoch:
            return
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            _save(run, state)
            saved = time.monotonic()
    _end_epoch(run, state, epoch + 1)


def _end_epoch(run: _Run, state: State, epoch: int) -> None:
    loss = mean_loss(run.model, run.holdout, run.pad, run.method.batch)
    state.curve[-1]["holdout_loss"] = loss
    run.report(Progress("held-out", state.step, run.steps, loss))
    if state.best_loss is None or loss < state.best_loss:
        state.best_loss, state.best_epoch = loss, epoch
        state.best = _weights(run.model)
    _save(run, state)


def _step(run: _Run, step: int, batch: list[Tokens]) -> float:
    """One optimiser step; returns the mean loss of the batch in nats per token."""
    rate = run.method.learning_rate * _schedule(step, run.steps, run.method.warmup)
    for group in run.optimizer.param_groups:
        group["lr"] = rate
    total, count = summed_loss(run.model, batch, run.pad)
    loss = total / count
    if not torch.isfinite(loss):
        raise PanzadError(
            f"the loss at step {step + 1} is no number", "train again; report it if it stays"
        )
    run.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trainable(run.model), run.method.clip)
    run.optimizer.step()
    return loss.item()


def _schedule(step: int, steps: int, warmup: float) -> float:
    """Share of the learning rate at a step: up over `warmup`, then linearly to zero."""
    rise = max(1, round(warmup * steps))
    if step < rise:
        return (step + 1) / rise
    return (steps - step) / max(1, steps - rise)


def _weights(model: PeftModel) -> dict[str, Any]:
    return {
        name: tensor.detach().cpu().clone()
        for name, tensor in get_peft_model_state_dict(
            model, save_embedding_layers=False
        ).items()
    }


def _save(run: _Run, state: State) -> None:
    state.weights = _weights(run.model)
    state.optimizer = run.optimizer.state_dict()
    checkpoint.save(run.directory, state)


def _write(run: _Run, state: State, files: ModelFiles, trained: int, held_out: int) -> None:
    """Write the adapter's files, then the manifest; the checkpoint has served its purpose."""
    run.report(Progress("writing", run.steps, run.steps, state.best_loss))
    directory = run.directory
    set_peft_model_state_dict(run.model, state.best)
    run.model.peft_config["default"].base_model_name_or_path = files.name
    # Left to decide by itself, PEFT asks the Hub about the vocabulary.
    run.model.save_pretrained(directory, save_embedding_layers=False)
    with contextlib.suppress(FileNotFoundError):
        (directory / "README.md").unlink()  # PEFT's empty model card
    names = [WEIGHTS, CONFIG, CURVE]
    if files.kind == "gguf":
        export_lora(directory, files.path, directory / GGUF)
        names.append(GGUF)
    lines = "".join(json.dumps(point) + "\n" for point in state.curve)
    manifest.replace(directory / CURVE, lines.encode())
    facts = {
        "id": directory.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "base": {"name": files.name, "fingerprint": files.fingerprint},
        "data": {"fingerprint": state.data, "train": trained, "holdout": held_out},
        "method": asdict(run.method),
        "seed": run.seed,
        "metrics": {
            "base_loss": state.base_loss,
            "champion": state.champion,
            "champion_loss": state.champion_loss,
            "loss": state.best_loss,
            "best_epoch": state.best_epoch,
            "seconds": round(state.seconds, 1),
            "tokens": state.tokens,
        },
        "versions": {name: version(name) for name in LIBRARIES},
    }
    manifest.write(directory, facts, tuple(names))
    (directory / checkpoint.NAME).unlink(missing_ok=True)
