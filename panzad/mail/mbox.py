"""Splits an mbox into mails, and takes out of texts what mbox writers put in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

# RFC 4155 section "From line": sender, then a date with its year; behind a blank line.
_SEPARATOR = re.compile(rb"From \S.*\d{4}\s*$")
# An author's "From " as mbox writers leave it, some of them with a `>` more at each copy.
_ESCAPED = re.compile(r">+(?=From )")


def messages(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The mails of an mbox, given its lines with their ends, one in memory at a time.

    A line of text that begins with `From ` and has no date, or no blank line in front, splits
    nothing. A file without any separator is one mail.
    """
    current: list[bytes] = []
    blank = True
    for line in lines:
        if blank and line.startswith(b"From ") and _SEPARATOR.match(line):
            if current:
                yield b"".join(current)
            current = []
        else:
            current.append(line)
        blank = not line.strip()
    if current:
        yield b"".join(current)


def unescaped(lines: Sequence[str]) -> Sequence[str]:
    """The lines of a text without the `>` that mbox writers put before "From " (RFC 4155).

    Mails keep it where they once lay in an mbox. Beside a quoted line a `>From ` is one too.
    """
    escaped = [i for i, line in enumerate(lines) if line[:1] == ">" and _ESCAPED.match(line)]
    if not escaped:
        return lines
    found = list(lines)
    end = 0
    for start in escaped:
        if start < end:
            continue
        end = start + 1
        while end < len(lines) and _ESCAPED.match(lines[end]):
            end += 1
        around = (*lines[max(start - 1, 0) : start], *lines[end : end + 1])
        if not any(line.startswith(">") for line in around):
            found[start:end] = [_ESCAPED.sub("", line) for line in lines[start:end]]
    return found
