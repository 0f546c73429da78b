"""One training run: judge the rivals, train with checkpoints, keep the best epoch, write it down.

Killed at any point it goes on from its last checkpoint and ends as it would have ended: batches
are a function of seed and epoch, and the optimiser's state is in the checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog
import torch
from peft import PeftModel

from panzad.engines.adapter_files import GGUF
from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import format_of
from panzad.errors import ModelDamaged, PanzadError, RunFailed
from panzad.files import replace
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
from panzad.training.gguf_export import check_exportable, export_lora
from panzad.training.loss import Losses, Stopped, backward, mean_losses
from panzad.training.methods import Method
from panzad.training.model import (
    CONFIG,
    WEIGHTS,
    adapter_weights,
    load,
    save_adapter,
    set_adapter_weights,
    spans_of,
    trainable,
    with_adapter,
)

CHECKPOINT_SECONDS = 30.0
CURVE = "curve.jsonl"
LIBRARIES = ("panzad", "torch", "transformers", "peft", "gguf")

log = structlog.get_logger("panzad.training")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is; `loss` is the last one of its phase, in nats per token."""

    phase: str
    step: int
    steps: int
    loss: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. Losses are mean nats per completion token on the hold-out.

    `seconds` is the whole run's time, `tokens_per_second` (prompts included) that of its steps.
    What an unfinished run has not measured is not a number.
    """

    finished: bool
    base_loss: float
    champion_loss: float | None
    loss: float
    seconds: float
    tokens_per_second: float


@dataclass(frozen=True)
class _Run:
    """What stays the same over a run; the model's adapter and the optimiser's state change."""

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
    device: str = "cpu",
) -> Outcome:
    """Train an adapter into `directory`, or go on from its checkpoint.

    `champion` is the directory of the adapter that serves now, judged on the same hold-out; a
    damaged one counts as none. `stop()` is asked after every step; a stopped run leaves a
    checkpoint. A finished directory is left as it is. Raises PanzadError when memory or the disk
    runs out, RunFailed when the loss is not finite or the adapter could not be served, and
    ModelDamaged for a base that cannot be read; what serves is never touched.
    """
    if not samples or not holdout:
        raise RunFailed("there are no mails to train on and judge by", "run `panzad learn` first")
    data = fingerprint([*samples, *holdout])
    name = json.dumps([data, files.fingerprint, asdict(method), seed])
    state = checkpoint.load(directory, hashlib.sha256(name.encode()).hexdigest())
    if (done := manifest.read(directory)) is not None:
        # Killed after its last write, before anybody was told.
        return _outcome_of(done["metrics"])
    with _explained():
        if files.kind == "gguf":
            check_exportable(files.path)
        begun = time.monotonic() - state.seconds
        report(Progress("loading", state.step, 0, None))
        run = _prepared(
            files, torch.device(device), samples, holdout, method, directory, seed, report, stop
        )
        if state.weights:
            set_adapter_weights(run.model, state.weights)
            run.optimizer.load_state_dict(state.optimizer)
            torch.set_rng_state(state.random)
        try:
            _judge_rivals(run, state, champion)
            _epochs(run, state, begun)
        except Stopped:
            _save(run, state, begun)
            return _outcome_of(_metrics(state), finished=False)
        state.seconds = time.monotonic() - begun
        _write(run, state, files, {"fingerprint": data, **_counts(run)})
    return _outcome_of(_metrics(state))


@contextmanager
def _explained() -> Iterator[None]:
    """What can befall a run on a user's machine, in one line."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise _no_memory() from error
    except RuntimeError as error:
        # torch has no class of its own for the CPU's allocator.
        if "DefaultCPUAllocator" not in str(error):
            raise
        raise _no_memory() from error
    except OSError as error:
        raise PanzadError(
            f"the training cannot write its files ({error})",
            "free some disk space and run `panzad train`; it goes on from its last checkpoint",
        ) from error


def _no_memory() -> PanzadError:
    return PanzadError(
        "the training ran out of memory", "close other programs, or set a smaller model.base"
    )


def _prepared(
    files: ModelFiles,
    device: torch.device,
    samples: Sequence[Sample],
    holdout: Sequence[Sample],
    method: Method,
    directory: Path,
    seed: int,
    report: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> _Run:
    base, tokenizer = load(files, device)
    chat = format_of(files)
    model = with_adapter(base, method, seed)

    def encode(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False)

    def spans(text: str) -> list[tuple[int, int]]:
        return spans_of(tokenizer, text)

    return _Run(
        model=model,
        optimizer=torch.optim.AdamW(trainable(model), weight_decay=method.weight_decay),
        train=tokenised(samples, chat, encode, spans),
        holdout=tokenised(holdout, chat, encode, spans),
        method=method,
        seed=seed,
        pad=tokenizer.pad_token_id or 0,
        directory=directory,
        report=report,
        stop=stop,
    )


def _judge_rivals(run: _Run, state: State, champion: Path | None) -> None:
    """The held-out losses to beat; measured once and kept in the checkpoint."""
    if state.base_loss is None:
        run.report(Progress("judging the base", state.step, run.steps, None))
        with run.model.disable_adapter():
            state.base_loss = _judged(run, state).all
    if champion is not None and not _is_whole(champion):
        champion = None
    name = champion.name if champion else None
    if name == state.champion:
        return
    state.champion_loss = None
    if champion is not None:
        run.report(Progress("judging what serves", state.step, run.steps, None))
        run.model.load_adapter(str(champion), adapter_name="champion")
        run.model.set_adapter("champion")
        state.champion_loss = _judged(run, state).all
        run.model.set_adapter("default")
        run.model.delete_adapter("champion")
    state.champion = name


def _is_whole(champion: Path) -> bool:
    """Whether the serving adapter's files are what they should be; a damaged one writes nothing."""
    try:
        manifest.verify(champion)
    except ModelDamaged as error:
        log.warning("training.champion_damaged", adapter=champion.name, error=str(error))
        return False
    return True


def _judged(run: _Run, state: State) -> Losses:
    """The held-out losses of the model as it is now."""
    losses = mean_losses(run.model, run.holdout, run.pad, run.stop)
    _finite(losses.all, run, state)
    return losses


def _epochs(run: _Run, state: State, begun: float) -> None:
    """What is left of the run; raises Stopped when it is asked to."""
    saved = time.monotonic()
    for epoch in range(state.epochs, run.method.epochs):
        order = batches([len(one) for one in run.train], run.method.batch, run.seed, epoch)
        for batch in order[state.step - epoch * run.steps_per_epoch :]:
            if run.stop():
                raise Stopped
            _step(run, state, epoch, [run.train[index] for index in batch])
            if time.monotonic() - saved >= CHECKPOINT_SECONDS:
                _save(run, state, begun)
                saved = time.monotonic()
        _end_epoch(run, state, epoch)
        _save(run, state, begun)
        saved = time.monotonic()


def _step(run: _Run, state: State, epoch: int, batch: list[Tokens]) -> None:
    """One optimiser step on a batch of mails."""
    started = time.monotonic()
    for group in run.optimizer.param_groups:
        group["lr"] = run.method.rate(state.step, run.steps)
    run.model.train()
    run.optimizer.zero_grad(set_to_none=True)
    loss = _finite(backward(run.model, batch, run.pad), run, state)
    torch.nn.utils.clip_grad_norm_(trainable(run.model), run.method.clip)
    run.optimizer.step()
    seconds, tokens = time.monotonic() - started, sum(len(one) for one in batch)
    state.step += 1
    state.step_seconds += seconds
    state.tokens += tokens
    state.curve.append(
        {
            "step": state.step,
            "epoch": epoch + 1,
            "loss": loss,
            "tokens_per_second": round(tokens / seconds, 1),
        }
    )
    run.report(Progress("training", state.step, run.steps, loss))


def _end_epoch(run: _Run, state: State, epoch: int) -> None:
    """Judge the epoch, and keep its weights if none was better."""
    run.report(Progress("judging the epoch", state.step, run.steps, None))
    losses = _judged(run, state)
    loss = losses.all
    log.info("training.epoch", epoch=epoch + 1, holdout_loss=round(loss, 4))
    state.curve[-1]["holdout_loss"] = loss
    state.curve[-1]["holdout_loss_learnt"] = losses.learnt
    state.epochs = epoch + 1
    if state.best_loss is None or loss < state.best_loss:
        state.best_loss, state.best_epoch = loss, epoch + 1
        state.best = adapter_weights(run.model)


def _finite(loss: float, run: _Run, state: State) -> float:
    if math.isfinite(loss):
        return loss
    # A checkpoint would lead to the same place again.
    checkpoint.remove(run.directory)
    raise RunFailed(
        f"the training diverged after step {state.step} (its loss is {loss})",
        "what serves is untouched; the next `panzad train` begins anew",
    )


def _save(run: _Run, state: State, begun: float) -> None:
    state.weights = adapter_weights(run.model)
    state.optimizer = run.optimizer.state_dict()
    state.random = torch.get_rng_state()
    state.seconds = time.monotonic() - begun
    checkpoint.save(run.directory, state)


def _write(run: _Run, state: State, files: ModelFiles, data: dict[str, Any]) -> None:
    """Write the adapter's files, then the manifest; the checkpoint has served its purpose."""
    run.report(Progress("writing", run.steps, run.steps, state.best_loss))
    directory = run.directory
    save_adapter(run.model, state.best, files.name, directory)
    lines = "".join(json.dumps(point) + "\n" for point in state.curve)
    replace(directory / CURVE, lines.encode())
    names = [WEIGHTS, CONFIG, CURVE]
    if files.kind == "gguf":
        export_lora(directory, files.path, directory / GGUF)
        names.append(GGUF)
    facts = {
        "id": directory.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "base": {"name": files.name, "kind": files.kind, "fingerprint": files.fingerprint},
        "data": data,
        "method": asdict(run.method),
        "seed": run.seed,
        "metrics": _metrics(state),
        "versions": {name: version(name) for name in LIBRARIES},
    }
    manifest.write(directory, facts, tuple(names))
    checkpoint.remove(directory)


def _counts(run: _Run) -> dict[str, int]:
    return {
        "train": len(run.train),
        "holdout": len(run.holdout),
        "train_tokens": sum(len(one) for one in run.train),
        "holdout_tokens": sum(len(one) for one in run.holdout),
    }


def _metrics(state: State) -> dict[str, Any]:
    return {
        "base_loss": state.base_loss,
        "champion": state.champion,
        "champion_loss": state.champion_loss,
        "loss": state.best_loss,
        "kept_epoch": state.best_epoch,
        "seconds": round(state.seconds, 1),
        "tokens": state.tokens,
        "tokens_per_second": round(state.tokens / max(state.step_seconds, 1e-9), 1),
    }


def _outcome_of(metrics: dict[str, Any], *, finished: bool = True) -> Outcome:
    def number(value: float | None) -> float:
        return math.nan if value is None else value

    return Outcome(
        finished=finished,
        base_loss=number(metrics["base_loss"]),
        champion_loss=metrics["champion_loss"],
        loss=number(metrics["loss"]),
        seconds=metrics["seconds"],
        tokens_per_second=metrics["tokens_per_second"],
    )
