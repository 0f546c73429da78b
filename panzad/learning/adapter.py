"""One training run from the dataset in the store to a judged adapter; resumable at any point.

The row in `adapters` fixes which mails are trained on and which are held out before the first
step, so that a run that was cut off goes on with exactly the same data.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from panzad.config import Config, Paths
from panzad.engines.catalogue import ModelFiles, resolve
from panzad.engines.create import DeviceName, device_for
from panzad.engines.llama_cpp import prepare
from panzad.engines.machine import this_machine
from panzad.errors import ConfigError, PanzadError, RunFailed
from panzad.learning.privacy import enforce
from panzad.learning.samples import Mix, samples
from panzad.learning.shelf import tidy
from panzad.recall.embedder import Embedder
from panzad.recall.exact import ExactIndex
from panzad.recall.retriever import Retriever
from panzad.store import adapters, pairs, problems
from panzad.store.adapters import Adapter
from panzad.store.database import Database
from panzad.training.adapters import prune, remove
from panzad.training.dataset import Sample, fingerprint, split, without_facts
from panzad.training.fit import FITS
from panzad.training.gate import decide
from panzad.training.methods import METHODS, Method, choose
from panzad.training.priority import memory_limit
from panzad.training.run import Outcome, Progress, train
from panzad.writing.brief import Briefing

SEED = 7

log = structlog.get_logger("panzad.training")


@dataclass(frozen=True, slots=True)
class Request:
    """What the user or the night asks for; None means the method's own number."""

    method: str
    epochs: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: `finished` False means that it waits at a checkpoint."""

    adapter: str
    finished: bool
    promoted: bool
    reason: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class _Job:
    row: Adapter
    method: Method
    train: list[Sample]
    holdout: list[Sample]


def train_adapter(
    db: Database,
    paths: Paths,
    config: Config,
    request: Request,
    *,
    report: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> Result:
    """Go on with the run that was cut off, or start one; judge it and serve it if it is better.

    Raises PanzadError when there are too few mails, RunFailed when this run can never end (it is
    given up), ConfigError for a base model that is no file of ours, and ModelMissing.
    """
    files = resolve(config.model.base, paths.models)
    if files.kind == "server":
        raise ConfigError(
            f"an adapter cannot be trained for the server {files.name}",
            "set model.base to a model of this machine (`panzad models list`)",
        )
    device = device_for(config.model, files)
    enforce(db, config.privacy)
    authors = {name: account.name for name, account in config.accounts.items()}
    available = {sample.mail_id: sample for sample in _dataset(db, config, authors)}
    memory = memory_limit(config.training.memory_gb) if device == "cpu" else None
    job = _resumed(db, paths, files, available, request)
    if job is None:
        _enough(available, config.training.min_mails)
        method = _method(request.method, device, memory, files)
        job = _begun(db, files, available, replace(method, epochs=request.epochs or method.epochs))
    prune(paths.adapters, job.row.id)
    champion = adapters.serving(db)
    if champion is not None and champion.tainted_at is not None:
        # What may know forgotten mail is no rival to be beaten: it goes.
        champion = None
    directory = paths.adapters / job.row.id
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    log.info("training.started", adapter=job.row.id, train=len(job.train), holdout=len(job.holdout))
    try:
        outcome = train(
            files,
            job.train,
            job.holdout,
            job.method,
            directory,
            seed=job.row.plan["seed"],
            champion=paths.adapters / champion.id
            if champion and champion.base == files.fingerprint
            else None,
            report=report,
            stop=stop,
            device=device,
            memory=memory,
        )
    except RunFailed as error:
        _give_up(db, paths, job.row, error.what)
        raise
    if not outcome.finished:
        return Result(
            job.row.id, False, False, "stopped at a checkpoint; it goes on from there", None
        )
    result = _judged(db, files, directory, outcome)
    tidy(db, paths, round(config.training.disk_gb * 1e9))
    return result


def _dataset(db: Database, config: Config, authors: Mapping[str, str]) -> list[Sample]:
    """Every pair as a sample, with the prompt that a draft would get."""
    briefing = Briefing(Retriever(db, ExactIndex(db), Embedder(), config.retrieval.share))
    mix = Mix(
        config.training.drop_instruction,
        config.training.retrieved,
        config.retrieval.examples,
        SEED,
    )
    found = samples(pairs.finished(db), authors, briefing, mix)
    return [without_facts(one) for one in found] if config.training.mask_facts else found


def _give_up(db: Database, paths: Paths, row: Adapter, reason: str) -> None:
    with db.transaction() as tx:
        adapters.fail(tx, row.id, reason)
    remove(paths.adapters / row.id)
    log.info("training.given_up", adapter=row.id, reason=reason)


def _judged(db: Database, files: ModelFiles, directory: Path, outcome: Outcome) -> Result:
    adapter_id = directory.name
    verdict = decide(outcome.base_loss, outcome.champion_loss, outcome.loss)
    if verdict.promote and files.kind == "gguf":
        # The engine's merged copy takes seconds that the first draft would wait for.
        with contextlib.suppress(OSError):
            prepare(files.path, directory)
    metrics = {
        "base_loss": outcome.base_loss,
        "champion_loss": outcome.champion_loss,
        "loss": outcome.loss,
        "tokens_per_second": outcome.tokens_per_second,
        "seconds": outcome.seconds,
    }
    with db.transaction() as tx:
        adapters.finish(tx, adapter_id, metrics, verdict.reason, verdict.promote)
    _retire_tainted(db, directory.parent)
    problems.clear(db, "training")
    log.info("training.judged", adapter=adapter_id, promoted=verdict.promote, **metrics)
    return Result(adapter_id, True, verdict.promote, verdict.reason, outcome)


def _retire_tainted(db: Database, root: Path) -> None:
    """Adapters that may have learnt from what is forgotten leave, now that a newer one is judged.

    Where the gate refused that one, the base model writes.
    """
    for one in adapters.tainted(db):
        with db.transaction() as tx:
            adapters.remove(tx, one.id)
        remove(root / one.id)
        log.info("adapter.forgotten", adapter=one.id)


def _enough(available: Collection[int], needed: int) -> None:
    if len(available) < needed:
        raise PanzadError(
            f"only {len(available)} mails to learn from, {needed} are needed for an adapter",
            "drafts are shown your past mails meanwhile; lower training.min_mails to train anyway",
        )


def _method(name: str, device: DeviceName, memory: int | None, files: ModelFiles) -> Method:
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


def _begun(db: Database, files: ModelFiles, available: dict[int, Sample], method: Method) -> _Job:
    learnt, held_out = split(list(available.values()))
    if not held_out:
        raise PanzadError(
            "all mails to learn from say the same", "wait until there are others to judge by"
        )
    plan = {
        "method": method.name,
        "epochs": method.epochs,
        "seed": SEED,
        "train": [sample.mail_id for sample in learnt],
        "holdout": [sample.mail_id for sample in held_out],
        "data": fingerprint([*learnt, *held_out]),
    }
    adapter_id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    with db.transaction() as tx:
        adapters.begin(tx, adapter_id, files.fingerprint, plan, len(learnt), max(available))
    row = adapters.get(db, adapter_id)
    assert row is not None
    return _Job(row, method, learnt, held_out)


def _resumed(
    db: Database,
    paths: Paths,
    files: ModelFiles,
    available: dict[int, Sample],
    request: Request,
) -> _Job | None:
    """The run that was cut off, unless its mails or its base model have changed since, or the
    request names another method or number of epochs."""
    row = adapters.training(db)
    if row is None:
        return None
    wanted = [*row.plan["train"], *row.plan["holdout"]]
    same = all(mail_id in available for mail_id in wanted) and row.base == files.fingerprint
    if not same or fingerprint([available[mail_id] for mail_id in wanted]) != row.plan["data"]:
        _give_up(db, paths, row, "its mails or its base model changed before it was finished")
        return None
    if request.method not in ("auto", row.plan["method"]) or (
        request.epochs not in (None, row.plan["epochs"])
    ):
        _give_up(db, paths, row, "a run with other settings was asked for")
        return None
    log.info("training.resumed", adapter=row.id, epochs=row.plan["epochs"])
    method = replace(METHODS[row.plan["method"]], epochs=row.plan["epochs"])
    return _Job(
        row,
        method,
        [available[mail_id] for mail_id in row.plan["train"]],
        [available[mail_id] for mail_id in row.plan["holdout"]],
    )
