"""Finds the places in plain text where somebody else's mail begins: pure, over lines.

A Marker is what a client writes between its user's text and a quoted mail: a header block, a
separator, an attribution. Each recogniser looks at a bounded number of lines: all is linear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from panzad.mail.attribution import attribution, newsreader, without_colon, zoho
from panzad.mail.headerblock import header_block, notes_block, unknown_block
from panzad.mail.marker import GROUPWISE, SUPERCITE, Marker, is_marker_of_angles, person
from panzad.mail.separators import SET_OFF, reply_line, separator

# Longer lines are text: clients wrap what they write themselves, but for recipient lists.
_MAX_LINE = 400
_CLOCK = re.compile(r"\d:\d\d")


class Lines:
    """The lines of a text, and which of them are worth looking at."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = [_plain(line) for line in lines]
        self._ends = [
            index
            for index, line in enumerate(self.lines)
            if line.endswith((":", "：")) and len(line) < _MAX_LINE
        ]
        self._set_off = {
            index
            for index, line in enumerate(self.lines)
            if line and (line[0] in SET_OFF or line[-1] in SET_OFF)
        }
        # Notes' date stands in the line of the name or in one of the three below.
        self._dated = {
            index - above
            for index, line in enumerate(self.lines)
            if ":" in line and _CLOCK.search(line)
            for above in range(4)
        }

    def markers(self) -> list[Marker]:
        """All markers, in order, without overlaps; the earlier one stands."""
        attributions: dict[int, Marker] = {}
        for end in self._ends:
            marker = attribution(self.lines, end)
            if marker is not None:
                attributions.setdefault(marker.start, marker)
        found: list[Marker] = []
        index = 0
        while index < len(self.lines):
            marker = attributions.get(index) or self._block(index)
            if marker is None and not found and index in self._set_off:
                marker = reply_line(self.lines, index)
            if marker is None or (found and marker.start < found[-1].end):
                index += 1
                continue
            found.append(marker)
            index = max(marker.end, index + 1)
        return found

    def _block(self, index: int) -> Marker | None:
        line = self.lines[index]
        if not line or line == ">" or len(line) > _MAX_LINE * 10:
            return None
        return (
            separator(self.lines, index)
            or _groupwise(self.lines, index)
            or zoho(self.lines, index)
            or newsreader(self.lines, index)
            or without_colon(self.lines, index)
            or header_block(self.lines, index)
            or (notes_block(self.lines, index) if index in self._dated else None)
            or (unknown_block(self.lines, index) if "@" in line else None)
        )


def _plain(line: str) -> str:
    """A line without the marks that fonts and broken quoted-printable leave on it.

    Quoted lines are no business of this level and show as `>`.
    """
    if line.lstrip(" ").startswith(">") and not is_marker_of_angles(line):
        return ">"
    if "=" in line:
        line = line.replace("=09", "\t").replace("=20", " ").removesuffix("=")
    return line.strip()


def _groupwise(lines: Sequence[str], index: int) -> Marker | None:
    """`>>> Ann Lee 12/11/00 03:54PM >>>` (GroupWise) and Supercite's `>>>>> "A" == Ann writes:`."""
    line = lines[index]
    if not line.startswith(">>"):
        return None
    if match := GROUPWISE.match(line):
        return Marker(index, index + 1, "header", person(match[1]), match[2] or "", True)
    if match := SUPERCITE.match(line):
        return Marker(index, index + 1, "attribution", person(match[2]), "", False)
    return None
