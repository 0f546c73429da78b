"""The HTML version of a draft, in the markup that Thunderbird writes itself. Pure.

Everything is made of plain text: no markup of an incoming mail is ever passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import quote

# Deeper levels are shown as one; the plain version keeps them.
_MAX_LEVELS = 10

_ANGLES = re.compile(r"(?:> ?)+")
_LEADING_BLANKS = re.compile(r"^ +| {2,}")


def document(body: str) -> str:
    """A whole page around a body."""
    return (
        "<!DOCTYPE html>\n<html>\n<head>\n"
        '<meta http-equiv="content-type" content="text/html; charset=UTF-8">\n'
        f"</head>\n<body>\n{body}</body>\n</html>\n"
    )


def paragraphs(text: str) -> str:
    """Text as paragraphs, its line ends kept."""
    blocks = re.split(r"\n{2,}", text)
    return "".join(f"<p>{_lines(block)}</p>\n" for block in blocks)


def signature(text: str) -> str:
    """A signature behind its separator, as Thunderbird marks one."""
    return f'<div class="moz-signature">-- <br>\n{_lines(text)}</div>\n'


def quotation(line: str, text: str, cited: str) -> str:
    """A quoted mail below the line that names its author; `cited` is its Message-ID."""
    cite = f' cite="mid:{quote(cited.strip("<>"), safe="@")}"' if cited else ""
    return (
        f'<div class="moz-cite-prefix">{escape(line)}<br>\n</div>\n'
        f'<blockquote type="cite"{cite}>\n{"".join(_levels(text))}</blockquote>\n'
    )


def _levels(text: str) -> Iterator[str]:
    """Quoted lines, with a blockquote for each further level of `>`."""
    depth = 0
    for line in text.split("\n"):
        match = _ANGLES.match(line)
        wanted = min(match[0].count(">"), _MAX_LEVELS) if match else 0
        yield '<blockquote type="cite">\n' * (wanted - depth)
        yield "</blockquote>\n" * (depth - wanted)
        depth = wanted
        yield f"{_lines(line[match.end() :] if match else line)}<br>\n"
    yield "</blockquote>\n" * depth


def _lines(text: str) -> str:
    """Escaped text; runs of blanks stay as wide as they are."""
    return "<br>\n".join(
        _LEADING_BLANKS.sub(lambda run: "&nbsp;" * len(run[0]), escape(line))
        for line in text.split("\n")
    )
