"""Recognises the header blocks that clients put above quoted mail: pure, over lines.

"From: … Sent: … To: … Subject: …" in many languages, and Lotus Notes' name and date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from panzad.mail.marker import ADDRESS, Marker, person
from panzad.mail.vocabulary import FIELDS

_MAX_LABEL = 40
_MAX_HEADER_LINES = 120
_MAX_GAP = 4

_DATE_TIME = re.compile(
    r"(\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4},?\s+\d{1,2}:\d{2}(?::\d{2})?\s?(?:[AaPp]\.?[Mm]\.?)?"
    r"(?:\s(?:[A-Z]{2,4}|GMT|[+-]\d{4}))?)\s*$"
)
_DATE_ONLY = re.compile(r"\s*" + _DATE_TIME.pattern)
_TIME_ONLY = re.compile(r"\s*\d{1,2}:\d{2}(?::\d{2})?\s?(?:[AaPp][Mm])?(?:\s[A-Z]{3,4})?\s*$")
_NOTES_ASIDE = re.compile(
    r"\s*(?:sent by|please respond to|gesendet von|bitte antworten an)\b", re.IGNORECASE
)
_NOTES_ON = re.compile(r"(?P<author>\S.{0,120}?)\s+on\s+(?P<date>\d.*)$")
# "J. R. Smith" too.
_NAMED = re.compile(r"[\"'*\s]*(?:[^\W\d]\.?\s?){0,3}[^\W\d]{2}")
_DAY_AND_CLOCK = re.compile(r"\d.{0,60}\b\d{1,2}[:.h]\d\d|\b\d{1,2}[:.h]\d\d\b.{0,60}\d")
# `Label: value` as clients write it: one to three words, no digits, then a blank.
_LABELLED = re.compile(r"\*?[^\W\d][^:：\d@/]{0,29}[:：]\*?\s(.{1,200})$")
_MAX_UNKNOWN = 6
_DIGITS_AND_CLOCK = re.compile(r"\d.{0,60}\b\d{1,2}[:.]\d\d\b")
_PARTY = re.compile(r"[@;/]|\S,\s?\S")
# NetEase's table, made to text: "| From | Ben<ben@example.net> |".
_TABLE_ROW = re.compile(r"\|\s*([^|:]{1,30}?)\s*\|\s*([^|]{1,300}?)\s*\|?$")


def label_of(line: str) -> tuple[str, str] | None:
    """The field a header line names and its value, `("from", "Ann")` for `*Von:* Ann`."""
    if line.startswith("|") and (cell := _TABLE_ROW.match(line)):
        line = f"{cell[1]}: {cell[2]}"
    colon = line.find(":")
    wide = line.find("：")
    if wide >= 0 and (colon < 0 or wide < colon):
        colon = wide
    if colon <= 0 or colon > _MAX_LABEL:
        return None
    # Chinese clients spread short labels: "主　题：".
    label = line[:colon].strip(" \t*_>|").replace("\u3000", "").lower()
    field = FIELDS.get(label)
    if field is None and "  " in label:
        field = FIELDS.get(" ".join(label.split()))
    return None if field is None else (field, line[colon + 1 :].strip(" \t*_"))


@dataclass(slots=True)
class _Block:
    """The fields of a header block: first values by name, and the line after the block."""

    values: dict[str, str]
    end: int


def _fields(lines: Sequence[str], start: int) -> _Block:
    """Field lines from `start` on, their continuations, and blank lines between them."""
    values: dict[str, str] = {}
    end = index = start
    last = ""
    blanks = 0
    while index < min(len(lines), start + _MAX_HEADER_LINES):
        line = lines[index]
        if not line:
            blanks += 1
            # Notes leaves a blank line in front of Subject; behind it the mail begins.
            if blanks > 2 or ("subject" in values and last == "subject"):
                break
            index += 1
            continue
        labelled = label_of(line)
        if labelled is not None and labelled[0] in values and labelled[0] != "other":
            break
        if labelled is None:
            if blanks or not _continues(last, lines[index - 1], line):
                break
            values[last] = f"{values[last]} {line}"
        elif blanks and labelled[0] == "other":
            break
        else:
            last = labelled[0]
            values[last] = labelled[1]
        blanks = 0
        index += 1
        end = index
    return _Block(values, end)


def _continues(last: str, before: str, line: str) -> bool:
    """Whether a line without a label goes on with the field above it."""
    match last:
        case "to" | "cc" | "bcc":
            return bool(_PARTY.search(line)) or before.endswith((",", ";", "/"))
        case "subject":
            return len(before) > 66 and len(line) < 60
        case "from" if (behalf := before.lower().rfind("on behalf of")) >= 0:
            # The break may stand inside the name.
            return len(line) < (100 if before[behalf + 12 :].strip() == "" else 40)
        case "from" | "other":
            return bool(ADDRESS.search(line)) and len(line) < 100
        case _:
            return False


def header_block(lines: Sequence[str], index: int, *, led: bool = False) -> Marker | None:
    """`From: … Sent: … To: … Subject: …`; `led` when a separator stands above."""
    first = label_of(lines[index])
    if (
        first is None
        or first[0] in {"other", "bcc", "cc"}
        or (first[0] == "to" and not led and not _full(lines, index))
    ):
        return None
    block = _fields(lines, index)
    named = block.values
    if "from" not in named:
        return None
    distinct = len(named.keys() & {"from", "date", "to", "subject", "cc"})
    if led:
        accepted = distinct >= 2
    elif first[0] == "from":
        people = ADDRESS.search(named["from"] + " " + named.get("to", "")) is not None
        accepted = distinct >= 3 and ("subject" in named or people)
        accepted = accepted or (distinct == 2 and people and "subject" in named)
    else:
        accepted = distinct >= 3 and "subject" in named
    if not accepted or not (led or _names_people(named)):
        return None
    author, date = named["from"], named.get("date", "")
    if not date and (dated := _DATE_TIME.search(author)):
        date = dated[1]
        author = re.sub(r"\s+on$", "", author[: dated.start()].strip())
    return Marker(index, _past_rule(lines, block.end), "header", person(author), date, True)


def unknown_block(lines: Sequence[str], index: int, *, led: bool = False) -> Marker | None:
    """A header block in a language that nobody has told us: `Label: value` lines and what they say.

    An address in the first, a date with a time in another; without a separator above also a label
    that is known, and not only that of a date: an invitation's own lines have one too.
    """
    values: list[str] = []
    known = led
    for line in lines[index : index + _MAX_UNKNOWN]:
        match = _LABELLED.match(line)
        if match is None:
            break
        values.append(match[1])
        field, _ = label_of(line) or ("other", "")
        known = known or field in {"from", "to", "subject"}
    if len(values) < 3 or not known or not ADDRESS.search(values[0]):
        return None
    date = next((value for value in values[1:] if _DIGITS_AND_CLOCK.search(value)), None)
    if date is None:
        return None
    return Marker(index, index + len(values), "header", person(values[0]), date, True)


def _past_rule(lines: Sequence[str], end: int) -> int:
    """The line behind the rule that Lotus Notes draws below a header block, else `end`."""
    for index in range(end, min(end + 2, len(lines))):
        line = lines[index]
        if line:
            return index + 1 if len(line) > 4 and not line.strip("_") else end
    return end


def _names_people(named: Mapping[str, str]) -> bool:
    """Whether fields say who wrote and when: "From: 9 am", "To: 5 pm" are an author's own."""
    if ADDRESS.search(f"{named['from']} {named.get('to', '')} {named.get('cc', '')}"):
        return True
    dated = f"{named.get('date', '')[:200]} {named['from'][:200]}"
    return _NAMED.match(named["from"]) is not None and _DAY_AND_CLOCK.search(dated) is not None


def _full(lines: Sequence[str], index: int) -> bool:
    """Whether a block that begins with To has From too: exports write the fields in any order."""
    return any(
        (labelled := label_of(line)) is not None and labelled[0] == "from"
        for line in lines[index + 1 : index + 6]
    )


def notes_block(lines: Sequence[str], index: int) -> Marker | None:
    """Lotus Notes: a name, perhaps `Sent by:`, a date, then `To:`, `cc:` and `Subject:`."""
    head = _notes_head(lines, index)
    if head is None:
        return None
    author, date, after = head
    for start in range(after, min(after + 2 * _MAX_GAP, len(lines))):
        line = lines[start]
        if not line or _NOTES_ASIDE.match(line):
            continue
        labelled = label_of(line)
        if labelled is None or labelled[0] != "to":
            return None
        block = _fields(lines, start)
        if not block.values.keys() & {"cc", "subject"}:
            return None
        return Marker(index, block.end, "header", person(author), date, True)
    return None


def _notes_head(lines: Sequence[str], index: int) -> tuple[str, str, int] | None:
    """Author, date and the line after them; None when no date follows the name at once."""
    line = lines[index]
    labelled = label_of(line)
    if labelled is not None and labelled[0] == "from":
        line = labelled[1]
    elif len(line) > 160:
        return None
    if dated := _DATE_TIME.search(line):
        author = re.sub(r"\s+on$", "", line[: dated.start()].strip(), flags=re.IGNORECASE)
        return (author, dated[1], index + 1) if author else None
    if on := _NOTES_ON.search(line):
        after = index + 1
        if after < len(lines) and _TIME_ONLY.match(lines[after]):
            return on["author"], f"{on['date']} {lines[after]}".strip(), after + 1
        return None
    for after in range(index + 1, min(index + 4, len(lines))):
        below = lines[after]
        if dated := _DATE_ONLY.match(below):
            return line, dated[1], after + 1
        wrapped = f"{line} {below}"
        if after == index + 1 and (dated := _DATE_TIME.search(wrapped)) and " on " in wrapped:
            return re.sub(r"\s+on$", "", wrapped[: dated.start()].strip()), dated[1], after + 1
        if not _NOTES_ASIDE.match(below):
            return None
    return None
