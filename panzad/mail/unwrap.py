"""Joins the lines of hard-wrapped paragraphs, so that a style is learnt and not a column: pure."""

from __future__ import annotations

import re
from itertools import pairwise
from unicodedata import east_asian_width

# Clients wrap at 65 to 80 columns; a text with longer lines was not wrapped.
_MAX_COLUMNS = 90
# A text without one line this long that runs on was not either: verses, addresses.
_MIN_COLUMNS = 50
_SHORT_WORDS = 3

_ITEM = re.compile(r"\s*(?:[-*+•·–—#>|]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)])(?:\s|$)")
_FIELD = re.compile(r"[^\W\d_][\w -]{0,24}:(?:\s|$)")
_LINK = re.compile(r"<?(?:https?|ftp)://|<?www\.")
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
    if any(_columns(line) > _MAX_COLUMNS and len(line.split()) > 1 for line in lines):
        return text
    width = max((_columns(one) for one, two in pairwise(lines) if _runs_on(one, two)), default=0)
    if not width:
        return text
    joined: list[str] = lines[:1]
    for index, (one, two) in enumerate(pairwise(lines), start=1):
        last = not any(line.strip() for line in lines[index + 1 :][:2])
        if _is_wrapped(one, two, width) and not (last and _is_name_like(two)):
            joined[-1] = _glued(joined[-1], two)
        else:
            joined.append(two)
    # Where no paragraph was longer than a line, nothing tells a wrap from a choice.
    return "\n".join(joined) if any(_columns(one) > _MAX_COLUMNS for one in joined) else text


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
    if not _may_join(one, two) or _columns(one) < _MIN_COLUMNS or one.rstrip().endswith(_ENDS):
        return False
    first = two.lstrip("(\"'“„«")[:1]
    return first.islower() or (_caseless(first) and _caseless(one.rstrip()[-1]))


def _is_wrapped(one: str, two: str, width: int) -> bool:
    """Whether a line ends because the next word had no room in `width` columns."""
    if not _may_join(one, two) or not width // 2 <= _columns(one) <= width:
        return False
    word = two.split(maxsplit=1)[0]
    room = width - _columns(one)
    return _runs_on(one, two) or room < (2 if _is_wide(word[0]) else _columns(word) + 1)


def _may_join(one: str, two: str) -> bool:
    """Whether both are prose of one paragraph."""
    if not one.strip() or not two.strip() or two[0] in " \t":
        return False
    return not (
        _ITEM.match(two)
        or _FIELD.match(two)
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
