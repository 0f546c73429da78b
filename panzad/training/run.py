"""One training run: judge the rivals, train with checkpoints, keep the best epoch, write it down.

Killed at any point it goes on from its last checkpoint and ends as it would have ended: batches
are a function of seed and epoch, and the optimiser's state is in the checkpoint.
"""

from __future__ import annotations

import gc
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

from panzad.engines.adapter_files import GGUF
from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import format_of
from panzad.errors import ModelDamaged, PanzadError, RunFailed
from panzad.files import replace
from panzad.training import attempt, checkpoint, manifest
from panzad.training.checkpoint import State
from panzad.training.dataset import Sample, Tokens, batches, tokenised
from panzad.training.fit import FITS, Fit, first_fit, out_of_memory
from panzad.training.gguf_export import check_exportable, export_adapter
from panzad.training.learner import trainable
from panzad.training.loss import Stopped, backward, mean_losses
from panzad.training.methods import Method
from panzad.training.model import dtype_for, load
from panzad.training.outset import (
    Progress,
    Run,
    Task,
    finite,
    loss_beside,
    prepared,
    whole_champion,
)
from panzad.training.preference import NONE, Preferences, pull

# Between checkpoints, as long as one is written within CHEAP_SECONDS.
CHECKPOINT_SECONDS = 30.0
CHEAP_SECONDS = 1.5
CURVE = "curve.jsonl"
LIBRARIES = ("panzad", "torch", "transformers", "peft", "gguf")

log = structlog.get_logger("panzad.training")


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
    memory: int | None = None,
    preferences: Preferences = NONE,
) -> Outcome:
    """Train an adapter into `directory`, or go on from its checkpoint.

    `champion` is the directory of the adapter that serves now, judged on the same hold-out; a
    damaged one counts as none. `stop()` is asked after every step; a stopped run leaves a
    checkpoint. A finished directory is left as it is, and only a champion judged that is not the
    one it was measured beside. `memory` is how many bytes may be used; when they run out, the run
    goes on from its checkpoint with less at once. `preferences` are learnt beside the mails.

    Raises PanzadError when there is not enough memory for the least or the disk is full,
    RunFailed when the loss is not finite, the adapter could not be served or was finished and is
    damaged, and ModelDamaged for a base that cannot be read; what serves is never touched.
    """
    if not samples or not holdout:
        raise RunFailed("there are no mails to train on and judge by", "run `panzad learn` first")
    task = Task(
        files=files,
        samples=samples,
        holdout=holdout,
        method=method,
        directory=directory,
        seed=seed,
        champion=champion,
        report=report,
        stop=stop,
        device=torch.device(device),
        preferences=preferences,
    )
    if (done := metrics_of(directory)) is not None:
        # Killed after its last write, before anybody was told.
        _clear(directory)
        with _explained():
            return _beside_champion(task, done)
    with _explained():
        if files.kind == "gguf":
            check_exportable(files.path)
        least = 0 if memory is None else first_fit(method, files.weights, memory)
        level = attempt.begin(directory, least, len(FITS))
        finished = False
        try:
            while (outcome := _attempted(task, FITS[level], last=level + 1 == len(FITS))) is None:
                level += 1
                attempt.note(directory, level)
                log.warning("training.out_of_memory", adapter=directory.name, level=level)
                # What the failed attempt held is in cycles; it must be gone before the next.
                gc.collect()
            finished = outcome.finished
        finally:
            if finished:
                _clear(directory)
            else:
                attempt.end(directory, level)
    return outcome


def metrics_of(directory: Path) -> dict[str, Any] | None:
    """The metrics of a run that has come to its end; None while it is under way.

    Raises RunFailed when its files are not what was written: nothing mends them.
    """
    try:
        if manifest.read(directory) is None:
            return None
        return manifest.verify(directory)["metrics"]
    except (ModelDamaged, OSError, KeyError, TypeError) as error:
        what = error.what if isinstance(error, ModelDamaged) else f"{directory.name} is no adapter"
        raise RunFailed(
            f"{what}, before it was judged",
            "what serves is untouched; the next `panzad train` begins anew",
        ) from error


def _beside_champion(task: Task, metrics: dict[str, Any]) -> Outcome:
    """The outcome of a run finished earlier; its champion is measured when another serves now."""
    champion = whole_champion(task)
    name = None if champion is None else champion.name
    if name != metrics.get("champion"):
        try:
            loss = None if champion is None else _champion_loss(task, champion)
        except Stopped:
            return _outcome_of(metrics, finished=False)
        metrics = {**metrics, "champion": name, "champion_loss": loss}
    return _outcome_of(metrics)


def _champion_loss(task: Task, champion: Path) -> float | None:
    """Its held-out loss, as the run measured the others'; None when it cannot be used."""
    task.report(Progress("judging what serves", 0, 0, None))
    method = task.method
    dtype = dtype_for(method, task.device)
    base, tokenizer = load(task.files, task.device, dtype, four_bit=method.four_bit)
    holdout = tokenised(
        task.holdout,
        format_of(task.files),
        lambda text: tokenizer.encode(text, add_special_tokens=False),
    )
    pad = tokenizer.pad_token_id or 0
    # The least at once: it is done rarely, and needs no second try when memory is short.
    limit = FITS[-1].tokens
    loss = loss_beside(
        base,
        champion,
        lambda model: mean_losses(model, holdout, pad, task.stop, limit=limit).all,
    )
    return loss if loss is not None and math.isfinite(loss) else None


def _clear(directory: Path) -> None:
    """Only a run that is under way needs its checkpoint and its attempts."""
    checkpoint.remove(directory)
    attempt.remove(directory)


def _attempted(task: Task, fit: Fit, *, last: bool) -> Outcome | None:
    """Go on from the last checkpoint; None when memory ran out and less is left to be tried."""
    try:
        return _gone_on(task, fit)
    except Exception as error:
        if last or not out_of_memory(error):
            raise
        return None


def _gone_on(task: Task, fit: Fit) -> Outcome:
    state = checkpoint.load(task.directory, task.name)
    begun = time.monotonic() - state.seconds
    task.report(Progress("loading", state.step, 0, None))
    try:
        run = prepared(task, fit, state)
        _epochs(run, state, begun)
    except Stopped:
        return _outcome_of(_metrics(state), finished=False)
    state.seconds = time.monotonic() - begun
    _write(run, state)
    return _outcome_of(_metrics(state))


@contextmanager
def _explained() -> Iterator[None]:
    """What can befall a run on a user's machine, in one line."""
    try:
        yield
    except OSError as error:
        raise PanzadError(
            f"the training cannot write its files ({error})",
            "free some disk space and run `panzad train`; it goes on from its last checkpoint",
        ) from error
    except Exception as error:
        if not out_of_memory(error):
            raise
        raise PanzadError(
            "the training ran out of memory",
            "close other programs, raise training.memory_gb, or set a smaller model.base",
        ) from error


def _epochs(run: Run, state: State, begun: float) -> None:
    """What is left of the run; leaves a checkpoint and raises Stopped when it is asked to."""
    saved, pause = time.monotonic(), CHECKPOINT_SECONDS
    try:
        for epoch in range(state.epochs, run.method.epochs):
            mails = run.train(epoch)
            order = batches([len(one) for one in mails], run.method.batch, run.task.seed, epoch)
            for batch in order[state.step - epoch * run.steps_per_epoch :]:
                if run.task.stop():
                    raise Stopped
                _step(run, state, epoch, [mails[index] for index in batch])
                if time.monotonic() - saved >= pause:
                    pause = _pause(_save(run, state, begun))
                    saved = time.monotonic()
            _end_epoch(run, state, epoch)
            _save(run, state, begun)
            saved = time.monotonic()
    except Stopped:
        _save(run, state, begun)
        raise


def _pause(cost: float) -> float:
    """Seconds to the next checkpoint: of a model trained whole one takes gigabytes to write."""
    return CHECKPOINT_SECONDS * max(1.0, cost / CHEAP_SECONDS)


def _step(run: Run, state: State, epoch: int, batch: list[Tokens]) -> None:
    """One optimiser step on a batch of mails."""
    started = time.monotonic()
    for group in run.optimizer.param_groups:
        group["lr"] = run.method.rate(state.step, run.steps)
    model = run.learner.model
    model.train()
    run.optimizer.zero_grad(set_to_none=True)
    loss = backward(model, batch, run.pad, limit=run.fit.tokens)
    finite(loss, run.task.directory, state)
    _prefer(run, state)
    torch.nn.utils.clip_grad_norm_(trainable(model), run.method.clip)
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
    run.task.report(Progress("training", state.step, run.steps, loss))


def _prefer(run: Run, state: State) -> None:
    """The gradient of one preference pair; they take turns."""
    if run.pairs:
        turn = state.step % len(run.pairs)
        weight = run.task.preferences.weight
        loss = pull(run.learner.model, run.pairs[turn], state.references[turn], weight, run.pad)
        finite(loss, run.task.directory, state)


def _end_epoch(run: Run, state: State, epoch: int) -> None:
    """Judge the epoch, and keep its weights if none was better."""
    run.task.report(Progress("judging the epoch", state.step, run.steps, None))
    losses = mean_losses(
        run.learner.model, run.holdout, run.pad, run.task.stop, limit=run.fit.tokens
    )
    loss = finite(losses.all, run.task.directory, state)
    log.info("training.epoch", epoch=epoch + 1, holdout_loss=round(loss, 4))
    state.curve[-1]["holdout_loss"] = loss
    state.curve[-1]["holdout_loss_learnt"] = losses.learnt
    state.epochs = epoch + 1
    if state.best_loss is None or loss < state.best_loss:
        state.best_loss, state.best_epoch = loss, epoch + 1
        state.best = run.learner.weights()


def _save(run: Run, state: State, begun: float) -> float:
    """Write a checkpoint; the seconds that it took."""
    started = time.monotonic()
    state.weights = run.learner.weights()
    state.optimizer = run.optimizer.state_dict()
    state.random = torch.get_rng_state()
    state.seconds = started - begun
    checkpoint.save(run.task.directory, state)
    return time.monotonic() - started


def _write(run: Run, state: State) -> None:
    """Write the adapter's files, then the manifest."""
    run.task.report(Progress("writing", run.steps, run.steps, state.best_loss))
    directory, files = run.task.directory, run.task.files
    names = [*run.learner.save(state.best, directory), CURVE]
    lines = "".join(json.dumps(point) + "\n" for point in state.curve)
    replace(directory / CURVE, lines.encode())
    if files.kind == "gguf":
        export_adapter(directory, files.path, directory / GGUF)
        names.append(GGUF)
    facts = {
        "id": directory.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "base": {"name": files.name, "kind": files.kind, "fingerprint": files.fingerprint},
        "data": {"fingerprint": run.task.data, **_counts(run)},
        "method": asdict(run.method),
        "seed": run.task.seed,
        "metrics": _metrics(state),
        "versions": {name: version(name) for name in LIBRARIES},
    }
    manifest.write(directory, facts, tuple(names))


def _counts(run: Run) -> dict[str, int]:
    return {
        "train": len(run.readings[0]),
        "holdout": len(run.holdout),
        "preferences": len(run.pairs),
        "train_tokens": sum(len(one) for one in run.readings[0]),
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
