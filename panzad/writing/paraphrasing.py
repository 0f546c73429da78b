"""An instruction in words other than its mail's: "discuss" becomes "talk about". Pure.

Who types an instruction has not written the mail yet: of its longer words a good third stand
nowhere in the mail. A model whose instructions quote their mails learns to copy, not to write.
English only; the table is our own.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from random import Random

_SIGNS = "\"'“”‘’()[],;:.!?…—–-"
_I, _SMALL_I = re.compile(r"\bI\b"), re.compile(r"\bi\b")
_ENDS = ".!?…"


def paraphrased(text: str, share: float, rng: Random) -> str:
    """The text with about that share of the phrases that the table knows in other words.

    Names stay: a word that has a capital without beginning a sentence.
    """
    table, longest = _table()
    words = text.split()
    said: list[str] = []
    at = 0
    while at < len(words):
        begins = at == 0 or words[at - 1][-1] in _ENDS
        for size in range(min(longest, len(words) - at), 0, -1):
            others = table.get(_bare(words[at : at + size], begins), ())
            if others and rng.random() < share:
                said.append(_worded(rng.choice(others), words[at], words[at + size - 1]))
                at += size
                break
        else:
            said.append(words[at])
            at += 1
    return " ".join(said)


def _bare(phrase: list[str], begins: bool) -> str:
    """The phrase as the table has it; signs within keep it from being there."""
    text = _I.sub("i", " ".join(phrase).strip(_SIGNS).replace("’", "'"))
    return text[:1].lower() + text[1:] if begins else text


def _worded(other: str, first: str, last: str) -> str:
    """The other wording with the signs and the capital of what it stands for."""
    bare = first.lstrip(_SIGNS)
    before, after = first[: len(first) - len(bare)], last[len(last.rstrip(_SIGNS)) :]
    if bare[0].isupper() and not _I.match(bare):
        other = other[0].upper() + other[1:]
    return f"{before}{_SMALL_I.sub('I', other)}{after}"


@cache
def _table() -> tuple[dict[str, tuple[str, ...]], int]:
    """Phrases with what else is said for them, and how many words the longest has."""
    text = files("panzad.writing").joinpath("paraphrases.txt").read_text("utf-8")
    lines = (line.split(" = ") for line in text.splitlines())
    found = {phrase: tuple(others.split(" | ")) for phrase, others in lines}
    return found, max(len(one.split()) for one in found)
