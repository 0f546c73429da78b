"""The page of an evaluation."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from panzad.evaluation import plots
from panzad.evaluation.experiments import Row
from panzad.evaluation.metrics import Scores, Spread
from panzad.evaluation.plots import Bar
from panzad.evaluation.report import Matrix, Point, Report, page

SCORES = Scores(24, 12.5, 0.41, 0.93, 0.8, 0.9, None, 0.1, 1.2)


def row(variant: str, mode: str = "instruction", style: float | None = 0.4) -> Row:
    spread = {"bleu": Spread(12.5, 9.1, 15.0)}
    assert mode in ("instruction", "reply")
    return Row(mode, variant, SCORES, 1.8, style, "skipped: needs 100 texts", spread)  # pyright: ignore[reportArgumentType]


REPORT = Report(
    facts={"model": "<b>small & quick</b>"},
    rows=(row("base"), row("adapter"), row("base", "reply", None)),
    matrices=(Matrix("Whose", ("ann", "bob"), ("ann", "bob"), ((0.9, 0.1), (0.2, 0.8))),),
    curve=(Point(25, 2.0, 1.9), Point(100, 2.0, 1.7)),
)


class Page(HTMLParser):
    """The page's elements and words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outside: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.outside += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


class TestPage:
    PAGE = Page(page(REPORT))

    def test_it_needs_no_other_file_and_no_script(self) -> None:
        assert self.PAGE.outside == []
        assert "script" not in self.PAGE.tags
        assert "link" not in self.PAGE.tags

    def test_what_is_evaluated_cannot_write_into_the_page(self) -> None:
        assert "<b>small & quick</b>" in self.PAGE.words
        assert "b" not in self.PAGE.tags

    @pytest.mark.parametrize(
        "said",
        ["By an instruction", "Replies without an instruction", "adapter", "12.500", "–"],
    )
    def test_every_mode_has_its_table(self, said: str) -> None:
        assert said in self.PAGE.words

    def test_a_figure_that_was_skipped_says_why(self) -> None:
        assert "skipped: needs 100 texts" in self.PAGE.words

    def test_matrix_and_curve_are_drawn(self) -> None:
        assert {"ann", "bob", "0.9", "1.700", "100"} <= set(self.PAGE.words)

    def test_a_report_without_them_is_a_page_too(self) -> None:
        assert "More mails" not in Page(page(Report({}, (row("base"),)))).words

    def test_all_of_it_is_json(self) -> None:
        found = json.loads(json.dumps(REPORT.values()))
        assert found["rows"][0]["scores"]["bleu"] == 12.5
        assert found["curve"][1]["mails"] == 100


class TestPlots:
    def test_bars_are_as_long_as_their_figures(self) -> None:
        root = ElementTree.fromstring(plots.bars([Bar("a", 1, 1, 1), Bar("b", 2, 1.5, 2.5)]))  # noqa: S314
        one, two = (float(rect.attrib["width"]) for rect in root.iter("rect"))
        assert two == pytest.approx(2 * one, abs=0.2)
        assert len([line for line in root.iter("line") if line.attrib["class"] == "spread"]) == 3

    def test_figures_of_nothing_are_drawn(self) -> None:
        ElementTree.fromstring(plots.bars([Bar("a", 0, 0, 0)]))  # noqa: S314
        ElementTree.fromstring(plots.curve([(25, 1.0)], "x", "y"))  # noqa: S314
        ElementTree.fromstring(plots.matrix(["a"], ["b"], [[0.0]]))  # noqa: S314
