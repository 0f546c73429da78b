"""Gives quoted lines their marks back where wrapping took them off: before quotes are looked for.

Clients and relays that wrap a text wrap its quoted lines too, and the second half of such a line
stands there as if it were the author's. The number of lines stays: who reads on counts them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_PREFIX = re.compile(r" {0,3}>[> ]*")
# "…, Ben <ben@example.net" and "> wrote:" below it: Gmail's break inside a linked address.
_OPEN_ADDRESS = re.compile(r"<[^<>\s]{1,80}@[^<>\s]{1,80}$")
_CLOSED_BELOW = re.compile(r">[^<>]{0,60}[:：]\s*$")
# Nobody wraps below this width.
_NARROWEST = 70


def mended(lines: Sequence[str]) -> Sequence[str]:
    """The lines, with `>` where a wrapped line or a wrapped address has lost or taken one."""
    quoted = [line.lstrip(" ").startswith(">") for line in lines]
    if True not in quoted:
        return lines
    found = list(lines)
    for index in range(1, len(lines)):
        above, line = lines[index - 1], lines[index]
        if quoted[index] and _CLOSED_BELOW.match(line) and _OPEN_ADDRESS.search(above):
            found[index - 1], found[index] = above + ">", line[1:].lstrip()
    overflows = [
        index
        for index in range(1, len(lines) - 1)
        if quoted[index - 1] and quoted[index + 1] and not quoted[index]
        if _had_no_room(lines[index - 1], lines[index])
    ]
    for index in overflows:
        if len(overflows) > 1 or _goes_on(lines[index - 1], lines[index]):
            match = _PREFIX.match(lines[index - 1])
            found[index] = (match[0].rstrip() if match else ">") + " " + lines[index]
    return found


def _had_no_room(above: str, line: str) -> bool:
    """Whether the first word of a line between quoted ones did not fit into the line above.

    Nor does a sentence end there: an author who answers between the lines, without blank ones,
    seldom breaks into the middle of one.
    """
    word = line.split(maxsplit=1)[0] if line.strip() else ""
    if not word or len(above.rstrip()) + 1 + len(word) <= _NARROWEST:
        return False
    return above.rstrip()[-1] not in ".?!"


def _goes_on(above: str, line: str) -> bool:
    """What shows even a single overflow: the blank of the break, or the middle of a sentence."""
    return above.endswith(" ") or not line.lstrip()[0].isupper()
