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
    r"display:none|visibility:hidden|mso-hide:all|(?:^|;)color:transparent|(?:^|;)font-size:0*\.?0+"
    r"(?:px|pt|em|rem|%)?(?=;|!|$)"
    r"|(?:^|;)(?:left|top|right|text-indent|margin-left):-(?:\d{4,}|9\d\d)(?:\.\d+)?(?:px|em|pt)"
)
_OPACITY = re.compile(r"(?:^|;)opacity:(\d{0,9}\.?\d{1,9})(?=;|!|$)")
_FONT_SIZE = re.compile(r"(?:^|;)font-size:(\d{0,9}\.?\d{1,9})(?:px|pt)(?=;|!|$)")
_NO_HEIGHT = re.compile(r"(?:^|;)(?:max-)?height:0(?:px)?(?=;|!|$)")
_LEAST_OPACITY = 0.05
_LEAST_FONT_SIZE = 2


def hides(style: str) -> bool:
    """Whether declarations, in lower case and without blanks, leave nothing to be seen."""
    if not style:
        return False
    if _GONE.search(style) or ("overflow:hidden" in style and _NO_HEIGHT.search(style)):
        return True
    opacity, size = _OPACITY.search(style), _FONT_SIZE.search(style)
    return bool(
        (opacity and float(opacity[1]) < _LEAST_OPACITY)
        or (size and float(size[1]) < _LEAST_FONT_SIZE)
    )


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
