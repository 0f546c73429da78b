"""One training run from the dataset in the store to a judged adapter; resumable at any point.

The row in `adapters` fixes which mails are trained on and which are held out before the first
step, so that a run that was cut off goes on with exactly the same data.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from panzad.config import Config, Paths
from panzad.engines.catalogue import ModelFiles, resolve
from panzad.engines.create import DeviceName, device_for
from panzad.engines.llama_cpp import prepare
from panzad.engines.machine import this_machine
from panzad.errors import ConfigError, ModelDamaged, PanzadError, RunFailed
from panzad.evaluation.trial import planted
from panzad.learning.dataset import dataset, edits_of
from panzad.learning.privacy import enforce
from panzad.learning.samples import older_and_newest
from panzad.learning.shelf import tidy
from panzad.store import adapters, pairs, problems
from panzad.store.adapters import Adapter
from panzad.store.database import Database
from panzad.store.pairs import Pair
from panzad.training.adapters import prune, remove
from panzad.training.dataset import Sample, fingerprint
from panzad.training.fit import FITS
from panzad.training.gate import Verdict
from panzad.training.loss import Stopped
from panzad.training.methods import METHODS, Method, choose
from panzad.training.preference import Preferences
from panzad.training.priority import memory_limit
from panzad.training.run import Outcome, Progress, metrics_of, train

SEED = 7

log = structlog.get_logger("panzad.training")


@dataclass(frozen=True, slots=True)
class Request:
    """What the user or the night asks for; None means the method's own number."""

    method: str
    epochs: int | None = None
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: `finished` False means that it waits at a checkpoint."""

    adapter: str
    finished: bool
    promoted: bool
    reason: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished run before it is judged: its adapter's directory, and what it is judged by.

    `champion` is the adapter that serves now, unless it is no rival; `seed` and `author` say which
    canaries were planted.
    """

    directory: Path
    champion: Path | None
    files: ModelFiles
    outcome: Outcome
    train: list[Sample]
    holdout: list[Sample]
    author: str
    seed: int
    stop: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on an adapter, and the figures that led to it by model (for its row)."""

    verdict: Verdict
    figures: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Job:
    row: Adapter
    method: Method
    train: list[Sample]
    holdout: list[Sample]
    preferences: Preferences


def train_adapter(
    db: Database,
    paths: Paths,
    config: Config,
    request: Request,
    *,
    judge: Callable[[Trained], Judged],
    report: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> Result:
    """Go on with the run that was cut off, or start one; judge it and serve it if it is better.

    `judge` may raise Stopped; the next call judges the run then. Raises PanzadError when there are
    too few mails or memory or disk do not suffice, RunFailed when this run can never end (it is
    given up), ConfigError for a base model that is no file of ours, ModelMissing and ModelDamaged.
    """
    files = resolve(config.model.base, paths.models)
    if files.kind == "server":
        raise ConfigError(
            f"an adapter cannot be trained for the server {files.name}",
            "set model.base to a model of this machine (`panzad models list`)",
        )
    device = device_for(config.model, files)
    enforce(db, config.privacy)
    available = {
        pair.mail.id: pair for pair in pairs.finished(db) if pair.mail.account in config.accounts
    }
    memory = memory_limit(config.training.memory_gb) if device == "cpu" else None
    job = _resumed(db, paths, config, files, available, request)
    if job is None:
        _enough(available, config.training.min_mails)
        method = method_for(request.method, device, memory, files)
        method = replace(method, epochs=request.epochs or method.epochs)
        job = _begun(db, config, files, available, method, request.seed)
    prune(paths.adapters, job.row.id)
    author = next((one.name for one in config.accounts.values()), "")
    seed = job.row.plan["seed"]
    directory = paths.adapters / job.row.id
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    log.info("training.started", adapter=job.row.id, train=len(job.train), holdout=len(job.holdout))

    def trained_beside(champion: Path | None) -> Outcome:
        return train(
            files,
            [*job.train, *planted(author, seed)],
            job.holdout,
            job.method,
            directory,
            seed=seed,
            champion=champion,
            report=report,
            stop=stop,
            device=device,
            memory=memory,
            preferences=job.preferences,
        )

    try:
        champion = _champion(db, paths, files, job.holdout)
        outcome = trained_beside(champion)
        # A run takes its time, and the user may have put another to use meanwhile.
        if outcome.finished and champion != (now := _champion(db, paths, files, job.holdout)):
            champion, outcome = now, trained_beside(now)
        if not outcome.finished:
            return _waiting(job.row)
        report(Progress("trying it out", 0, 0, outcome.loss))
        trained = Trained(
            directory, champion, files, outcome, job.train, job.holdout, author, seed, stop
        )
        judged = _judged(trained, judge)
    except Stopped:
        return _waiting(job.row)
    except RunFailed as error:
        _give_up(db, paths, job.row, error.what)
        raise
    result = _finished(db, trained, judged)
    tidy(db, paths, round(config.training.disk_gb * 1e9))
    return result


def _champion(db: Database, paths: Paths, files: ModelFiles, holdout: list[Sample]) -> Path | None:
    """What serves, where it is a rival to be beaten; otherwise the run meets the base alone.

    It is none when it writes with another base model or may know what is forgotten: then it goes.
    Nor when it learnt one of the mails that it would be judged by: it would look better than it is.
    """
    serving = adapters.serving(db)
    if serving is None or serving.base != files.fingerprint or serving.tainted_at is not None:
        return None
    known = {one.mail_id for one in holdout}.intersection(serving.plan.get("train", ()))
    if known:
        log.info("training.champion_knows_holdout", adapter=serving.id, mails=len(known))
        return None
    return paths.adapters / serving.id


def _judged(run: Trained, judge: Callable[[Trained], Judged]) -> Judged:
    try:
        return judge(run)
    except ModelDamaged:
        # Raises RunFailed when it is the run's own adapter that was damaged. A damaged base can be
        # pulled again and a disk be cleared: then the run waits.
        metrics_of(run.directory)
        raise


def _waiting(row: Adapter) -> Result:
    return Result(row.id, False, False, "stopped at a checkpoint; it goes on from there", None)


def _give_up(db: Database, paths: Paths, row: Adapter, reason: str) -> None:
    with db.transaction() as tx:
        adapters.fail(tx, row.id, reason)
    remove(paths.adapters / row.id)
    log.info("training.given_up", adapter=row.id, reason=reason)


def _finished(db: Database, run: Trained, judged: Judged) -> Result:
    adapter_id, outcome, verdict = run.directory.name, run.outcome, judged.verdict
    if verdict.promote and run.files.kind == "gguf":
        # The engine's merged copy takes seconds that the first draft would wait for.
        with contextlib.suppress(OSError, MemoryError):
            prepare(run.files.path, run.directory)
    metrics = {
        "base_loss": outcome.base_loss,
        "champion_loss": outcome.champion_loss,
        "loss": outcome.loss,
        "tokens_per_second": outcome.tokens_per_second,
        "seconds": outcome.seconds,
    }
    with db.transaction() as tx:
        adapters.finish(
            tx,
            adapter_id,
            {**metrics, "leak": verdict.leak, "trial": judged.figures},
            verdict.reason,
            verdict.promote,
        )
    problems.clear(db, "training")
    log.info("training.judged", adapter=adapter_id, promoted=verdict.promote, **metrics)
    return Result(adapter_id, True, verdict.promote, verdict.reason, outcome)


def _enough(available: Collection[int], needed: int) -> None:
    if len(available) < needed:
        raise PanzadError(
            f"only {len(available)} mails to learn from, {needed} are needed for an adapter",
            "drafts are shown your past mails meanwhile; lower training.min_mails to train anyway",
        )


def method_for(name: str, device: DeviceName, memory: int | None, files: ModelFiles) -> Method:
    """The method of that name; `auto` by what fits into the GPU's memory, or into `memory`."""
    if name != "auto":
        return METHODS[name]
    room = this_machine().gpu_memory or 0 if memory is None else memory
    method = choose(device, room - FITS[-1].working_bytes, files.weights)
    if method is None:
        raise PanzadError(
            f"{room / 1e9:.1f} GB of memory are too few to train {files.name}",
            "set a smaller model.base, raise training.memory_gb, or name a training.method",
        )
    return method


def _begun(
    db: Database,
    config: Config,
    files: ModelFiles,
    available: dict[int, Pair],
    method: Method,
    seed: int,
) -> _Job:
    known = adapters.learnt(db, files.fingerprint)
    older, newest = older_and_newest(available.values(), known)
    if not newest:
        raise PanzadError(
            "all mails to learn from say the same", "wait until there are others to judge by"
        )
    learnt, held_out = dataset(db, config, files, older, newest, method.epochs)
    edits = edits_of(db, config, files)
    trained = {sample.mail_id for sample in learnt}
    # Of a mail that is held out, nothing is learnt.
    edited = [mark for mark, one in edits.contrasts.items() if one.chosen.mail_id in trained]
    plan = {
        "method": method.name,
        "epochs": method.epochs,
        "seed": seed,
        "retrieved": config.training.retrieved,
        "train": [sample.mail_id for sample in learnt],
        "holdout": [sample.mail_id for sample in held_out],
        "data": fingerprint([*learnt, *held_out]),
        "preferences": edited,
    }
    adapter_id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    with db.transaction() as tx:
        adapters.begin(tx, adapter_id, files.fingerprint, plan, len(learnt), max(available))
    row = adapters.get(db, adapter_id)
    assert row is not None
    return _Job(row, method, learnt, held_out, edits.among(edited))


def _resumed(
    db: Database,
    paths: Paths,
    config: Config,
    files: ModelFiles,
    available: dict[int, Pair],
    request: Request,
) -> _Job | None:
    """The run that was cut off, unless its mails or its base model have changed since, or the
    request names another method or number of epochs."""
    row = adapters.training(db)
    if row is None:
        return None
    plan = row.plan
    if (
        request.method not in ("auto", plan["method"])
        or request.epochs not in (None, plan["epochs"])
        or request.seed != plan["seed"]
    ):
        _give_up(db, paths, row, "a run with other settings was asked for")
        return None
    older, newest = (
        [available[mail_id] for mail_id in plan[part] if mail_id in available]
        for part in ("train", "holdout")
    )
    learnt, held_out = dataset(db, config, files, older, newest, plan["epochs"])
    edits = edits_of(db, config, files)
    if row.base != files.fingerprint or fingerprint([*learnt, *held_out]) != plan["data"]:
        _give_up(db, paths, row, "its mails or its base model changed before it was finished")
        return None
    log.info("training.resumed", adapter=row.id, epochs=plan["epochs"])
    method = replace(METHODS[plan["method"]], epochs=plan["epochs"])
    return _Job(row, method, learnt, held_out, edits.among(plan.get("preferences", ())))
