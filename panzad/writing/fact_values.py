"""What a fact is, and its meaning in one form for all ways to write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["number", "date", "day", "time", "amount", "link", "address", "phone", "name"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as it stands in a text from `start` to `end`.

    `values` are all it may mean, normalised: `3:00` is `time:03:00` or `time:15:00`. Two facts
    agree when they share one. The forms are `number:1200.5`, `date:2026-11-12`, `date:11-12`,
    `dom:12` (day of a month), `month:11`, `year:2026`, `day:3` (Monday is 0), `time:15:00`,
    `amount:EUR:50`, `link:host/path`, `address:…`, `phone:` and its last digits, `name:` one word.
    """

    start: int
    end: int
    kind: Kind
    values: frozenset[str]


def link_value(link: str) -> str:
    """A link without what changes nothing: scheme, `www.`, last slash, case of the host."""
    rest = re.sub(r"\A[a-z]+://", "", link, flags=re.IGNORECASE)
    rest = re.sub(r"\Awww\.", "", rest, flags=re.IGNORECASE)
    host, slash, path = rest.partition("/")
    return f"link:{host.casefold()}{slash}{path}".rstrip("/")


def date_values(year: str | None, month: str | int | None, day: str | None) -> frozenset[str]:
    """A date's value; none when there is no such day."""
    number = int(month) if month else 0
    if not 1 <= number <= 12 or (day and not 1 <= int(day) <= 31):
        return frozenset()
    if year and len(year) == 2:
        year = f"20{year}"
    parts = [year] if year else []
    parts += [f"{number:02}", f"{int(day):02}"] if day else [f"{number:02}"]
    if not day and not year:
        return frozenset({f"month:{number}"})
    return frozenset({f"{'date' if day else 'month'}:{'-'.join(parts)}"})


def time_values(hour: int, minute: int, half: str) -> frozenset[str]:
    """`half` is `a`, `p` or empty: then an hour up to twelve may be either."""
    if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12):
        return frozenset()
    hour %= 24
    if half:
        found = {hour % 12 + (12 if half == "p" else 0)}
    else:
        found = {hour, (hour + 12) % 24} if hour <= 12 else {hour}
    return frozenset(f"time:{one:02}:{minute:02}" for one in found)


def hours(values: frozenset[str]) -> frozenset[str]:
    """The times that bare numbers stand for: `number:3` is three at night or in the afternoon."""
    found: set[str] = set()
    for value in values:
        number = value.removeprefix("number:")
        if number.isdecimal() and len(number) <= 2 and int(number) <= 24:
            found |= time_values(int(number), 0, "")
    return frozenset(found)


def number_values(written: str) -> frozenset[str]:
    """What a number may mean: `1,200` is 1200, or 1.2 where the comma is the decimal sign."""
    written = written.casefold()
    factor = {"k": 1000, "m": 1_000_000, "bn": 1_000_000_000}
    suffix = next((one for one in ("bn", "k", "m") if written.endswith(one)), "")
    digits = re.sub(r"[\s'’]", "", written.removesuffix(suffix))
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", digits) or len(digits) > 30:
        return frozenset({f"number:{written}"})
    readings = {_plain(reading) for reading in _readings(digits)}
    if suffix:
        readings = {_plain(f"{Decimal(one) * factor[suffix]:f}") for one in readings} | {written}
    return frozenset(f"number:{one}" for one in readings)


def _readings(digits: str) -> Iterator[str]:
    signs = re.findall(r"[.,]", digits)
    parts = re.split(r"[.,]", digits)
    if not signs:
        yield digits
    elif len(set(signs)) == 2 and signs[-1] not in signs[:-1]:
        yield "".join(parts[:-1]) + "." + parts[-1]
    elif len(signs) > 1 and len(set(signs)) == 1 and all(len(part) == 3 for part in parts[1:]):
        yield "".join(parts)
    elif len(signs) == 1:
        yield ".".join(parts)
        if len(parts[1]) == 3:
            yield "".join(parts)
    else:
        yield digits


def _plain(number: str) -> str:
    """Without zeros that say nothing; a version number stays as it is."""
    if number.count(".") > 1 or "," in number:
        return number
    whole, _, rest = number.partition(".")
    rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")
