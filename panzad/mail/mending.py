"""Gives quoted lines their marks and breaks back: before quotes are looked for. Pure.

Clients and relays that wrap a text wrap its quoted lines too, and the second half of such a line
stands there as if it were the author's; renderers of HTML put an attribution and the first line of
its quote into one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from panzad.mail.attribution import IN_MESSAGE, attribution
from panzad.mail.notesbox import unboxed
from panzad.mail.vocabulary import FIELDS, FORWARD_SEPARATORS, REPLY_SEPARATORS

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
# Samsung's app, where its HTML was made to text: "---- Original message ----From: Ben Date: …".
_HEADED = re.compile(r"(-{4,20}\s*([^\W\d_][^-\n]{2,60}?)\s*-{4,20})\s*([^\s-].{5,1000})$")
_LABEL = re.compile(r"(?:^|\s+)([^\s:：\d@<>]{1,20}(?:\s[^\s:：\d@<>]{1,20})?)\s?[:：]\s")
# GroupWise: ">>> On 11/12/2026 at 6:20 PM, in message\n<id@host>, Ben <ben@example.net>\nwrote:".
_GROUPWISE = ">>> "
_GROUPWISE_LINES = 4


def parted(lines: Sequence[str]) -> Sequence[str]:
    """The lines, an attribution and the first quoted line that stand in one put into two."""
    lines = _unrolled(_groupwise_joined(unboxed(lines)))
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


def _unrolled(lines: Sequence[str]) -> Sequence[str]:
    """The lines, a known separator and the header block behind it in one line put into many."""
    found: list[str] = []
    for line in lines:
        match = _HEADED.match(line) if line.startswith("----") else None
        phrase = " ".join(match[2].lower().split()) if match else ""
        if match is None or phrase not in FORWARD_SEPARATORS | REPLY_SEPARATORS:
            found.append(line)
            continue
        found.append(match[1])
        found.extend(_by_label(match[3]))
    return found


def _by_label(text: str) -> list[str]:
    """A header block in one line, cut in front of each field's first label."""
    starts: list[int] = []
    seen: set[str] = set()
    for match in _LABEL.finditer(text):
        # Of "(GMT+01:00) A:" the label is the last word.
        words = match[1].lower()
        last = words.rsplit(maxsplit=1)[-1]
        label = words if words in FIELDS else last
        field = FIELDS.get(label)
        if field is not None and field not in seen:
            seen.add(field)
            starts.append(match.end(1) - len(label))
    if not starts or starts[0] != 0:
        return [text]
    ends = [*starts[1:], len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _groupwise_joined(lines: Sequence[str]) -> Sequence[str]:
    """The lines, GroupWise's attribution of several put into one, without its angles and id."""
    if not any(line.startswith(_GROUPWISE) for line in lines):
        return lines
    found: list[str] = []
    index = 0
    while index < len(lines):
        end = _groupwise_end(lines, index)
        if end is None:
            found.append(lines[index])
            index += 1
            continue
        text = " ".join(lines[index:end])[len(_GROUPWISE) :]
        found.append(IN_MESSAGE.sub(" ", text))
        index = end
    return found


def _groupwise_end(lines: Sequence[str], start: int) -> int | None:
    """The line after an attribution that begins with `>>> ` where no shallower quote stands."""
    if not lines[start].startswith(_GROUPWISE) or (start and lines[start - 1].startswith(">")):
        return None
    near = [lines[start][len(_GROUPWISE) :]]
    for end in range(start + 1, min(start + _GROUPWISE_LINES, len(lines)) + 1):
        text = " ".join(near)[:_LONGEST].rstrip()
        if text.endswith((":", "：")):
            marker = attribution([IN_MESSAGE.sub(" ", text)], 0)
            return end if marker is not None and marker.sure else None
        if end == len(lines) or lines[end].startswith(">") or not lines[end].strip():
            return None
        near.append(lines[end])
    return None


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
