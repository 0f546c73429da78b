"""Joins the lines of hard-wrapped paragraphs, so that a style is learnt and not a column: pure."""

from __future__ import annotations

import re
from itertools import pairwise
from unicodedata import east_asian_width

# Clients wrap at 65 to 80 columns; a paragraph of longer lines was not wrapped. One of them may
# have grown since: a name or an address was put in.
_MAX_COLUMNS = 90
_MOST_COLUMNS = 130
# Whoever breaks a sentence so late does it because the line is full.
_FULL_COLUMNS = 66
# A text without one line this long that runs on was not either: verses, addresses.
_MIN_COLUMNS = 50
_SHORT_WORDS = 3

_ITEM = re.compile(r"\s*(?:[-*+•·–—#>|]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)])(?:\s|$)")
_FIELD = re.compile(r"[^\W\d_][\w -]{0,24}:(?:\s|$)")
_LINK = re.compile(r"<?(?:https?|ftp)://|<?www\.")
_LINKS = re.compile(rf"(?:{_LINK.pattern})\S*")
_COLUMNS = re.compile(r"\S(?:\t| {3,})\S")
_CODE = re.compile(r"[{};\\]\s*$|^\s*(?:[$#%]\s|\[\w+@|//|/\*)|[=!<>]=|->|\(\)")
_ENDS = (".", "!", "?", ":", ";", "…", "。", "！", "？", "：", ".)", '."', ".”", "!)", "?)")
_WIDE = frozenset("WF")


def unwrapped(text: str) -> str:
    """The text with the lines of each wrapped paragraph joined; what was not wrapped is as it was.

    Lists, tables, code, indented lines, verses, addresses and sign-offs keep their lines. Nothing
    but white space changes, and doing it twice changes nothing more.
    """
    lines = _unhung(_without_margin(text.split("\n")))
    free = _unwrapped_by_nature(lines)
    broken = {
        index
        for index, (one, two) in enumerate(pairwise(lines))
        if index not in free and _runs_on(one, two)
    }
    widths = (_columns(lines[index]) for index in broken)
    width = max((one for one in widths if one <= _MAX_COLUMNS), default=0)
    if not width:
        return text
    joined: list[str] = lines[:1]
    goes_on = False
    for index, (one, two) in enumerate(pairwise(lines)):
        goes_on = index not in free and (
            index in broken or (goes_on and _continues(one, two)) or _is_wrapped(one, two, width)
        )
        if goes_on:
            joined[-1] = _glued(joined[-1], two)
        else:
            joined.append(two)
    # Where no line is full and no paragraph longer than one, nothing tells a wrap from a choice.
    told = width >= _FULL_COLUMNS or any(_columns(one) > _MAX_COLUMNS for one in joined)
    return "\n".join(joined) if told else text


def _unwrapped_by_nature(lines: list[str]) -> set[int]:
    """The indices of lines after which the break is the author's whatever they look like.

    Those of paragraphs whose lines are mostly longer than any wrap, and the one before a name at
    the end.
    """
    free: set[int] = set()
    start = 0
    for end in range(len(lines) + 1):
        if end == len(lines) or not lines[end].strip():
            widths = sorted(_columns(_LINKS.sub("", line)) for line in lines[start : end - 1])
            if widths and widths[(len(widths) - 1) // 2] > _MAX_COLUMNS:
                free.update(range(start, end))
            start = end + 1
    for index in range(max(0, len(lines) - 3), len(lines) - 1):
        last = not any(line.strip() for line in lines[index + 2 : index + 4])
        if last and _is_name_like(lines[index + 1]):
            free.add(index)
    return free


def _without_margin(lines: list[str]) -> list[str]:
    """Lines without the tab or spaces that stand before every one of them."""
    margins = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip()]
    margin = min(margins, key=len, default="")
    if not margin or not all(one.startswith(margin) for one in margins):
        return lines
    return [line[len(margin) :] if line.strip() else "" for line in lines]


def _unhung(lines: list[str]) -> list[str]:
    """Lines without the indent by which the text of a list item hangs below its first line."""
    found: list[str] = []
    hanging = False
    for line in lines:
        item = _ITEM.match(line) is not None
        hanging = item or (hanging and line[:1] in {" ", "\t"})
        found.append(line.lstrip() if hanging and not item else line)
    return found


def _runs_on(one: str, two: str) -> bool:
    """Whether `two` clearly goes on with the sentence of `one`, broken late in the line."""
    return _MIN_COLUMNS <= _columns(one) <= _MOST_COLUMNS and _continues(one, two)


def _continues(one: str, two: str) -> bool:
    """Whether `two` goes on with the sentence of `one`."""
    if not _may_join(one, two) or one.rstrip().endswith(_ENDS):
        return False
    first = two.lstrip("(\"'“„«")[:1]
    return first.islower() or (_caseless(first) and _caseless(one.rstrip()[-1]))


def _is_wrapped(one: str, two: str, width: int) -> bool:
    """Whether a line ends because the next word had no room in `width` columns."""
    if not width // 2 <= _columns(one) <= width or not _may_join(one, two):
        return False
    word = two.split(maxsplit=1)[0]
    room = width - _columns(one)
    return room < (2 if _is_wide(word[0]) else _columns(word) + 1)


def _may_join(one: str, two: str) -> bool:
    """Whether both are prose of one paragraph."""
    if not one.strip() or not two.strip() or two[0] in " \t":
        return False
    return not (
        _ITEM.match(two)
        or (_FIELD.match(two) and not two[0].islower())
        or _LINK.match(two)
        or _is_link(one)
        or one.rstrip().endswith((":", "："))
        or any(_COLUMNS.search(line.strip()) or _CODE.search(line) for line in (one, two))
    )


def _is_link(line: str) -> bool:
    return _LINK.match(line.strip()) is not None and len(line.split()) == 1


def _is_name_like(line: str) -> bool:
    """A last line of a few words, with a capital: who signs."""
    return len(line.split()) <= _SHORT_WORDS and line[:1].isupper()


def _glued(one: str, two: str) -> str:
    one, two = one.rstrip(), two.strip()
    if _is_wide(one[-1]) and _is_wide(two[0]):
        return one + two
    return f"{one} {two}"


def _caseless(char: str) -> bool:
    return char.isalpha() and char.lower() == char.upper()


def _is_wide(char: str) -> bool:
    """A character of a script that is written without spaces (not Korean)."""
    return east_asian_width(char) in _WIDE and not "\uac00" <= char <= "\ud7a3"


def _columns(text: str) -> int:
    """The width in columns of a terminal: wide characters take two."""
    if text.isascii():
        return len(text.rstrip())
    return sum(2 if east_asian_width(char) in _WIDE else 1 for char in text.rstrip())
