"""Plots as SVG for a page: bars with their spread, a matrix of shares, a curve. Pure.

Drawn here, because matplotlib would be as large as all that it draws for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 460
_LABEL = 150
_BAR = 22
_GAP = 8
_CELL = 80
_CURVE_HEIGHT = 260
_MARGIN = 48


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure with its bounds; `low` and `high` equal to it draw none."""

    label: str
    value: float
    low: float
    high: float


def bars(bars: Sequence[Bar], target: float | None = None) -> str:
    """Horizontal bars from zero; `target` is a line that a figure should reach."""
    ends = [one.high for one in bars] + [one.value for one in bars] + [target or 0.0]
    room = WIDTH - _LABEL - 60
    scale = room / (max(ends) or 1.0)
    height = len(bars) * (_BAR + _GAP) + _GAP
    parts: list[str] = []
    for number, one in enumerate(bars):
        y = _GAP + number * (_BAR + _GAP)
        middle, width = y + _BAR / 2, one.value * scale
        parts.append(_text(_LABEL - 8, middle, one.label, "end"))
        parts.append(
            f'<rect class="bar" x="{_LABEL}" y="{y}" width="{width:.1f}" height="{_BAR}"/>'
        )
        if one.low < one.high:
            left, right = _LABEL + one.low * scale, _LABEL + one.high * scale
            parts.append(_line(left, middle, right, middle, "spread"))
            parts += [_line(x, middle - 5, x, middle + 5, "spread") for x in (left, right)]
        end = _LABEL + max(one.high, one.value) * scale
        parts.append(_text(end + 8, middle, f"{one.value:.3g}", "start"))
    if target is not None:
        x = _LABEL + target * scale
        parts.append(_line(x, 0, x, height, "target"))
    return _svg(WIDTH, height, parts)


def matrix(rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[float]]) -> str:
    """Cells shaded by their share of the largest value; the largest of each row is bold."""
    top = max((value for line in values for value in line), default=0.0) or 1.0
    parts = [
        _text(_LABEL + (at + 0.5) * _CELL, 12, name, "middle") for at, name in enumerate(columns)
    ]
    for number, (name, line) in enumerate(zip(rows, values, strict=True)):
        y = 24 + number * 36
        parts.append(_text(_LABEL - 8, y + 18, name, "end"))
        for at, value in enumerate(line):
            x = _LABEL + at * _CELL
            shade = 0.08 + 0.72 * max(0.0, value) / top
            parts.append(
                f'<rect class="cell" x="{x}" y="{y}" width="{_CELL - 2}" height="34"'
                f' fill-opacity="{shade:.2f}"/>'
            )
            style = "middle" if value < max(line) else 'middle" font-weight="bold'
            parts.append(_text(x + _CELL / 2, y + 18, f"{value:.3g}", style))
    return _svg(max(WIDTH, _LABEL + len(columns) * _CELL), 28 + len(rows) * 36, parts)


def curve(points: Sequence[tuple[float, float]], x_name: str, y_name: str) -> str:
    """A line through points in the order of x, each with its figure."""
    points = sorted(points)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    low, high = min(ys), max(ys)
    span = (high - low) or 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - xs[0]) / ((xs[-1] - xs[0]) or 1.0)
        up = (y - low) / span
        return (
            _MARGIN + across * (WIDTH - 2 * _MARGIN),
            _CURVE_HEIGHT - _MARGIN - up * (_CURVE_HEIGHT - 2 * _MARGIN),
        )

    places = [at(x, y) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    floor = _CURVE_HEIGHT - _MARGIN + 12
    parts = [
        _line(_MARGIN - 12, floor, WIDTH - _MARGIN + 12, floor, "axis"),
        f'<polyline class="curve" points="{path}"/>',
    ]
    for (x, y), (size, value) in zip(places, points, strict=True):
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        parts.append(_text(x, y - 14, f"{value:.3f}", "middle"))
        parts.append(_text(x, floor + 12, f"{size:g}", "middle"))
    parts.append(_text(WIDTH / 2, _CURVE_HEIGHT - 8, x_name, "middle"))
    parts.append(_text(4, 12, y_name, "start"))
    return _svg(WIDTH, _CURVE_HEIGHT, parts)


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img">'
        f"{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" dominant-baseline="middle" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
