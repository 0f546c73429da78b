"""Separates a text into its author's part and the mails it quotes, level by level: pure.

Works on lines. What a `>` stands before, and what follows a header block, is somebody else's;
each quoted level is taken apart in the same way, so that a thread comes out newest first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from panzad.mail.headerblock import header_block
from panzad.mail.marker import Marker, is_marker_of_angles
from panzad.mail.markers import Lines
from panzad.mail.mbox import unescaped
from panzad.mail.mending import mended, parted
from panzad.mail.message import Quote
from panzad.mail.separators import above_prefixed

# Deeper levels are read as one: nobody answers the thirtieth.
MAX_LEVELS = 30
# Behind them a header block lists recipients.
MAX_WORDS = 300
# Blank lines between a separator and the header block below it, and that block's lines.
_MAX_GAP = 3
_MAX_FIELDS = 7

_QUOTED = re.compile(r" {0,3}>")
# "AL> text": the quoted author's initials before the angle (Supercite, FidoNet).
_INITIALS = re.compile(r"\s{0,8}([A-Za-z]{1,4})>(?=\s|$)")
# Supercite indents the levels below its own.
_INDENTED = re.compile(r"\s{4,12}>(?=>|\s|$)")
_PROMPT = re.compile(r" {0,3}>>>(?: [^>]|\s*$)")
# Marks of the quoted author's lines other than `>`: "| text", ": text", "--]text".
_BAR = re.compile(r" ?((?:[-=]{0,3}[|\]}]|[:%#])(?=[\s\w\"'(]|$)) ?")


@dataclass(slots=True)
class Run:
    """Consecutive lines that are all the author's (`quoted` false) or all quoted.

    Quoted lines are without their outermost prefix; `marker` says who wrote them.
    """

    quoted: bool
    marker: Marker | None
    lines: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        """The lines as text, blank lines at both ends removed."""
        return "\n".join(self.lines).strip("\n")


@dataclass(slots=True)
class Section:
    """A mail within a text: what introduces it (None for the author's own) and its runs."""

    marker: Marker | None
    runs: list[Run]


def sections(lines: Sequence[str]) -> list[Section]:
    """The author's section, then one for each mail that follows a header block unprefixed."""
    lines = mended(parted(unescaped(lines)))
    stripped = _stripped(lines)
    found = [Section(None, [])]
    pending: Marker | None = None
    position = 0
    # What is said at a deeper level is no business of this one.
    markers = Lines(
        [line if inner is None else ">" for line, inner in zip(lines, stripped, strict=True)]
    ).markers()
    markers = _with_unknown(markers, lines, stripped)
    if not markers and _only_prompts(lines):
        return [Section(None, [Run(False, None, list(lines))])]
    ends = [*(marker.start for marker in markers), len(lines)][1:]
    for marker, end in zip(markers, ends, strict=True):
        if marker.start < position:
            continue
        # Behind "Forwarded message" everything is the other's, unless its header is prefixed too.
        quote_follows = (marker.kind != "forward" or _header_is_prefixed(stripped, marker)) and (
            _quote_follows(lines, stripped, marker) or _quotes_further_down(stripped, marker, end)
        )
        if not quote_follows and not marker.sure:
            continue
        _fill(found[-1], lines, stripped, position, marker.start, pending)
        marker = replace(marker, words=" ".join(lines[marker.start : marker.end])[:MAX_WORDS])
        pending = marker if quote_follows else None
        if not quote_follows:
            found.append(Section(marker, []))
        position = marker.end
    _fill(found[-1], lines, stripped, position, len(lines), pending)
    return found


def quotes(parts: Sequence[Section], levels: int = MAX_LEVELS) -> list[Quote]:
    """The quoted mails of a text's sections, newest first, nested levels apart."""
    found: list[Quote] = []
    for section in parts:
        bare = "\n\n".join(run.text for run in section.runs if not run.quoted and run.text.strip())
        if section.marker is not None:
            _add(found, section.marker, bare)
        for said, prefixed in _groups(section.runs):
            # Proton prefixes what it forwards below a header block that it leaves bare.
            marker, lines = _headed(said or (None if bare else section.marker), prefixed)
            if levels <= 1:
                _add(found, marker, "\n".join(line.lstrip("> ") for line in lines))
                continue
            inner = sections(lines)
            own = [run.text for run in inner[0].runs if not run.quoted]
            _add(found, marker, "\n\n".join(text for text in own if text.strip()))
            found.extend(quotes(inner, levels - 1))
    return found


def _headed(marker: Marker | None, lines: list[str]) -> tuple[Marker | None, list[str]]:
    """A quote whose separator stands unprefixed above its header block: the block says who."""
    start = next((index for index, line in enumerate(lines) if line.strip()), None)
    if marker is None or marker.author or marker.kind == "attribution" or start is None:
        return marker, lines
    block = header_block([line.strip() for line in lines], start, led=True)
    return (marker, lines) if block is None else (block, lines[block.end :])


def _add(found: list[Quote], marker: Marker | None, text: str) -> None:
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    if text:
        found.append(Quote(marker.author if marker else "", marker.date if marker else "", text))


def _groups(runs: Sequence[Run]) -> Iterator[tuple[Marker | None, list[str]]]:
    """Quoted runs that belong to one mail together: until another attribution names another."""
    marker: Marker | None = None
    lines: list[str] = []
    for run in runs:
        if not run.quoted:
            continue
        if run.marker is not None and lines:
            yield marker, lines
            lines = []
        if run.marker is not None:
            marker = run.marker
        if lines:
            lines.append("")
        lines.extend(run.lines)
    if lines:
        yield marker, lines


def _stripped(lines: Sequence[str]) -> list[str | None]:
    """Each line without its outermost quote prefix; None for a line of the author's own."""
    found: list[str | None] = [_without_angle(line) if ">" in line else None for line in lines]
    initials = Counter(
        match[1] for line in lines if ">" in line and (match := _INITIALS.match(line))
    )
    supercited = any(is_marker_of_angles(line) for line in lines if line.startswith(">>"))
    for index, line in enumerate(lines):
        if found[index] is not None or ">" not in line:
            continue
        if ((match := _INITIALS.match(line)) and (initials[match[1]] > 1 or supercited)) or (
            supercited and (match := _INDENTED.match(line))
        ):
            found[index] = line[match.end() :].removeprefix(" ")
    return found


def _only_prompts(lines: Sequence[str]) -> bool:
    """Whether all angles are Python's `>>> `: a third level of quotes has a first and a second."""
    angled = [line for line in lines if _QUOTED.match(line)]
    return len(angled) > 0 and all(_PROMPT.match(line) for line in angled)


def _without_angle(line: str) -> str | None:
    match = _QUOTED.match(line)
    if match is None or is_marker_of_angles(line):
        return None
    return line[match.end() :].removeprefix(" ")


def _quote_follows(lines: Sequence[str], stripped: list[str | None], marker: Marker) -> bool:
    """Whether the first text behind a marker is prefixed; with bars only if all of it is."""
    index = marker.end
    while index < len(lines) and not lines[index].strip() and stripped[index] is None:
        index += 1
    if index == len(lines):
        return False
    if stripped[index] is not None or is_marker_of_angles(lines[index]):
        return True
    bar = _BAR.match(lines[index])
    if bar is None:
        return False
    while index < len(lines) and (match := _BAR.match(lines[index])) and match[1] == bar[1]:
        stripped[index] = lines[index][match.end() :]
        index += 1
    return True


def _with_unknown(
    markers: list[Marker], lines: Sequence[str], stripped: Sequence[str | None]
) -> list[Marker]:
    """The markers, and separators in languages that nobody has told us above a prefixed block."""
    found = {marker.start: marker for marker in markers}
    taken = {index for marker in markers for index in range(marker.start, marker.end)}
    text: int | None = None
    for index, line in enumerate(lines):
        if stripped[index] is None:
            text = index if line.strip() else text
            continue
        if text is not None and index - text <= _MAX_GAP and text not in taken:
            block = [(one or "").strip() for one in stripped[index : index + _MAX_FIELDS]]
            if above_prefixed(lines[text], block):
                found[text] = Marker(text, text + 1, "header", "", "", True)
        text = None
    return [found[start] for start in sorted(found)]


def _header_is_prefixed(stripped: Sequence[str | None], marker: Marker) -> bool:
    """Whether the header block of a forward is quoted with its text, as Apple Mail has it.

    Its client prefixes all that is not its user's, so a comment below is the user's. Where the
    block stands bare, prefixed lines are the forwarded mail's own quotes.
    """
    beginning = [(line or "").strip() for line in stripped[marker.end : marker.end + 4]]
    start = next((index for index, line in enumerate(beginning) if line), None)
    return start is not None and header_block(beginning, start, led=True) is not None


def _quotes_further_down(stripped: Sequence[str | None], marker: Marker, end: int) -> bool:
    """Whether a prefixed quote stands between a marker of quotes that have prefixes and `end`.

    Clients that prefix do so throughout: what stands unprefixed there is the author's. Unless the
    prefixed lines have an attribution of their own: then they are a level further down.
    """
    if not marker.prefixes:
        return False
    quoted = next((index for index in range(marker.end, end) if stripped[index] is not None), None)
    if quoted is None:
        return False
    beginning = [stripped[index] or "" for index in range(quoted, min(quoted + 6, end))]
    inner = next(iter(Lines(beginning).markers()), None)
    return inner is None or any(line.strip() for line in beginning[: inner.start])


def _fill(
    section: Section,
    lines: Sequence[str],
    stripped: Sequence[str | None],
    start: int,
    end: int,
    marker: Marker | None,
) -> None:
    """Append the runs of lines `start` to `end`; `marker` belongs to the first quoted one."""
    for index in range(start, end):
        content = stripped[index]
        quoted = content is not None
        runs = section.runs
        if not runs or runs[-1].quoted != quoted:
            if not quoted and runs and not lines[index].strip():
                # Blank lines between quoted lines are the quoted author's.
                following = _next_text(lines, stripped, index, end)
                if following is not None and stripped[following] is not None:
                    runs[-1].lines.append("")
                    continue
            runs.append(Run(quoted, marker if quoted else None))
            if quoted:
                marker = None
        runs[-1].lines.append(lines[index] if content is None else content)


def _next_text(
    lines: Sequence[str], stripped: Sequence[str | None], index: int, end: int
) -> int | None:
    """The next line within a few that is not blank."""
    for near in range(index, min(index + 6, end)):
        if lines[near].strip() or stripped[near] is not None:
            return near
    return None
