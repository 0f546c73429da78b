"""Renders text/enriched and text/richtext as plain text (RFC 1896, 1341). Never raises."""

from __future__ import annotations

import re

from panzad.mail.quoting import MAX_LEVELS

_TOKEN = re.compile(r"<<|<(/?)([A-Za-z0-9-]{1,60})>|\n+")


def rendered(source: str) -> str:
    """The text a reader sees: commands gone, `> ` before the lines of an excerpt.

    A single line break is a blank, of several the first is (RFC 1896, "Formatting"), but for
    text between `<nofill>`. Parameters are not shown.
    """
    pieces: list[str] = []
    depth = unfilled = parameters = position = 0
    for token in _TOKEN.finditer(source):
        if not parameters:
            pieces.append(source[position : token.start()])
        position = token.end()
        command = (token[2] or "").lower()
        step = -1 if token[1] else 1
        if command == "param":
            parameters = max(parameters + step, 0)
        elif parameters:
            continue
        elif command == "nofill":
            unfilled = max(unfilled + step, 0)
        elif command == "excerpt":
            depth = min(max(depth + step, 0), MAX_LEVELS)
            pieces.append(_line_break(depth))
        elif command in {"nl", "paragraph"} and step > 0:
            # Of text/richtext, where line breaks of their own count for nothing.
            pieces.append(_line_break(depth))
        elif token[0] == "<<":
            pieces.append("<")
        elif not command:
            pieces.append(_breaks(len(token[0]), depth, filled=not unfilled))
    if not parameters:
        pieces.append(source[position:])
    return "\n".join(line.rstrip() for line in "".join(pieces).split("\n")).strip("\n")


def _line_break(depth: int) -> str:
    return "\n" + (">" * depth + " " if depth else "")


def _breaks(count: int, depth: int, *, filled: bool) -> str:
    if filled and count == 1:
        return " "
    return _line_break(depth) * (count - 1 if filled else count)
