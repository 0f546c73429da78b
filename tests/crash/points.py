"""The durable steps by name, as docs/architecture.md tells them: there is no other table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TOLD_IN = Path(__file__).parents[2] / "docs" / "architecture.md"
_AREA = re.compile(r"([A-Z][a-z ]+):")
_ROW = re.compile(r"\| `([\w.#]+)` \| (.+) \|")

# Steps that no kill is tried at, by the beginnings of their names, and why.
ELSEWHERE = {
    "cli.draft._give_up": "a command's mark; killed before it, the daemon goes on with the mark",
    "daemon.main.Daemon._attempted": "a note; killed after it, the training waits for a night",
    "cli.demo.": "the demo's own folder and mailbox, made anew each time",
    "cli.models.": "a model was pulled: what waited for it is due",
    "engines.download.": "files of models, checked before they are used; tests/engines",
    "engines.checksums.": "a cache of what files were found to be",
    "engines.llama_server.": "the folder of a socket, outside of the state",
    "export.": "a folder of the user's choice, which is whole or is not there; never read again",
    "logfile.ToFile.": "the log, when it is too long",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A durable step: the heading that it stands under, and what is done by it."""

    area: str
    meaning: str


@cache
def told() -> dict[str, Point]:
    """The points by their names, in the order of the table."""
    found: dict[str, Point] = {}
    area = ""
    for line in _TOLD_IN.read_text(encoding="utf-8").partition("### The points")[2].splitlines():
        if heading := _AREA.fullmatch(line):
            area = heading[1]
        elif row := _ROW.fullmatch(line):
            found[row[1]] = Point(area, row[2])
    return found


def is_elsewhere(place: str) -> bool:
    """Whether a step is none of those that a kill is tried at."""
    return place.startswith(tuple(ELSEWHERE))
