"""How well an instruction tells a mail, and what of the mail it leaves out: pure.

What is compared are stems (the first letters of longer words) and facts: links, addresses,
whatever has a digit, and names.
"""

from __future__ import annotations

import re

from panzad.mail.sameness import word_runs
from panzad.writing.greetings import frame_of

LONG_WORD = 5
# An instruction of so many words for each of its mail is what people type.
SHORTEST, LONGEST = 0.3, 0.85
# A mail of fewer words may well be quoted: there is no shorter way to ask for "Yes, noon works."
FEW_WORDS = 15
# Below this share of its stems a sentence is not told.
TOLD = 0.34
RUN = 6
_MAX_CLOSING_WORDS = 4
# "Fair winds from the bindery," above the name.
_MAX_FAREWELL_WORDS = 6
_MAX_CLOSING_LINES = 3
# Where more words than this have capitals (German), a capital makes no name.
_MANY_CAPITALS = 0.2

_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(
    r"(?:https?://|www\.)\S*[^\s.,;:!?)\]>\"']|[^\s@<>()]{1,64}@[^\s@<>()]{1,255}\.[a-z]{2,}", re.I
)
_PIECE = re.compile(r"\S+")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|\n+")
# What numbers the items of a list.
ITEM = re.compile(r"^\(?\d{1,2}[.)]\s+")
EDGES = "\"'“”‘’«»()[]{}<>,;:.!?…—–*_"
# Days and months keep the number beside them: "November 15th" is one fact.
_JOINED = 3


def body(own_text: str) -> str:
    """What a mail says: without its greeting and without the short lines that close it."""
    lines = own_text.strip().split("\n")
    if frame_of(own_text, frozenset()).greeting:
        lines = lines[1:]
    for _ in range(_MAX_CLOSING_LINES):
        while lines and not lines[-1].strip():
            lines.pop()
        if not lines or not _closes(lines[-1]):
            break
        lines.pop()
    return "\n".join(lines).strip() or own_text.strip()


def _closes(line: str) -> bool:
    line = line.strip()
    most = _MAX_FAREWELL_WORDS if line.endswith(",") else _MAX_CLOSING_WORDS
    few = len(line.split()) <= most
    return few and not re.search(r"[.?…。？\d]|://", line)


def addressed(own_text: str) -> str:
    """Whom the greeting names ("Prof. Aman"); empty when it names nobody."""
    frame = frame_of(own_text, frozenset())
    head, slot, tail = frame.form.partition("{name}")
    return frame.greeting[len(head) : len(frame.greeting) - len(tail)].strip() if slot else ""


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text."""
    return [one.strip() for one in _SENTENCE.split(text) if one.strip()]


def stems(text: str) -> set[str]:
    """The first letters of the longer words, lower case."""
    return {word[:LONG_WORD] for word in _WORD.findall(text.lower()) if len(word) >= LONG_WORD}


def facts(text: str) -> list[str]:
    """Links, addresses, what has a digit, and names that stand in a text, each once, in order.

    A capital makes a name where it does not begin a sentence, in languages that write few words
    with capitals. Neighbours are one fact: "Thursday 3pm".
    """
    capitals = _capitals_mean_names(text)
    found: list[str] = []
    for sentence in sentences(text):
        run: list[str] = []
        for at, piece in enumerate([*_PIECE.findall(ITEM.sub("", sentence)), ""]):
            bare = piece.strip(EDGES).removesuffix("'s").removesuffix("’s")
            fact = bool(bare) and (
                bool(_LINK.search(piece))
                or any(letter.isdigit() for letter in bare)
                or (capitals and at > 0 and _is_name(bare))
            )
            if fact and len(run) < _JOINED:
                run.append(_LINK.search(piece)[0] if _LINK.search(piece) else bare)  # type: ignore[index]
                if piece[-1] not in ",;:.!?)":
                    continue
            if run:
                found.append(" ".join(run))
                run = []
    return list(dict.fromkeys(found))


def _is_name(bare: str) -> bool:
    # "I" and "I'm" are English, single capitals and "OK" are nobody.
    return len(bare) > 2 and bare[0].isupper() and not bare.startswith(("I'", "I’"))


def _capitals_mean_names(text: str) -> bool:
    inner = [word for one in sentences(text) for word in one.split()[1:] if word[0].isalpha()]
    return sum(word[0].isupper() for word in inner) <= max(2, _MANY_CAPITALS * len(inner))


def holds(text: str, fact: str) -> bool:
    """Whether every piece of a fact stands in the text, as a word or part of one."""
    lower = text.lower()
    return all(piece in lower for piece in fact.lower().split())


def grounding(text: str, own_text: str) -> float:
    """The share of the text's longer words whose stem stands in the mail; 1 when it has none."""
    told = {word[:LONG_WORD] for word in _WORD.findall(own_text.lower())}
    words = [word for word in _WORD.findall(text.lower()) if len(word) >= LONG_WORD]
    return sum(word[:LONG_WORD] in told for word in words) / len(words) if words else 1.0


def recall(text: str, own_text: str) -> float:
    """The share of the stems of what a mail says that stand in the text; 1 when it has none."""
    wanted = stems(body(own_text))
    return len(wanted & stems(text)) / len(wanted) if wanted else 1.0


def fact_recall(text: str, own_text: str) -> float:
    """The share of a mail's facts, its addressee among them, that the text holds; 1 when none."""
    wanted = wanted_facts(own_text)
    return sum(holds(text, fact) for fact in wanted) / len(wanted) if wanted else 1.0


def wanted_facts(own_text: str) -> list[str]:
    """What an instruction for this mail has to name."""
    name = addressed(own_text)
    return [*([name] if name else []), *facts(body(own_text))]


def untold(text: str, own_text: str) -> list[str]:
    """The sentences of a mail's body of which the text says next to nothing, in order."""
    told = stems(text)
    return [
        sentence
        for sentence in sentences(body(own_text))
        if len(wanted := stems(sentence)) > 1 and len(wanted & told) < TOLD * len(wanted)
    ]


def copying(text: str, own_text: str) -> float:
    """The share of the text's words that stand in runs of RUN words taken from the mail."""
    words, mail = _WORD.findall(text.lower()), _WORD.findall(own_text.lower())
    said = set(word_runs(mail, RUN))
    taken = [False] * len(words)
    for at, run in enumerate(word_runs(words, RUN)):
        if run in said:
            taken[at : at + RUN] = [True] * RUN
    return sum(taken) / len(words) if words else 0.0


def score(text: str, own_text: str) -> float:
    """How well an instruction tells its mail, 0 to 1.

    What it says of the mail and names of its facts, how much of it stands in the mail at all; less
    what it copies, and what it is too short or too long by. A mail of FEW_WORDS may be quoted.
    """
    told = 0.4 * recall(text, own_text) + 0.3 * fact_recall(text, own_text)
    told += 0.3 * grounding(text, own_text)
    words = len(body(own_text).split())
    if words <= FEW_WORDS:
        return told
    ratio = len(text.split()) / words
    wrong_length = max(SHORTEST - ratio, ratio - LONGEST, 0.0)
    return max(0.0, told - 0.3 * copying(text, own_text) - wrong_length)


def shortened(sentence: str) -> str:
    """A sentence as one jots it down: without its short words, save those that turn its sense."""
    return " ".join(piece for piece in sentence.split() if not _is_light(piece))


def weight(piece: str, facts: set[str]) -> float:
    """How much of a sentence hangs on a word: facts most, then what turns its sense, then length.

    `facts` are the pieces that count as such.
    """
    bare = piece.strip(EDGES)
    if bare in facts:
        return 100.0
    if bare.lower() in _SENSE:
        return 50.0
    return 0.0 if _is_light(bare) else float(len(bare))


def _is_light(piece: str) -> bool:
    return piece == "I" or (
        len(piece) <= _LIGHT and piece.isalpha() and piece.islower() and piece not in _SENSE
    )


_LIGHT = 3
# Short words without which a note would say something else, by language: no, yes, numbers.
_SENSE = frozenset(
    """
    no not nor non nie ne pas nul nej ej ei nem nu не нет ні yes ja oui sí да
    one two six ten if but or who how why new
    """.split()  # noqa: SIM905
)
