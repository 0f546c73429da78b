"""Says what CSS hides from a reader: inline styles and the plain rules of style sheets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A newsletter's sheet has a third of it.
MAX_SHEET = 100_000
_MAX_SELECTORS = 2_000
_MAX_CLASSES = 50

_STYLE = re.compile(r"<style\b[^<>]*+>", re.IGNORECASE)
_STYLE_END = re.compile(r"</style\b", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")
# `.secret`, `#secret`, `div.secret`: what these choose needs no tree.
_SIMPLE = re.compile(r"[A-Za-z0-9]*[.#][\w-]+")
_BLANKS = re.compile(r"\s+")

_GONE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|mso-hide:all|(?:^|;)font(?:-size)?:(?=[0.])0*+\.?0*+"
    r"(?:px|pt|em|rem|%)?(?=[;!/]|$)"
    r"|(?:^|;)color:(?:transparent|rgba\([\d.%,]{1,40}[,/]0?\.?0+%?\)|#[\da-f]{3}0(?=[;!]|$)"
    r"|#[\da-f]{6}00(?=[;!]|$))"
    r"|(?:^|;)(?:left|top|right|text-indent|margin-left):"
    r"-(?:(?:\d{4,}|9\d\d)(?:\.\d+)?(?:px|r?em|pt)|\d{3,}(?:v[wh]|%))"
    # What pages keep for those who listen to them: Bootstrap's sr-only and its kin.
    r"|(?:^|;)clip:rect\((?:[01](?:px)?,?){4}\)|clip-path:(?:inset\((?:50|100)%|circle\(0)"
    r"|transform:scale\(0\)|(?:^|;)zoom:0(?=[;!]|$)|filter:opacity\(0%?\)"
)
_OPACITY = re.compile(r"(?:^|;)opacity:(\d{0,9}\.?\d{1,9})(%?)(?=;|!|$)")
_FONT_SIZE = re.compile(r"(?:^|;)font-size:(\d{0,9}\.?\d{1,9})(?:px|pt)(?=;|!|$)")
_NO_ROOM = re.compile(r"(?:^|;)(?:max-)?(?:height|width):(?:0|1px|0px)(?=;|!|$)")
_LEAST_OPACITY = 0.05
_LEAST_FONT_SIZE = 2
_COLOUR = re.compile(r"(?:^|;)color:([^;!]+)")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_SHORT_HEX = re.compile(r"#([\da-f])([\da-f])([\da-f])")
_WHITE = frozenset(
    {"#ffffff", "white", "rgb(255,255,255)", "rgb(255255255)", "hsl(0,0%,100%)", "snow", "#fefefe"}
)


def hides(style: str) -> bool:
    """Whether declarations, in lower case and without blanks, leave nothing to be seen."""
    if not style:
        return False
    if _GONE.search(style) or ("overflow:hidden" in style and _NO_ROOM.search(style)):
        return True
    opacity, size = _OPACITY.search(style), _FONT_SIZE.search(style)
    return bool(
        (opacity and float(opacity[1]) < _LEAST_OPACITY * (100 if opacity[2] else 1))
        or (size and float(size[1]) < _LEAST_FONT_SIZE)
    )


def colours(style: str, color: str, bgcolor: str) -> tuple[str, str]:
    """What an element paints with and on, of its declarations and attributes; empty for neither.

    Equal colours are equal strings, as far as they are written in one way.
    """
    ink, ground = _COLOUR.search(style), _BACKGROUND.search(style)
    return _colour(ink[1] if ink else color), _colour(ground[1] if ground else bgcolor)


def _colour(value: str) -> str:
    value = _SHORT_HEX.sub(r"#\1\1\2\2\3\3", value.lower()) if len(value) == 4 else value.lower()
    if value in {"transparent", "inherit", "initial", "none"}:
        return ""
    return "white" if value in _WHITE else value


def hiding_selectors(source: str) -> frozenset[str]:
    """The classes and ids that the style sheets of a page hide, as `.a`, `#a`, `div.a`.

    Rules inside `@media` are for some screens only and are left out.
    """
    found: set[str] = set()
    for selectors, declarations in _rules(_without_comments(_sheets(source))):
        if hides(_BLANKS.sub("", declarations).lower()):
            found.update(
                one.strip() for one in selectors.split(",") if _SIMPLE.fullmatch(one.strip())
            )
        if len(found) > _MAX_SELECTORS:
            break
    return frozenset(found)


def is_chosen(selectors: frozenset[str], tag: str, classes: str, identity: str) -> bool:
    """Whether one of `selectors` chooses an element."""
    if not selectors:
        return False
    names = [f".{one}" for one in classes.split()[:_MAX_CLASSES]]
    if identity:
        names.append(f"#{identity}")
    return any(name in selectors or f"{tag}{name}" in selectors for name in names)


def _sheets(source: str) -> str:
    """The text of all `<style>` elements, MAX_SHEET characters at most."""
    sheets: list[str] = []
    room = MAX_SHEET
    position = 0
    while room > 0 and (start := _STYLE.search(source, position)):
        end = _STYLE_END.search(source, start.end())
        position = end.start() if end else len(source)
        sheets.append(source[start.end() : min(position, start.end() + room)])
        room -= len(sheets[-1]) + 1
    return "\n".join(sheets).replace("<!--", "").replace("-->", "")


def _without_comments(sheet: str) -> str:
    """A `/*` inside a comment opens no other; one that is never closed hides the rest."""
    first, *others = sheet.split("/*")
    return first + "".join(piece.partition("*/")[2] for piece in others)


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of the rules that stand in no other."""
    depth = begun = opened = 0
    for brace in _BRACE.finditer(sheet):
        if brace[0] == "{":
            depth += 1
            if depth == 1:
                opened = brace.start()
        elif depth:
            depth -= 1
            if depth == 0:
                selectors = sheet[begun:opened].rpartition(";")[2]
                if "@" not in selectors:
                    yield selectors, sheet[opened + 1 : brace.start()]
                begun = brace.end()
