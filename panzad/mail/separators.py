"""Recognises the lines that clients set between a mail and what it quotes: pure, over lines.

"-----Original Message-----", Outlook's rule, "Forwarded by …", a help desk's "reply above this
line". What stands below them is read by `headerblock`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from panzad.mail.headerblock import header_block, label_of, notes_block, unknown_block
from panzad.mail.marker import ADDRESS, Marker, person
from panzad.mail.vocabulary import ABOVE_THIS_LINE, FIELDS, FORWARD_SEPARATORS, REPLY_SEPARATORS

_MAX_GAP = 4

_DASHED = re.compile(r"\s*[-_=*~]{2,}[\s>]*([^\W\d_][^\n]{2,90}?)[:：]?\s*[-_=*~]{2,}[>]?\s*$")
_DASHED_OPEN = re.compile(r"\s*[-_=]{3,}\s*(Forwarded by\s.*)$", re.IGNORECASE)
_FORWARDED_BY = re.compile(
    r"(?:forwarded by|weitergeleitet von|transféré par|reenviado por|inoltrato da"
    r"|doorgestuurd door|videresendt af|vidarebefordrat av|przekazane przez)\s+(.*?)"
    r"(?:\s+(?:on|am|le|el|il|op|den|dnia)\s+(.*))?$",
    re.IGNORECASE,
)
# Lotus Notes 8: `Ann Lee ---12.11.2026 18:20:11---The first words of her mail`, a block below.
_NOTES_ICON = re.compile(r"\S.{0,80}? ?-{2,3}\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4} [^-]{4,20}-{3}")
# Orange webmail: `Message du 12/11/26 18:20`, then De, A and Objet.
_ORANGE = re.compile(r"Message du\s:?\s?(\d{1,2}/\d{1,2}/\d{2,4}.{0,20})$")
# Help desks' line, set off by marks on at least one side.
_REPLY_LINE = re.compile(
    rf"(?:[-#=*_~—–]{{2}}.{{0,60}}(?:{ABOVE_THIS_LINE})|.{{0,60}}(?:{ABOVE_THIS_LINE}).{{0,20}}[-#=*_~—–]{{2}}$)",
    re.IGNORECASE,
)
_MAX_REPLY_LINE = 120
_MAX_SEPARATOR = 80
_MAX_SEPARATOR_WORDS = 8
# What such a line begins or ends with.
SET_OFF = frozenset("-#=*_~—–")
# What clients write for a hyphen or a blank that is not to break.
_UNBROKEN = str.maketrans({"\u2010": "-", "\u2011": "-", "\u00a0": " "})


def separator(lines: Sequence[str], index: int) -> Marker | None:
    """`-----Original Message-----`, `--- Forwarded by Ann on 1/2/2001 ---`, in many languages."""
    line = lines[index].translate(_UNBROKEN)
    if line[0] in "-_=*~":
        phrase, after = _dashed_phrase(lines, index)
    elif line.endswith((":", "：")) and line[:-1].strip().lower() in FORWARD_SEPARATORS:
        phrase, after = line[:-1], index + 1
    else:
        return _dated(lines, index) or _rule(lines, index)
    if not phrase:
        return _rule(lines, index)
    lowered = " ".join(phrase.lower().strip(" *:").split())
    forwarded = _FORWARDED_BY.match(phrase.strip())
    known = lowered in FORWARD_SEPARATORS or lowered in REPLY_SEPARATORS
    header = _header_after(lines, after) or (_only_from(lines, after) if known else None)
    if forwarded:
        meta = header or Marker(index, after, "forward", forwarded[1].strip(), "", True)
        return Marker(index, meta.end, "forward", meta.author, meta.date, True)
    if not known and header is None:
        return None
    kind = "forward" if lowered in FORWARD_SEPARATORS or _says_forward(lowered) else "header"
    if header is None:
        return Marker(index, after, kind, "", "", True)
    return Marker(index, header.end, kind, header.author, header.date, True, header.short)


def above_prefixed(line: str, block: Sequence[str]) -> bool:
    """Whether `line` is a client's separator in any language: its header block is quoted below.

    `block` are the first lines of the quote. "-------- Mail original --------", "Válasz:".
    """
    line = line.strip()
    dashed = _DASHED.match(line) is not None
    introduces = line.endswith((":", "：")) and len(line.split()) <= _MAX_SEPARATOR_WORDS
    if len(line) > _MAX_SEPARATOR or not (dashed or introduces):
        return False
    start = next((index for index, one in enumerate(block) if one), len(block))
    fields = {labelled[0] for one in block[start:] if (labelled := label_of(one)) is not None}
    return fields >= {"from", "date", "to", "subject"} and label_of(block[start]) is not None


def reply_line(lines: Sequence[str], index: int) -> Marker | None:
    """`##- Please type your reply above this line -##`, if somebody did."""
    line = lines[index]
    if len(line) > _MAX_REPLY_LINE or not _REPLY_LINE.match(line) or not any(lines[:index]):
        return None
    return Marker(index, index + 1, "header", "", "", True)


def _says_forward(phrase: str) -> bool:
    return phrase.startswith(("forward", "weitergeleit", "fw:", "fwd:"))


def _dashed_phrase(lines: Sequence[str], index: int) -> tuple[str, int]:
    """The words between dashes and the line after them; Notes wraps the long ones."""
    # QQ Mail leaves its blanks as they stand in HTML.
    match = _DASHED.match(lines[index].replace("&nbsp;", " "))
    if match is not None:
        return match[1], index + 1
    opened = _DASHED_OPEN.match(lines[index])
    if opened is None:
        return "", index
    text = opened[1]
    for after in range(index + 1, min(index + 4, len(lines))):
        text = f"{text} {lines[after]}"
        if text.rstrip().endswith(("--", "-=")):
            return text.rstrip(" -=_"), after + 1
        if not lines[after]:
            break
    text = opened[1].rstrip(" -=_")
    closing = index + 1
    if closing < len(lines) and lines[closing] and not lines[closing].strip("-= _"):
        closing += 1
    return text, closing


def _dated(lines: Sequence[str], index: int) -> Marker | None:
    """The dated lines that Lotus Notes 8 and Orange's webmail put above a header block."""
    icon = _NOTES_ICON.match(lines[index])
    orange = None if icon else _ORANGE.match(lines[index])
    header = _header_after(lines, index + 1) if icon or orange else None
    if header is None:
        return None
    date = header.date or (orange[1] if orange else "")
    return Marker(index, header.end, "header", header.author, date, True)


def _rule(lines: Sequence[str], index: int) -> Marker | None:
    """A line of underscores in front of a header block: Outlook's way in plain text."""
    line = lines[index]
    if len(line) < 3 or line[0] not in "_-=" or line.strip(line[0]):
        return None
    below = next((i for i in range(index + 1, min(index + 3, len(lines))) if lines[i]), None)
    header = _header_after(lines, index + 1) or (below and _dated(lines, below))
    if not header:
        return None
    return Marker(index, header.end, header.kind, header.author, header.date, True)


def _header_after(lines: Sequence[str], index: int) -> Marker | None:
    """The header block that follows, if nothing but blank lines stands between."""
    for start in range(index, min(index + _MAX_GAP + 1, len(lines))):
        if lines[start]:
            return (
                header_block(lines, start, led=True)
                or notes_block(lines, start)
                or _colonless(lines, start)
                or unknown_block(lines, start, led=True)
            )
    return None


def _only_from(lines: Sequence[str], index: int) -> Marker | None:
    """Outlook Express's short header: `From: "Ann" <ann@example.org>`, then nothing else."""
    for start in range(index, min(index + _MAX_GAP + 1, len(lines))):
        if lines[start]:
            field, value = label_of(lines[start]) or ("", "")
            if field != "from" or not value:
                return None
            return Marker(start, start + 1, "header", person(value), "", True, short=True)
    return None


def _colonless(lines: Sequence[str], start: int) -> Marker | None:
    """eM Client 9, below its separator: `From "Ann" <ann@example.org>`, `To …`, without colons."""
    values: dict[str, str] = {}
    end = start
    for end in range(start, min(start + 6, len(lines))):
        label, _, value = lines[end].partition(" ")
        field = FIELDS.get(label.lower(), "other")
        if field == "other" or field in values:
            break
        values[field] = value
    if len(values) < 3 or not ADDRESS.search(values.get("from", "")):
        return None
    return Marker(start, end, "header", person(values["from"]), values.get("date", ""), True)
