"""The loop on the paper's anonymised mail: playback, training, and drafts by typed instructions.

A real Dovecot account gets the mails that may be learnt from; the commands a user would run do
the rest. Then the fixed hold-out, which panzad has never seen, is judged: the loss of the true
mails given the instruction a person typed, and the drafts written from it; once by the base
model, and by an adapter of each training seed.

    python -m benchmarks.paper_mails --data DIR --models DIR --work DIR [--person david]
        [--seeds 1,2,3] [--retrieved 0,0.55] [--method lora] [--again]

Every person, method, seed and share of prompts with past mails is a file in the work folder. What
is there is not done again: a run that was broken off goes on, and several may add to one folder.
With --again the adapters that are there write, and are judged, anew, all of them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from benchmarks.mailbox import read
from benchmarks.paper_judging import Judge, judged
from benchmarks.paper_state import Subject, learn
from panzad.evaluation.experiments import VARIANTS, Variant, with_raft
from panzad.files import replace
from panzad.judge import judge
from panzad.learning.adapter import Request, train_adapter
from panzad.locks import held
from panzad.store import adapters
from panzad.store.database import Database
from panzad.training.methods import METHODS

PEOPLE = ("david", "isabel")
SHOWN = (
    "loss",
    "loss_wrapped",
    "bleu",
    "rouge_l",
    "length_ratio",
    "fact_recall",
    "style_share",
    "style",
    "greeting",
    "sign_off",
    "gaps_per_draft",
    "seconds_per_draft",
)
CROSSED = ("loss", "bleu", "rouge_l", "style_share", "style")


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--work", type=click.Path(path_type=Path), required=True, help="Kept between runs.")
@click.option("--person", "people", multiple=True, default=PEOPLE, type=click.Choice(PEOPLE))
@click.option("--seeds", default="1,2,3", show_default=True, help="Training seeds.")
@click.option("--retrieved", default="0.55", show_default=True, help="Shares trained with RAFT.")
@click.option("--method", default="lora", type=click.Choice(sorted(METHODS)), show_default=True)
@click.option("--epochs", type=click.IntRange(min=1), help="The method's own by default.")
@click.option(
    "--timings/--no-timings", default=True, help="Time `panzad train` and the daemon's drafts."
)
@click.option("--again", is_flag=True, help="Write anew with the adapters there are.")
@click.option("--limit", type=click.IntRange(min=1), help="Try it out with so many mails.")
def main(
    data: Path,
    models: Path,
    work: Path,
    people: tuple[str, ...],
    seeds: str,
    retrieved: str,
    method: str,
    epochs: int | None,
    timings: bool,
    again: bool,
    limit: int | None,
) -> None:
    """Do what is not done yet, and print all there is: JSON, and tables on standard error."""
    if again and limit:
        raise click.UsageError("--again writes over what --limit would leave out")
    real = {person: [mail.text for mail in read(data, person)[0]] for person in PEOPLE}
    figures: dict[str, Any] = {}
    subjects: list[Subject] = []
    for person in people:
        learnt, held_out = read(data, person)
        subject = Subject(person, work / person, held_out[:limit])
        with held(subject.folder.parent, person, wait=True):
            learn(subject, learnt[:limit], models, timings=timings)
            _once(subject.folder / "base.json", lambda one=subject: _base(one, real))
            for seed in map(int, seeds.split(",")):
                for share in map(float, retrieved.split(",")):
                    place = subject.folder / f"{method}-{seed}-{share:g}.json"
                    known = json.loads(place.read_bytes()) if place.exists() else None
                    run = (
                        partial(_rewritten, subject, known, share, real)
                        if known
                        else partial(_run, subject, Request(method, epochs, seed), share, real)
                    )
                    _once(place, run, again=again)
        subjects.append(subject)
        figures[person] = _found(subject)
        _table(person, figures[person])
    if len(subjects) > 1:
        first = f"{method}-{seeds.split(',')[0]}-{float(retrieved.split(',')[0]):g}"
        place = work / f"matrix-{first}.json"
        figures["matrix"] = _once(
            place, lambda: _matrix(subjects, f"{first}.json", real), again=again
        )
        _matrix_table(figures["matrix"]["cells"])
    click.echo(json.dumps(figures, indent=2))


def _once(
    place: Path, work: Callable[[], dict[str, Any]], *, again: bool = False
) -> dict[str, Any]:
    """What the file says; where there is none, or `again`, the work is done and written there."""
    if again or not place.exists():
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        replace(place, json.dumps({**work(), "commit": commit}, indent=1).encode())
    return json.loads(place.read_bytes())


def _found(subject: Subject) -> dict[str, Any]:
    return {
        path.stem: json.loads(path.read_bytes()) for path in sorted(subject.folder.glob("*.json"))
    }


def _run(
    subject: Subject, request: Request, share: float, real: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """An adapter trained as requested, what the gate made of it, and how it writes.

    No other adapter serves meanwhile: a seed is judged beside the base model alone.
    """
    paths, db = subject.paths, Database(subject.paths.database)
    with db.transaction() as tx:
        adapters.serve_base(tx)
    config = subject.config
    training = config.training.model_copy(update={"retrieved": share})
    config = config.model_copy(update={"training": training})
    result = train_adapter(
        db,
        paths,
        config,
        request,
        judge=lambda run: judge(db, config, run),
        report=lambda _: None,
        stop=lambda: False,
    )
    assert result.outcome is not None
    rows = _rows(subject, result.adapter, share, real)
    row = adapters.get(db, result.adapter)
    return {
        "method": request.method,
        "seed": request.seed,
        "retrieved": share,
        "adapter": result.adapter,
        "promoted": result.promoted,
        "reason": result.reason,
        "seconds": result.outcome.seconds,
        "tokens_per_second": result.outcome.tokens_per_second,
        "trial": row.metrics["trial"] if row else None,
        "rows": rows,
    }


def _rewritten(
    subject: Subject, run: dict[str, Any], share: float, real: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The run, `trained` at the commit it was, with rows of drafts that are written now."""
    rows = _rows(subject, run["adapter"], share, real)
    return {**run, "trained": run.get("trained", run["commit"]), "rows": rows}


def _rows(
    subject: Subject, adapter: str, share: float, real: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """How an adapter writes, alone and with past mails."""
    variants = [with_raft(one) if share else one for one in VARIANTS if one.adapter]
    desk = Judge(subject)
    rows = judged(desk, variants, subject.paths.adapters / adapter, real)
    desk.close()
    return rows


def _base(subject: Subject, real: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    desk = Judge(subject)
    rows = judged(desk, [one for one in VARIANTS if not one.adapter], None, real)
    desk.close()
    return {"rows": rows}


def _matrix(
    subjects: Sequence[Subject], run: str, real: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The figures of each person's mails by each person's adapter of a run, no past mails shown."""
    made = {
        one.person: one.paths.adapters / json.loads((one.folder / run).read_bytes())["adapter"]
        for one in subjects
    }
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for subject in subjects:
        desk = Judge(subject)
        for owner, directory in made.items():
            variant = Variant(owner, adapter=True, retrieval=False)
            [figures] = judged(desk, [variant], directory, real)
            found.setdefault(subject.person, {})[owner] = {name: figures[name] for name in CROSSED}
        desk.close()
    return {"run": run, "cells": found}


def _table(person: str, figures: Mapping[str, Any]) -> None:
    """The figures as Markdown: adapters as mean ± standard deviation over the seeds."""
    columns: dict[str, list[dict[str, Any]]] = {}
    for run in figures.values():
        of = f"{run['method']}: " if run.get("method", "lora") != "lora" else ""
        for row in run.get("rows", ()):
            columns.setdefault(of + row["variant"], []).append(row)
    commits = sorted({run["commit"] for run in figures.values() if "commit" in run})
    click.echo(f"\n{person}, made by {', '.join(commits)}\n", err=True)
    heads = [f"{name} ({len(rows)})" if len(rows) > 1 else name for name, rows in columns.items()]
    click.echo(f"| | {' | '.join(heads)} |", err=True)
    click.echo(f"|---|{'---|' * len(columns)}", err=True)
    for name in SHOWN:
        cells = [_cell([row[name] for row in rows if name in row]) for rows in columns.values()]
        click.echo(f"| {name} | {' | '.join(cells)} |", err=True)


def _cell(values: Sequence[float | None]) -> str:
    numbers = [value for value in values if value is not None]
    if not numbers:
        return "–"
    spread = f" ± {statistics.stdev(numbers):.3f}" if len(numbers) > 1 else ""
    return f"{statistics.fmean(numbers):.3f}{spread}"


def _matrix_table(cells: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    click.echo("\nEach one's mails (rows) by each one's adapter: " + " / ".join(CROSSED), err=True)
    click.echo(f"\n| | {' | '.join(cells)} |", err=True)
    click.echo(f"|---|{'---|' * len(cells)}", err=True)
    for person, line in cells.items():
        shown = [" / ".join(f"{one[name]:.3f}" for name in CROSSED) for one in line.values()]
        click.echo(f"| {person} | {' | '.join(shown)} |", err=True)


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
