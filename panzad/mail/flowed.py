"""Joins the soft line breaks of format=flowed text (RFC 3676), quote levels kept."""

from __future__ import annotations


def joined(text: str, *, delsp: bool) -> str:
    """`text` with its paragraphs on one line each; `delsp` removes the blank that marks a break.

    Quoted lines come out as `> `-prefixed at their level, space-stuffing undone.
    """
    lines: list[str] = []
    pieces: list[str] = []
    level = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        signature = content == "-- "
        if pieces and (depth != level or signature):
            lines.append(_prefixed(level, pieces))
            pieces = []
        level = depth
        if content.endswith(" ") and not signature:
            pieces.append(content[:-1] if delsp else content)
        else:
            pieces.append(content)
            lines.append(_prefixed(level, pieces))
            pieces = []
    if pieces:
        lines.append(_prefixed(level, pieces))
    return "\n".join(lines)


def _prefixed(depth: int, pieces: list[str]) -> str:
    text = "".join(pieces)
    if text != "-- ":
        text = text.rstrip(" ")
    return f"{'>' * depth} {text}".rstrip(" ") if depth else text
