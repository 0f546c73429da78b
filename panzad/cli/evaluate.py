"""`panzad evaluate`: how the drafts read beside what was really written, as table and page."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from panzad import config as settings
from panzad.cli.app import App, json_option
from panzad.cli.progress import bars
from panzad.errors import UsageError
from panzad.locks import held
from panzad.store.database import Database

if TYPE_CHECKING:
    from panzad.evaluation.metrics import Drafted
    from panzad.evaluation.report import Matrix, Report
    from panzad.proof import Person

LIMIT = 24
# What the user is called among the others.
YOU = "you"


@click.command()
@click.option(
    "--report",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page with plots there.",
)
@click.option(
    "--data",
    "others",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Another person's state folder, for the cross-person matrix; may be given several times.",
)
@click.option(
    "--limit",
    default=LIMIT,
    show_default=True,
    type=click.IntRange(min=1),
    help="Write at most so many held-out mails, the newest.",
)
@click.option(
    "--candidates",
    default=1,
    show_default=True,
    type=click.IntRange(1, 32),
    help="Each draft is the best of so many, or up to twice as many while each leaves something"
    " out; one is the model's likeliest.",
)
@click.option("--curve", is_flag=True, help="Also train on 25, 50, 75, 100 and all mails.")
@json_option()
@click.pass_obj
def evaluate(
    app: App,
    page: Path | None,
    others: tuple[Path, ...],
    limit: int,
    candidates: int,
    curve: bool,
    as_json: bool,
) -> None:
    """Write your newest held-out mails again in every way, and compare with what you wrote."""
    app.log("evaluate")
    if page is not None and not page.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {page.parent}", "name a file in one that is there")
    found = _report(_people(app, others, limit, candidates), curve=curve)
    if page is not None:
        from panzad.evaluation.report import page as rendered

        page.write_text(rendered(found), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(found.values()))
    else:
        _print(found)


def _people(app: App, others: Sequence[Path], limit: int, candidates: int) -> list[Person]:
    from panzad.proof import Person

    places = [folder.resolve() for folder in others]
    seen = {app.paths.state.resolve()}
    for given, place in zip(others, places, strict=True):
        if place in seen:
            raise UsageError(f"{given} would be compared twice", "name every folder once")
        seen.add(place)
    you = Person(YOU, app.db, app.paths, app.config(), limit, candidates)
    named = zip(others, names_of(places), strict=True)
    return [you, *(_other(folder, name, limit, candidates) for folder, name in named)]


def names_of(folders: Sequence[Path]) -> list[str]:
    """What the people of these state folders are called: as much of each path's end as no other
    has. The folders are absolute, and all different."""
    return [
        next(
            str(Path(*folder.parts[-depth:]))
            for depth in range(1, len(folder.parts) + 1)
            if folder.parts[-depth:] != (YOU,)
            and sum(one.parts[-depth:] == folder.parts[-depth:] for one in folders) == 1
        )
        for folder in folders
    ]


def _other(folder: Path, name: str, limit: int, candidates: int) -> Person:
    from panzad.proof import Person

    paths = settings.locate(None, folder)
    if not paths.database.exists():
        raise UsageError(f"{folder} is no state folder of panzad", "name one that holds panzad.db")
    db, config = Database(paths.database), settings.load(paths.config)
    return Person(name, db, paths, config, limit, candidates)


def _report(people: Sequence[Person], *, curve: bool) -> Report:
    from panzad.evaluation import experiments
    from panzad.evaluation.report import Report
    from panzad.proof import opened

    you = people[0]
    with opened(people), bars() as progress:
        modes = [experiments.cases_of(you.cases, mode) for mode in ("instruction", "reply")]
        task = progress.add_task("drafts", total=sum(map(len, modes)) * len(you.variants))
        you.use(you.adapter)
        done = experiments.written(
            you.cases, you.write, you.variants, lambda: progress.advance(task)
        )
        matrices = _matrices(people) if people[1:] else ()
        progress.update(task, description="likelihoods")
        rows = you.rows(done)
        points = ()
        if curve:
            with held(you.paths.locks, "train", wait=False):
                points = you.curve(lambda at: progress.update(task, description=at))
    facts = {
        "when": f"{datetime.now(UTC):%Y-%m-%d}",
        "base model": you.config.model.base,
        "adapter": you.adapter.name if you.adapter else "none serves",
        "learnt from": f"{len(you.divided.learnt)} mails",
        "candidates a draft": "1" if you.candidates == 1 else f"{you.candidates} or more",
        "held out": f"{len(you.divided.held_out)} mails, {len(you.held_out)} of them written",
    }
    return Report(facts, tuple(rows), tuple(matrices), tuple(points))


def _matrices(people: Sequence[Person]) -> list[Matrix]:
    """Everybody's mails by everybody's adapter, and whom the drafts by one's own are given to."""
    from panzad.evaluation import metrics
    from panzad.evaluation.report import Matrix
    from panzad.evaluation.style import Authors

    for person in people:
        if person.adapter is None:
            raise UsageError(f"no adapter serves {person.name}", "run `panzad train` there")
        if person.base != people[0].base:
            raise UsageError(
                f"{person.name} has another base model", "compare people with the same one"
            )
    names = tuple(person.name for person in people)
    drafts = [[_by_adapter_of(owner, person) for owner in people] for person in people]
    authors = Authors({person.name: person.own_texts for person in people})
    shares = [authors.shares([one.text for one in drafts[at][at]]) for at in range(len(people))]
    return [
        Matrix(
            "ROUGE-L of each person's mails (rows) by each one's adapter (columns)",
            names,
            names,
            tuple(
                tuple(
                    statistics.fmean(metrics.rouge_l(one.text, one.truth) for one in some)
                    for some in line
                )
                for line in drafts
            ),
        ),
        Matrix(
            "Whom the drafts by one's own adapter (rows) are given to (columns)",
            names,
            names,
            tuple(tuple(share[name] for name in names) for share in shares),
        ),
    ]


def _by_adapter_of(owner: Person, person: Person) -> list[Drafted]:
    from panzad.evaluation.experiments import Variant, cases_of, written

    person.use(owner.adapter)
    variant = Variant(owner.name, adapter=True, retrieval=False)
    cases = cases_of(person.cases, "instruction")
    if not cases:
        raise UsageError(
            f"no held-out mail of {person.name} has an instruction", "run `panzad learn` there"
        )
    return [*written(cases, person.write, (variant,))[0].drafts]


def _print(report: Report) -> None:
    from panzad.evaluation.report import HEADINGS, figures

    console = Console()
    for name, value in report.facts.items():
        console.print(f"{name}: {value}", highlight=False)
    for mode, rows in report.by_mode():
        table = Table("", *(row.variant for row in rows), title=f"{mode} mode", box=None)
        for name, heading in HEADINGS.items():
            table.add_row(heading, *(_cell(figures(row)[name]) for row in rows))
        console.print(table)
        for reason in dict.fromkeys(row.mauve for row in rows if isinstance(row.mauve, str)):
            console.print(f"MAUVE {reason}", highlight=False)
    for matrix in report.matrices:
        console.print(f"\n{matrix.title}", highlight=False)
        table = Table("", *matrix.columns, box=None)
        for name, values in zip(matrix.rows, matrix.values, strict=True):
            table.add_row(name, *map(_cell, values))
        console.print(table)
    for point in report.curve:
        console.print(
            f"{point.mails} mails: held-out loss {point.base_loss:.3f} → {point.loss:.3f}",
            highlight=False,
        )


def _cell(value: float | int | str | None) -> str:
    """A figure in a narrow column; why one is missing is said below the table."""
    from panzad.evaluation.report import cell

    return value.partition(":")[0] if isinstance(value, str) else cell(value)
