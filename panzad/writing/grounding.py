"""Holds a draft to what is known: a fact that stands in no source becomes a visible gap. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from panzad.writing.fact_values import Fact, Kind
from panzad.writing.facts import facts

# What may stand between the parts of one date: "Thursday, the 12th of November".
_ONE_DATE = re.compile(r",?\s{0,2}(?:(?:the|den|dem|le|el|il|o|of|de)\s)?", re.IGNORECASE)
_GAP_IN_SOURCE = re.compile(r"\[\?[a-z]+\]")
_TODAY = (
    r"today|tonight|heute|aujourd['’]hui|hoy|oggi|hoje|vandaag|idag|i dag|tänään|dziś|dnes|сегодня"
)
_TOMORROW = (
    r"tomorrow|morgen|demain|mañana|domani|amanhã|i morgen|imorgon|huomenna|jutro|zítra|zajtra"
    r"|holnap|mâine|завтра|yarın|αύριο"
)
_RELATIVE = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), days)
    for words, days in ((_TODAY, 0), (_TOMORROW, 1))
)


@dataclass(frozen=True, slots=True)
class Source:
    """A text that a draft may take facts from; `written` is the day its "Thursday" counts from."""

    text: str
    written: date | None = None


@dataclass(frozen=True, slots=True)
class Grounded:
    """A draft with its gaps, and of which kinds they are, in order."""

    text: str
    gaps: tuple[Kind, ...]


def turn_sources(written: str, text: str) -> tuple[Source, ...]:
    """The sources that a mail of the thread is: its text, and the date in its header.

    `written` is ISO 8601, or as an attribution says it.
    """
    return Source(text, _read_date(written)), Source(written)


def _read_date(written: str) -> date | None:
    """The day of a mail; none where an attribution leaves in doubt which one it is."""
    days = {
        value.removeprefix("date:")
        for fact in facts(written)
        for value in fact.values
        if fact.kind == "date" and len(value) == len("date:2026-11-12")
    }
    return _day(*map(int, days.pop().split("-"))) if len(days) == 1 else None


def grounded(draft: str, sources: Iterable[Source]) -> Grounded:
    """`draft` with `[?date]` or its like for each fact that stands in none of `sources`.

    Numbers, dates, weekdays, times, amounts, links, addresses and phone numbers are held to it,
    names are not. Other ways to write a fact, and what follows from it, count: "3 pm" is 15:00;
    "Thursday" in a mail of a Monday is the 12th and, after it, the 12th is a Thursday. "Tomorrow"
    and the like say no date by themselves and stay.
    """
    known = _known(sources)
    missing = [
        one
        for one in facts(draft)
        if one.kind != "name" and not (one.values | _as_needed(one)) & known
    ]
    return _with_gaps(draft, missing)


def _as_needed(fact: Fact) -> frozenset[str]:
    """What else supports a fact: an amount is known by its number where that has no currency."""
    return frozenset(
        f"bare:{value.rpartition(':')[2]}" for value in fact.values if value.startswith("amount:")
    )


def _known(sources: Iterable[Source]) -> frozenset[str]:
    known: set[str] = set()
    for source in sources:
        text = _GAP_IN_SOURCE.sub(" ", source.text)
        for fact in facts(text):
            known |= fact.values
            for value in fact.values:
                known.update(_implied(value, source.written))
        if source.written is not None:
            for pattern, days in _RELATIVE:
                if pattern.search(text):
                    known.update(_of_day(source.written + timedelta(days=days)))
    return frozenset(known)


def _implied(value: str, written: date | None) -> Iterator[str]:
    """What follows from one value of a source's fact."""
    kind, _, rest = value.partition(":")
    match kind:
        case "number":
            yield f"bare:{rest}"
        case "amount":
            yield f"number:{rest.partition(':')[2]}"
        case "link":
            yield f"link:{rest.partition('/')[0]}"
        case "address":
            yield f"link:{rest.rpartition('@')[2]}"
        case "date":
            yield from _of_date(rest, written)
        case "month":
            year, _, month = rest.rpartition("-")
            yield f"month:{int(month)}"
            if year:
                yield f"year:{year}"
        case "dom" if written is not None:
            yield from _coming(written, 31, lambda one: one.day == int(rest))
        case "day" if written is not None:
            yield from _coming(written, 14, lambda one: one.weekday() == int(rest))
        case _:
            return


def _of_date(written_out: str, written: date | None) -> Iterator[str]:
    """A date's parts; without a year it is the one nearest to the day it was written."""
    parts = [int(part) for part in written_out.split("-")]
    *year, month, day = parts
    yield from (f"date:{month:02}-{day:02}", f"dom:{day}", f"number:{day}", f"month:{month}")
    years = year or ([written.year - 1, written.year, written.year + 1] if written else [])
    days = [one for one in (_day(at, month, day) for at in years) if one is not None]
    if year:
        yield from (f"year:{year[0]}", f"number:{year[0]}")
    if days and (year or written):
        near = min(days, key=lambda one: abs((one - (written or one)).days))
        yield from _of_day(near)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_day(day: date) -> Iterator[str]:
    yield f"date:{day.isoformat()}"
    yield f"date:{day.isoformat()[5:]}"
    yield f"dom:{day.day}"
    yield f"day:{day.weekday()}"


def _coming(written: date, days: int, fits: Callable[[date], bool]) -> Iterator[str]:
    """The days that fit among the `days` from the one on which the source was written."""
    for ahead in range(days):
        day = written + timedelta(days=ahead)
        if fits(day):
            yield from _of_day(day)


def _with_gaps(draft: str, missing: Sequence[Fact]) -> Grounded:
    """Gaps in place of facts: one for the parts of a date, or for the groups of a long number."""
    pieces: list[str] = []
    gaps: list[Kind] = []
    position = 0
    for one in missing:
        between = draft[position : one.start]
        last = gaps[-1] if gaps else "name"
        if {last, one.kind} <= {"day", "date"} and _ONE_DATE.fullmatch(between):
            gaps[-1] = "date"
            pieces[-1] = "[?date]"
        elif not ({last, one.kind} <= {"number", "phone"} and between in (" ", "-")):
            pieces += [between, f"[?{one.kind}]"]
            gaps.append(one.kind)
        position = one.end
    return Grounded("".join(pieces) + draft[position:], tuple(gaps))
