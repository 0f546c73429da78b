"""What a recogniser finds in a text: the place where somebody else's mail begins, and whose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]{1,80}@[A-Za-z0-9][A-Za-z0-9.-]{1,80}")

_MARKUP = re.compile(r"^[\s*_>|]+|[\s*_]+$")
_BRACKETED = re.compile(
    r"[<\[(](?:mailto:|SMTP:)?([^<>\[\]()\s]+@[^<>\[\]()\s]+?)[>\])](?:<[^>]*>)?"
)
# What making text of a linked address leaves: "<ann@example.org <mailto:ann@example.org>>".
_LINKED = re.compile(r"<([^<>\s]{1,80}@[^<>\s]{1,80})\s?<mailto:[^<>\s]{1,100}>>")
# "Secretary <office@example.org> on behalf of Ann Lee": the author stands behind it.
_BEHALF = re.compile(
    r".*\b(?:on behalf of|im auftrag von|de la part de|au nom de|en nombre de|per conto di"
    r"|em nome de|namens|på vegne a[fv]|på uppdrag av|w imieniu|jménem|v mene|nevében|от имени"
    r"|від імені)"
    r"\b[\s:]*(?=\S)",
    re.IGNORECASE,
)
# `>>> Ann Lee 12/11/00 03:54PM >>>` (GroupWise).
GROUPWISE = re.compile(r">>> (.{3,120}?)(?:\s+(\d{1,2}[/.-]\d.{4,40}?))?\s*>>>\s*$")
# `>>>>> "A" == Ann Lee <ann@example.org> writes:` (Supercite, Emacs).
SUPERCITE = re.compile(r">{2,}+\s*\"(.{1,40}?)\"\s*==\s*(.{1,120}?)\s+(?:writes|wrote)\b.{0,80}$")


@dataclass(frozen=True, slots=True)
class Marker:
    """Lines `start` to `end` (not included) introduce a quoted mail of `author` and `date`.

    `sure` when nothing but a quote can follow, even if its lines carry no `>`; `short` when all
    that it says is a person, as clients write above quotes that carry one. `words` are its lines.
    """

    start: int
    end: int
    kind: Literal["header", "forward", "attribution"]
    author: str
    date: str
    sure: bool
    short: bool = False
    words: str = ""

    @property
    def prefixes(self) -> bool:
        """Whether its client is one that marks the quoted lines."""
        return self.short or (self.kind == "attribution" and self.sure)


def is_marker_of_angles(line: str) -> bool:
    """Whether a line that starts with `>` is not quoted text but says who is quoted."""
    if not line.startswith(">>"):
        return False
    groupwise = line.startswith(">>> ") and GROUPWISE.match(line)
    return bool(groupwise or ('"' in line and SUPERCITE.match(line)))


def person(value: str) -> str:
    """A From value as written, `mailto:` and brackets tidied: `Ann Lee <ann@example.org>`.

    Of a secretary who writes on behalf of somebody (RFC 5322 section 3.6.2) the somebody.
    """
    value = " ".join(_MARKUP.sub("", value).split())
    if behalf := _BEHALF.match(value):
        value = value[behalf.end() :]
    value = _LINKED.sub(r"<\1>", value)
    value = " ".join(_BRACKETED.sub(r" <\1>", value).split()).rstrip(";")
    return value.strip("\" '") if value.count('"') != 2 else value.replace('"', "")
