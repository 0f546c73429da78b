"""Takes files out of a text that were pasted into it as letters: uuencode and yEnc. Pure.

Clients show them as attachments; to a reader they are no text.
"""

from __future__ import annotations

import re

_BEGIN = re.compile(r"begin(?:-base64)? [0-7]{3,4}(?: .*)?|=ybegin .*\bname=.*")
# A line of uuencode: how many octets it holds, then 4 characters for each 3.
_UUENCODED = re.compile(r"[ -`]{1,90}")


def without_files(text: str) -> str:
    """`text` without its uuencoded (POSIX) and yEnc files.

    A file is left where nothing encoded follows its first line: "begin 644 words" may be said.
    """
    if "begin" not in text:
        return text
    lines = text.split("\n")
    kept: list[str] = []
    index = 0
    while index < len(lines):
        end = _end(lines, index) if _BEGIN.fullmatch(lines[index]) else index
        if end == index:
            kept.append(lines[index])
            end += 1
        index = end
    return "\n".join(kept)


def _end(lines: list[str], begin: int) -> int:
    """The line behind the file that begins here; `begin` itself when none does."""
    first = lines[begin]
    if first.startswith("=ybegin"):
        return _behind(lines, begin, "=yend")
    if first.startswith("begin-base64"):
        return _behind(lines, begin, "====")
    index = begin + 1
    while index < len(lines) and lines[index] != "end" and _is_uuencoded(lines[index]):
        index += 1
    if index == begin + 1:
        return begin
    return index + (lines[index : index + 1] == ["end"])


def _behind(lines: list[str], begin: int, last: str) -> int:
    index = begin + 1
    while index < len(lines) and not lines[index].startswith(last):
        index += 1
    return min(index + 1, len(lines))


def _is_uuencoded(line: str) -> bool:
    """Whether a line's first character tells its length; blanks at its end may have been cut."""
    if not line or not _UUENCODED.fullmatch(line):
        return False
    length = ((ord(line[0]) - 32) % 64 + 2) // 3 * 4
    return len(line) - 1 <= length + 2 and length <= len(line.rstrip()) + 8
