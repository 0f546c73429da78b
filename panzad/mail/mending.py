"""Gives quoted lines their marks and breaks back: before quotes are looked for. Pure.

Clients and relays that wrap a text wrap its quoted lines too, and the second half of such a line
stands there as if it were the author's; renderers of HTML put an attribution and the first line of
its quote into one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from panzad.mail.attribution import attribution

_PREFIX = re.compile(r" {0,3}>[> ]*")
# "…, Ben <ben@example.net" and "> wrote:" below it: Gmail's break inside a linked address.
_OPEN_ADDRESS = re.compile(r"<[^<>\s]{1,80}@[^<>\s]{1,80}$")
_CLOSED_BELOW = re.compile(r">[^<>]{0,60}[:：]\s*$")
# Nobody wraps below this width.
_NARROWEST = 70
# No answer is one word as long; a link or a compound that a client did not break is.
_LONG_WORD = 25
# Attributions are wrapped to lines shorter than this.
_LONGEST = 400
# "On May 1 Ben wrote: > Shall we?"; Yahoo's app has "…, Ben <ben@example.net> wrote:   Shall we?"
_WITH_QUOTE = re.compile(r"(.{4,600}?[:：])(?:\s{1,4}(?=>)|\s{2,8}(?=\S))(.*)$")


def parted(lines: Sequence[str]) -> Sequence[str]:
    """The lines, an attribution and the first quoted line that stand in one put into two."""
    if not any(": >" in line or ":  " in line for line in lines):
        return lines
    found: list[str] = []
    for index, line in enumerate(lines):
        match = _WITH_QUOTE.match(line) if ": >" in line or ":  " in line else None
        if match is None or line.startswith(">"):
            found.append(line)
            continue
        marked = match[2].startswith(">")
        above = (one[:_LONGEST].strip() for one in lines[max(index - 3, 0) : index])
        near = [*above, match[1].strip()]
        marker = attribution(near, len(near) - 1)
        goes_on = marked and index + 1 < len(lines) and lines[index + 1].startswith(">")
        found.extend(match.groups() if marker and (marker.sure or goes_on) else (line,))
    return found


def mended(lines: Sequence[str]) -> Sequence[str]:
    """The lines, with `>` where a wrapped line or a wrapped address has lost or taken one.

    The number of lines stays: who reads on counts them.
    """
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
    """What shows even a single overflow: the blank of the break, or the middle of a sentence.

    Or a word that is alone because it is so long.
    """
    alone = len(line.split()) == 1 and len(line.strip()) > _LONG_WORD
    return alone or above.endswith(" ") or not line.lstrip()[0].isupper()
