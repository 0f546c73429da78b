"""How numbers, dates, times, amounts, links, addresses and phone numbers are written.

What `facts` is made of: each finder yields what it sees, the surest kind first, and the first to
hold a place keeps it. Linear time: every repetition is bounded or of one class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Literal

from panzad.writing.fact_calendar import SHORTEST_STEM, days_of, looked_up, months_of, rows
from panzad.writing.fact_values import (
    Fact,
    date_values,
    hours,
    link_value,
    number_values,
    time_values,
)
from panzad.writing.fact_words import (
    AT_HOUR,
    CURRENCIES,
    FOREIGN_NUMBERS,
    MIDNIGHT,
    NO_NUMBERS,
    NOON,
    NUMBERS,
)

_TOP_LEVEL = (
    r"com|org|net|edu|gov|info|biz|io|eu|de|at|ch|fr|it|es|pt|nl|be|dk|se|no|fi|pl|cz|sk|hu|ro|bg"
    r"|gr|tr|ru|ua|uk|ie|us|ca|au|nz|jp|cn|kr|in|br|mx|il|me|ly|ai|app|dev|tv"
)
_LINK = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"“”]{1,2000}|\bwww\.[^\s<>\"“”]{2,2000}"
    rf"|(?<![\w@.-])(?:[a-z0-9-]{{1,63}}\.){{1,5}}(?:{_TOP_LEVEL})(?![\w@.-]*\w)(?:/[^\s<>\"“”]{{0,2000}})?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:mailto:)?[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ISO_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_CJK_DATE = re.compile(
    r"(?:((?:19|20)\d\d)\s?[年년]\s?)?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일号])?"
)
_NUMERIC_DATE = re.compile(
    r"(?<![\d/.,-])(\d{1,2})(?:([/.-])(\d{1,2})\2((?:19|20)\d\d|\d{2})?(?![\d/-])|/(\d{1,2})(?![\d/]))"
)
_DAY_MONTH = re.compile(
    r"(?<![\d.,:/])(\d{1,2})(?:st|nd|rd|th|er|re|[.ºªº])?\s{0,3}(?:(?:of|de)\s{1,2}|(?:d['’]|-)\s{0,2})?"
    r"([^\W\d_]{3,12})\b(?:\.?,?\s{0,2}(?:(?:de|of)\s)?((?:19|20)\d\d)\b)?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    r"\b([^\W\d_]{3,12})\.?\s{1,2}(?:the\s)?(\d{1,2})(?:st|nd|rd|th)?(?![\d:/]|[.,]\d|\s?[ap]\.?m\b)"
    r"(?:,?\s{0,2}((?:19|20)\d\d)\b)?",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(r"\b([^\W\d_]{3,12})\.?,?\s(?:de\s)?((?:19|20)\d\d)\b")
_NTH = re.compile(
    r"(?<![\w.,])(\d{1,2})(?:st|nd|rd|th)\b(?!-|\s[^\W\d_]{4})"
    r"|\b(?:am|den|dem|vom|zum|bis|d\.)\s(\d{1,2})\.(?!\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w.,:/-])((?:19|20)\d\d)(?![\w/-]|[.,:]\d)")
_PHONE = re.compile(
    r"(?<![\w.,+(])(?:(?:\+|00)\d[\d ().\-/\u00a0]{6,22}\d"
    r"|\(?0\d{1,5}[) \-/.\u00a0]{1,3}\d[\d \-/.\u00a0]{3,16}\d"
    r"|(?:1[ .-])?\(?\d{3}\)?[ .-]{1,2}\d{3}[.-]\d{4}|\d{3}-\d{4})(?![\w-])"
)
_CLOCK = re.compile(
    r"(?<![\d.,:/])(\d{1,2})\s?(?:"
    r"[:：]\s?(\d\d)(?::\d\d)?(?:\s?(?P<a>[ap])\.?\s?m\b)?(?:\s?(?:Uhr|h|hrs)\b)?"
    r"|\.(\d\d)\s?(?:(?P<b>[ap])\.?\s?m\b|(?:Uhr|h|hrs|uur)\b)"
    r"|(?P<c>[ap])\.?\s?m\b"
    r"|h\s?(\d\d)?\b"
    r"|(?:Uhr|o['’]?clock|heures?|hrs|uur|godz|часов|часа|час)\b(?:\s(\d\d)\b)?"
    r"|[時时시點点](?:\s?(\d\d)\s?[分분])?"
    r")(?![\d:])",
    re.IGNORECASE,
)
_DOTTED_HOUR = re.compile(
    r"\b(?:at|um|kl\.?|klokken|klo|alle|godz\.?|om)\s(\d{1,2})\.(\d\d)\b", re.I
)
_MONEY_WORDS = sorted(
    chain.from_iterable(words.split() for words in CURRENCIES.values()), key=len, reverse=True
)
_MONEY = "|".join(
    re.escape(word) + (r"\b" if word[-1].isalpha() and word[-1].isascii() else "")
    for word in _MONEY_WORDS
)
_FIGURE = r"\d(?:[.,'’]?\d|[ \u00a0\u202f]\d{3}(?!\d)){0,20}"
_AMOUNT_BEFORE = re.compile(
    rf"(?<![^\W\d_])({_MONEY})\s?({_FIGURE})(k|m|bn)?\b",
    re.IGNORECASE,
)
_AMOUNT_AFTER = re.compile(
    rf"(?<![\d.,:])({_FIGURE})(k|m|bn)?"
    rf"[.,]?-{{0,2}}\s?({_MONEY})",
    re.IGNORECASE,
)
_SPACED = re.compile(
    r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f'’]\d{3}){1,4}(?:[.,]\d{1,4})?(?![\d]|[.,]\d)"
)
_LIST_NUMBER = re.compile(r"(?m)^[ \t>]*\(?\d{1,2}[.):](?=\s)|\(\d\)|\[\d{1,2}\]")
# "1. May I ask": English puts no stop behind the day.
_MAY_BE_A_LIST = re.compile(r"\d{1,2}\.\s(?:May|March)\b")
_IDIOM = re.compile(r"(?<!\d)(?:24/7|50/50|50-50|9-5)(?!\d)")
_LETTERS = r"A-Za-z\u00c0-\u024f\u0370-\u052f"
_TOKEN = re.compile(rf"#?(?:[{_LETTERS}]{{1,12}}[-_/.]?)?\d(?:[.,\-–/_]?[\d{_LETTERS}]){{0,40}}")
_UNIT = re.compile(rf"(\d[\d.,]*)-?([{_LETTERS}]{{1,4}})")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_BEFORE_HOUR = re.compile(r"([^\W\d_]+(?:['’]à)?)\.?,?\s{1,2}\Z")
_SHARE = re.compile(r"\s?(?:%|percent\b|prozent\b)", re.IGNORECASE)
# Numbers of several words are not read: neither is one word of theirs.
_COMPOUND = re.compile(
    r"(?:-|\b(?:past|quarter to|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred(?: and)?)\s)\Z",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"-[^\W\d_]|\s(?:past|hundred|thousand|million|dozen)\b", re.IGNORECASE)
_HOUR_WORD_BEHIND = re.compile(r"\s?(?:o['’]?clock|uhr|heures?|uur)\b", re.IGNORECASE)

# A link in brackets does not end with the closing one, unless it opened it itself.
_CLOSES = {")": "(", "]": "["}


def found(text: str, language: str) -> Iterator[Fact]:
    """All finds in `text` (digits as 0 to 9), in no order; one without values only holds its place.

    Words are read in `language` and English, in all languages when it is empty.
    """
    sure: list[Fact] = []
    taken = bytearray(len(text))
    idioms = (Fact(*one.span(), "number", frozenset()) for one in _IDIOM.finditer(text))
    lists = (Fact(*one.span(), "number", frozenset()) for one in _LIST_NUMBER.finditer(text))
    for one in chain(
        idioms,
        _links(text),
        _dates(text, language),
        lists,
        _phones(text),
        _times(text),
        _amounts(text),
    ):
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            sure.append(one)
    yield from sure
    # A number ends where a surer find begins: "2-3pm".
    rest = _blanked(text, sure)
    yield from _bare_dates(rest, language)
    yield from _numbers(rest, language)
    yield from _words(rest, language)


def _blanked(text: str, finds: Sequence[Fact]) -> str:
    kept = list(text)
    for one in finds:
        kept[one.start : one.end] = "\0" * (one.end - one.start)
    return "".join(kept)


def _links(text: str) -> Iterator[Fact]:
    for one in _ADDRESS.finditer(text):
        plain = one[0].removeprefix("mailto:").strip("'")
        start = one.start() + one[0].index(plain)
        values = frozenset({f"address:{plain.casefold()}"})
        yield Fact(start, start + len(plain), "address", values)
    for one in _LINK.finditer(text):
        link = one[0].rstrip(".,;:!?'’*_»…")
        while link[-1:] in _CLOSES and link.count(link[-1]) > link.count(_CLOSES[link[-1]]):
            link = link[:-1].rstrip(".,;:!?'’*_»…")
        yield Fact(one.start(), one.start() + len(link), "link", frozenset({link_value(link)}))


def _dates(text: str, language: str) -> Iterator[Fact]:
    """Dates that hold a day and a month, or a month and a year."""
    months = months_of(language)
    for one in _ISO_DATE.finditer(text):
        yield _found(one, "date", date_values(one[1], one[2], one[3]))
    for one in _CJK_DATE.finditer(text):
        yield _found(one, "date", date_values(one[1], one[2], one[3]))
    for one in _NUMERIC_DATE.finditer(text):
        first, second = one[1], one[3] or one[5]
        values = date_values(one[4], second, first)
        if one[2] != ".":
            values |= date_values(one[4], first, second)
        elif values:
            # "3.2." ends a sentence and "7.3.94" is a version as often.
            values |= number_values(one[0].strip("."))
        if values and not (one[5] and int(first) < int(second) <= 4):
            yield _found(one, "date", values)
    for one in _DAY_MONTH.finditer(text):
        if _MAY_BE_A_LIST.match(one[0]):
            continue
        named = looked_up(one[2], months)
        if not named and one[3]:
            # With its year it is a date in any language: a draft may say one of another.
            named = looked_up(one[2], months_of(""))
        for month in named:
            if values := date_values(one[3], month, one[1]):
                yield _found(one, "date", values)
    for one in _MONTH_DAY.finditer(text):
        for month in looked_up(one[1], months):
            if values := date_values(one[3], month, one[2]):
                yield _found(one, "date", values)
    for one in _MONTH_YEAR.finditer(text):
        for month in looked_up(one[1], months):
            yield _found(one, "date", date_values(one[2], month, None))


def _bare_dates(text: str, language: str) -> Iterator[Fact]:
    """ "the 12th", "am 12.", "2026", "in November"."""
    for one in _NTH.finditer(text):
        day = str(int(one[1] or one[2]))
        start = one.start(1) if one[1] else one.start(2)
        kind = "date" if 1 <= int(day) <= 31 else "number"
        yield Fact(start, one.end(), kind, frozenset({f"dom:{day}", f"number:{day}"}))
    for one in _YEAR.finditer(text):
        yield _found(one, "date", frozenset({f"year:{one[1]}", f"number:{one[1]}"}))
    months = months_of(language)
    for one in _WORD.finditer(text):
        # "may", "march", "mars", "set": only a long name is a month by itself.
        if len(one[0]) >= 4 and one[0][0].isupper() and one[0].casefold() not in {"march", "mars"}:
            values = {f"month:{month}" for month in looked_up(one[0], months)}
            if values:
                yield _found(one, "date", frozenset(values))


def _phones(text: str) -> Iterator[Fact]:
    for one in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", one[0])
        if 7 <= len(digits) <= 15:
            yield _found(one, "phone", frozenset({f"phone:{digits[-8:]}", f"phone:{digits[-7:]}"}))


def _times(text: str) -> Iterator[Fact]:
    for one in _CLOCK.finditer(text):
        hour = int(one[1])
        minute = next((int(part) for part in one.group(2, 4, 7, 8, 9) if part), 0)
        half = (one["a"] or one["b"] or one["c"] or "").lower()
        values = time_values(hour, minute, half)
        if values:
            yield _found(one, "time", values)
    for one in _DOTTED_HOUR.finditer(text):
        if values := time_values(int(one[1]), int(one[2]), ""):
            yield Fact(one.start(1), one.end(), "time", values)


def _amounts(text: str) -> Iterator[Fact]:
    for one in _AMOUNT_BEFORE.finditer(text):
        yield _amount(one, one[1], one[2] + (one[3] or ""))
    for one in _AMOUNT_AFTER.finditer(text):
        yield _amount(one, one[3], one[1] + (one[2] or ""))


def _amount(one: re.Match[str], money: str, figure: str) -> Fact:
    currency = _currencies()[money.casefold()]
    values = {
        f"amount:{currency}:{value.removeprefix('number:')}" for value in number_values(figure)
    }
    return Fact(one.start(), one.end(), "amount", frozenset(values))


@lru_cache(maxsize=1)
def _currencies() -> dict[str, str]:
    return {word: code for code, words in CURRENCIES.items() for word in words.split()}


def _numbers(text: str, language: str) -> Iterator[Fact]:
    for one in _SPACED.finditer(text):
        yield _found(one, "number", number_values(one[0]))
    for one in _TOKEN.finditer(text):
        yield from _token(text, one.start(), one[0], language)


def _token(text: str, start: int, token: str, language: str) -> Iterator[Fact]:
    """A number with what hangs on it: a unit, a range, or letters that make it a code."""
    end = start + len(token)
    if re.fullmatch(r"\d{1,2}/\d{1,2}", token):
        yield Fact(start, end, "number", frozenset({f"number:{token}"}))
    elif re.fullmatch(r"[\d.,]+", token):
        yield Fact(start, end, *_hour_or_number(text, start, end, number_values(token), language))
    elif (
        re.fullmatch(r"[\d.,]+(?:[-–/][\d.,]+)+", token)
        and token.count("/") + len(re.findall("[-–]", token)) <= 2
    ):
        for part in re.finditer(r"[\d.,]*\d", token):
            at, to = start + part.start(), start + part.end()
            # "from 10-7": what stands before the range stands before its end too.
            _, values = _hour_or_number(text, start, end, number_values(part[0]), language)
            yield Fact(at, to, "number", values)
    elif unit := _UNIT.fullmatch(token):
        yield Fact(start, end, "number", number_values(unit[1]) | number_values(token))
    elif sum(one.isdigit() for one in token) >= 2:
        code = token.lstrip("#").casefold()
        yield Fact(start, end, "number", frozenset({f"number:{code}"}))
    elif token.startswith("#"):
        yield Fact(start, end, "number", number_values(token[1:]))


def _hour_or_number(
    text: str, start: int, end: int, values: frozenset[str], language: str
) -> tuple[Literal["time", "number"], frozenset[str]]:
    """ "at 3" and "Thursday 3" are times, and numbers too."""
    before = _BEFORE_HOUR.search(text, max(0, start - 20), start)
    if (
        before
        and not _SHARE.match(text, end)
        and (before[1].casefold() in AT_HOUR or looked_up(before[1], days_of(language)))
        and (times := hours(values))
    ):
        return "time", values | times
    return "number", values


def _words(text: str, language: str) -> Iterator[Fact]:
    """Weekdays, noon and midnight, and numbers from two to twelve that are written out."""
    days, numbers, named = days_of(language), _number_words(language), _named_hours(language)
    for one in _WORD.finditer(text):
        word = one[0].casefold()
        if found := looked_up(one[0], days):
            short = len(word) < SHORTEST_STEM
            if not short or (one[0][0].isupper() and (one[0] != one[0].upper())):
                values = frozenset(f"day:{day}" for day in found)
                yield Fact(one.start(), one.end(), "day", values)
        elif (word not in named and word not in numbers) or _is_part(text, one):
            continue
        elif word in named:
            yield Fact(one.start(), one.end(), "time", time_values(12, 0, named[word]))
        else:
            values = frozenset(f"number:{number}" for number in numbers[word])
            kind, values = _hour_or_number(text, one.start(), one.end(), values, language)
            if _HOUR_WORD_BEHIND.match(text, one.end()):
                values |= hours(values)
            yield Fact(one.start(), one.end(), kind, values)


def _is_part(text: str, word: re.Match[str]) -> bool:
    """Whether a word is one of a number of several words, or of a compound."""
    before = _COMPOUND.search(text, max(0, word.start() - 12), word.start())
    return before is not None or _GOES_ON.match(text, word.end()) is not None


@lru_cache(maxsize=64)
def _named_hours(language: str) -> dict[str, str]:
    """Words for twelve o'clock, and the half of the day that begins then: `p` at noon."""
    return {
        word: half
        for half, table in (("p", NOON), ("a", MIDNIGHT))
        for row in rows(table, language)
        for word in row.split()
    }


@lru_cache(maxsize=64)
def _number_words(language: str) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    shut = NO_NUMBERS if language else NO_NUMBERS | FOREIGN_NUMBERS
    for row in rows(NUMBERS, language):
        for number, word in enumerate(row.split(), 2):
            if word not in shut:
                found.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


def _found(
    one: re.Match[str], kind: Literal["number", "date", "time", "phone"], values: frozenset[str]
) -> Fact:
    return Fact(one.start(), one.end(), kind, values)
