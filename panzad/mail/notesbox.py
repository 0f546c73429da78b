"""Makes a plain header block of the box that Lotus Notes 5 drew for others. Pure, over lines.

    |--------+----------------------->
    |        |          "Okri, Ben"  |
    |        |          11/12/2026   |
    |        |          06:20 PM     |
    |--------+----------------------->
      >------------------------------|
      |       To:     Ann Lee/YARD   |
      |       Subject:     The boat  |
      >------------------------------|

Its rules begin with `>`, so it goes before quotes are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_MAX_ROWS = 60

_SIDE_RULE = re.compile(r"\|-{4,}\+-{4,}>\s*$")
_SIDE_ROW = re.compile(r"\|\s*\|\s*(.*?)\s*\|\s*$")
_RULE = re.compile(r"\s{1,4}>-{8,}\|\s*$")
_ROW = re.compile(r"\s{1,4}\|\s*(.*?)\s*\|\s*$")
_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")
_ADDRESS = re.compile(r"<[^<>]{1,200}>")


def unboxed(lines: Sequence[str]) -> Sequence[str]:
    """The lines, each such box put as `From: …`, `Date: …` and the fields of its lower half."""
    if not any(line.startswith("|--") for line in lines):
        return lines
    found: list[str] = []
    index = 0
    while index < len(lines):
        box = _box(lines, index)
        if box is None:
            found.append(lines[index])
            index += 1
            continue
        fields, index = box
        found.extend(fields)
    return found


def _box(lines: Sequence[str], start: int) -> tuple[list[str], int] | None:
    """The fields of the box that begins at `start`, and the line after it."""
    if not _SIDE_RULE.match(lines[start]):
        return None
    side = list(_rows(lines, start + 1, _SIDE_ROW))
    middle = start + 1 + len(side)
    fields = list(_rows(lines, middle + 2, _ROW))
    end = middle + 2 + len(fields)
    if end >= len(lines) or not (
        _SIDE_RULE.match(lines[middle])
        and _RULE.match(lines[middle + 1])
        and _RULE.match(lines[end])
    ):
        return None
    day = next((i for i, cell in enumerate(side) if _DAY.match(cell)), len(side))
    # An address is broken wherever its column ends.
    author = _ADDRESS.sub(lambda one: one[0].replace(" ", ""), " ".join(filter(None, side[:day])))
    date = " ".join(filter(None, side[day:]))
    return [f"From: {author}", f"Date: {date}", *filter(None, fields)], end + 1


def _rows(lines: Sequence[str], start: int, row: re.Pattern[str]) -> Iterator[str]:
    for line in lines[start : start + _MAX_ROWS]:
        match = row.match(line)
        if match is None or "|" in match[1]:
            return
        yield match[1]
