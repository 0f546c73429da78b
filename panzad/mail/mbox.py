"""Splits an mbox into mails: for the commands that read mail from files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# RFC 4155 section "From line": sender, then a date with its year; behind a blank line.
_SEPARATOR = re.compile(rb"From \S.*\d{4}\s*$")


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
