"""Recognises attribution lines, "On Monday, Ann <ann@example.org> wrote:", in many languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from panzad.mail.marker import ADDRESS, SUPERCITE, Marker, person
from panzad.mail.vocabulary import ATTRIBUTION_STARTS, WROTE

_MAX_LENGTH = 600
_MAX_LINES = 4

_WROTE = re.compile(rf"\b(?:{WROTE})\b|写道|寫道|書きました|작성|님이", re.IGNORECASE)
# The longest plain part of each verb: a look for these costs a thirtieth of one for the patterns.
_HINTS = frozenset(
    max(re.split(r"\\s\+|\\.|\[[^]]*\]", verb), key=len).lower() for verb in WROTE.split("|")
)
_WROTE_LAST = re.compile(rf"(?:{WROTE})\s*[,;]?\s*[:：]\s*$", re.IGNORECASE)
_BEGINS = re.compile(rf"[\s\-*>]*(?:{ATTRIBUTION_STARTS})\b", re.IGNORECASE)
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d年")
_BARE_DATE_ADDRESS = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.{0,80}<[^<>]{3,80}>\s*[:：]\s*$"
)
# "Ann Lee <ann@example.org>", "Lee, Ann [mailto:ann@example.org]"
_NAME_ADDRESS = re.compile(
    r"(\"?[^\s\"<>,:;\d][^\"<>,:;]{0,60}\"?|[^\s<>\"]{1,40}, [^<>\":;]{1,40})?\s*"
    r"[<\[(](?:mailto:)?([^<>\s\[\]()]+@[^<>\s\[\]()]+)[>\])]"
)
_VERB_THEN_NAME = re.compile(
    rf"(?:{WROTE})\s+(?:der\s+|le\s+)?\"?([^\W\d][^\d<>:\"]{{1,60}}?)\"?\s*[:：]\s*$", re.IGNORECASE
)
_NAME_THEN_VERB = re.compile(
    r"[,\d\s)]\s*\"?([^\W\d][^\d<>:,\"]{1,60}?)\"?\s*(?:\(.{0,60}\))?,?"
    rf"(?:\s+(?:a|ha|het volgende|ezt|je|tarihinde))?\s*\b(?:{WROTE})",
    re.IGNORECASE,
)
_DATE_PART = re.compile(
    r"((?:(?!(?i:on|am|le|el|em|op|den|il|giorno|um)\b)[^\W\d]{2,12}\.?,?\s+)?"
    r"(?:\d{1,2}(?:\.|st|nd|rd|th)?\s+(?:de\s+)?[^\W\d]{3,12}\.?,?\s+(?:de\s+)?\d{4}"
    r"|[^\W\d]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
    r"|\d{4}年\d{1,2}月\d{1,2}日)"
    r"(?:,?\s+(?:at|um|à|a las|alle|às|om|kl\.?|o|v|в|klo)?\s*\d{1,2}[:.h]\d{2}(?::\d{2})?"
    r"(?:\s?[AaPp]\.?[Mm]\b\.?)?(?:\s(?:(?:GMT|UTC)?[+-]\d{1,4}|[A-Z]{3,4}\b))?)?)",
)
_LEADING_WORDS = re.compile(
    rf"^(?:(?:{ATTRIBUTION_STARTS}|{WROTE}|at|um|uhr|à|alle|ore|às|om|kl|klo|o|v|в|a|ha|upon|time|of)\b"
    r"[\s.,]*)+",
    re.IGNORECASE,
)


def attribution(lines: Sequence[str], end: int) -> Marker | None:
    """An attribution that ends in line `end` with a colon: "On …, Ann <a@b.c> wrote:".

    Up to four lines long; begins where a line starts like one, else is the single line.
    """
    last = lines[end]
    if last.startswith(">") and not SUPERCITE.match(last):
        return None
    near = " ".join(lines[max(end - _MAX_LINES + 1, 0) : end + 1]).lower()
    if "@" not in near and not any(hint in near for hint in _HINTS):
        return None
    text = last
    start = end
    begun = _BEGINS.match(last) is not None
    for above in range(end - 1, max(end - _MAX_LINES, -1), -1):
        if begun or lines[above].startswith(">") or not lines[above].strip("-_=* "):
            break
        joined = f"{lines[above]} {text}"
        if _BEGINS.match(lines[above]) and _YEAR.search(joined):
            start, text, begun = above, joined, True
        elif above == end - 1 and _WROTE_LAST.fullmatch(last) and len(last) < 30:
            start, text = above, joined
        else:
            text = joined
    if not begun:
        text = " ".join(lines[start : end + 1])
    if len(text) > _MAX_LENGTH:
        return None
    return _read_attribution(text, start, end + 1, begun)


def _read_attribution(text: str, start: int, end: int, begun: bool) -> Marker | None:
    wrote = _WROTE.search(text)
    address = ADDRESS.search(text)
    dated = _YEAR.search(text) is not None
    if wrote is None:
        if not (_BARE_DATE_ADDRESS.search(text) or (address and (begun or dated))):
            return None
        return Marker(start, end, "attribution", _author_in(text), _date_in(text), False)
    ends_with_verb = _WROTE_LAST.search(text) is not None
    sure = (begun and dated and (address is not None or _TIME.search(text) is not None)) or (
        address is not None and ends_with_verb
    )
    if not sure and not ends_with_verb and not (address or dated):
        return None
    return Marker(start, end, "attribution", _author_in(text), _date_in(text), sure)


def _author_in(text: str) -> str:
    """The person an attribution names, as written: `Ann Lee <ann@example.org>`."""
    supercite = SUPERCITE.match(text)
    if supercite:
        return person(supercite[2])
    # The date goes first: its words are not to be taken for a name.
    plain = _DATE_PART.sub(" \x00 ", text)
    if match := _NAME_ADDRESS.search(plain):
        name = _name(match[1] or "")
        return f"{name} <{match[2]}>" if name else match[2]
    if match := _VERB_THEN_NAME.search(plain):
        return _name(match[1])
    if match := _NAME_THEN_VERB.search(" " + plain):
        return _name(match[1])
    address = ADDRESS.search(plain)
    return address[0] if address else ""


def _name(text: str) -> str:
    text = text.split("\x00")[-1]
    return _LEADING_WORDS.sub("", text.strip(" \t\"'*,-")).strip(" \t\"'*,-")


def _date_in(text: str) -> str:
    match = _DATE_PART.search(text)
    return match[1].strip() if match else ""
