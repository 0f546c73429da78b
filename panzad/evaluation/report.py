"""The report of an evaluation: one value, and the page that shows it without any other file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import jinja2

from panzad.evaluation import plots
from panzad.evaluation.experiments import Row
from panzad.evaluation.plots import Bar

HEADINGS = {
    "drafts": "drafts",
    "loss": "loss (nats a token)",
    "bleu": "BLEU",
    "rouge_l": "ROUGE-L",
    "mauve": "MAUVE",
    "style": "style",
    "greeting": "greeting",
    "sign_off": "sign-off",
    "length_ratio": "length ratio",
    "fact_recall": "facts kept",
    "gaps_per_draft": "gaps a draft",
    "seconds_per_draft": "seconds a draft",
}
_TARGETS = {"length_ratio": 1.0}


@dataclass(frozen=True, slots=True)
class Matrix:
    """What each column's adapter, or author, has of each row's mails."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One run of the data-size curve: trained on so many mails, judged by the same hold-out."""

    mails: int
    base_loss: float
    loss: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that `panzad evaluate` found; `facts` says what was evaluated, by name."""

    facts: dict[str, str]
    rows: tuple[Row, ...]
    matrices: tuple[Matrix, ...] = ()
    curve: tuple[Point, ...] = ()

    def by_mode(self) -> list[tuple[str, list[Row]]]:
        """Each mode with its rows, in the order in which they came."""
        modes = dict.fromkeys(row.mode for row in self.rows)
        return [(mode, [row for row in self.rows if row.mode == mode]) for mode in modes]

    def values(self) -> dict[str, Any]:
        """The report as JSON takes it."""
        return asdict(self)


def figures(row: Row) -> dict[str, float | int | str | None]:
    """The figures of a row under the names of HEADINGS."""
    scores = row.scores.rounded()
    own = {"loss": round(row.loss, 3), "style": _rounded(row.style), "mauve": _rounded(row.mauve)}
    return {name: own.get(name, scores.get(name)) for name in HEADINGS}


def cell(value: float | int | str | None) -> str:
    """A figure as a table shows it."""
    match value:
        case None:
            return "–"
        case float():
            return f"{value:.3f}"
        case _:
            return str(value)


def page(report: Report) -> str:
    """The report as one HTML page: no script, no other file."""
    return _PAGE.render(
        facts=report.facts,
        modes=report.by_mode(),
        headings=HEADINGS,
        figures=figures,
        cell=cell,
        charts=_charts,
        matrices=[
            (one.title, plots.matrix(one.rows, one.columns, one.values)) for one in report.matrices
        ],
        curve=plots.curve(
            [(one.mails, one.loss) for one in report.curve], "mails trained on", "held-out loss"
        )
        if report.curve
        else "",
    )


def _charts(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """A chart of every figure that all of these rows have."""
    charts: list[tuple[str, str]] = []
    for name, heading in HEADINGS.items():
        found = [(row, figures(row)[name]) for row in rows if name != "drafts"]
        numbers = [(row, value) for row, value in found if isinstance(value, int | float)]
        if len(numbers) == len(rows):
            drawn = [_bar(row, name, value) for row, value in numbers]
            charts.append((heading, plots.bars(drawn, _TARGETS.get(name))))
    return charts


def _bar(row: Row, name: str, value: float) -> Bar:
    spread = row.spread.get(name)
    low, high = (spread.low, spread.high) if spread else (value, value)
    return Bar(row.variant, value, low, high)


def _rounded(value: float | str | None) -> float | str | None:
    return round(value, 3) if isinstance(value, float) else value


_PAGE = jinja2.Environment(
    loader=jinja2.PackageLoader("panzad.evaluation", "."),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("report.html")
