"""Data playback (arXiv 2407.10994, section 3): the instruction behind a sent mail.

Candidates are made by the model and from the mail's own words; what each leaves out is added to it;
the one that tells the mail best is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from panzad.engines.protocol import ChatMessage
from panzad.writing import telling
from panzad.writing.prompts import clip, without_turn_marks

MAIL_CHARACTERS = 1500
NOTES_CHARACTERS = 600
# Small models often turn the sense of a mail round ("I'd be happy to help" for "please help"); no
# count of words can tell, but such answers bring words of their own.
MIN_GROUNDING = 0.8
# An answer with this score says most of what the mail says.
GOOD = 0.6
# What is added to an instruction stays within this share of what the mail says.
ROOM = 0.75
# Who sends a table does not type it twice.
MENTIONED = 12

_WRAPPING = re.compile(r"^(?:instruction|summary|prompt|task)\s*:\s*", re.IGNORECASE)
_END = re.compile(r"[.!?…。！？]$")

# SmolLM2's instruct models were trained under exactly this request (HuggingFaceTB/smoltalk,
# smol-summarize); worked examples make the small ones answer the mail instead. Larger models follow
# it as well.
_SUMMARISE = (
    "Provide a concise, objective summary of the input text in up to three sentences, focusing on"
    " key actions and intentions without using second or third person pronouns."
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction and how well it tells its mail (telling.score)."""

    text: str
    score: float


def request(own_text: str) -> tuple[ChatMessage, ...]:
    """The chat that asks a model for its candidate."""
    mail = without_turn_marks(clip(own_text, MAIL_CHARACTERS))
    return ChatMessage("system", _SUMMARISE), ChatMessage("user", mail)


def token_limit(own_text: str) -> int:
    """How many tokens a candidate for this mail may take."""
    return max(24, min(96, 16 + len(own_text) // 8))


def best(answers: list[str], own_text: str) -> Instruction | None:
    """The best instruction there is for a mail; None for a mail that says nothing.

    An answer of the model that tells the mail well enough comes before notes that tell it better:
    it asks, as people do, while notes only leave out.
    """
    asked = _good(answers, own_text)
    texts = [completed(text, own_text) for text in asked or [notes(own_text)] if text]
    return max(
        (Instruction(text, telling.score(text, own_text)) for text in texts),
        key=lambda one: one.score,
        default=None,
    )


def _good(answers: list[str], own_text: str) -> list[str]:
    found = [instruction_from(answer, own_text) for answer in answers]
    return [text for text in found if text and telling.score(text, own_text) >= GOOD]


def instruction_from(answer: str, own_text: str) -> str | None:
    """The instruction in a model's answer, or None when it will not do.

    That is: empty, a loop, the mail over again, or about things that the mail does not say.
    """
    text = _WRAPPING.sub("", " ".join(telling.body(answer).split())).strip("\"“”' ")
    words = text.lower().split()
    if len(words) < 2 or _loops(words) or _parrots(text, own_text) or _invents(text, own_text):
        return None
    return text if telling.grounding(text, own_text) >= MIN_GROUNDING else None


def completed(instruction: str, own_text: str) -> str:
    """The instruction with what it leaves out of its mail, as far as an instruction has room.

    Whom the mail is to comes first, then sentences of which it says nothing as notes, last the
    facts that are still missing.
    """
    text = instruction.strip()
    name = telling.addressed(own_text)
    if name and not telling.holds(text, name):
        text = f"Tell {name}: {text}"
    room = ROOM * len(telling.body(own_text).split())
    for sentence in telling.untold(text, own_text):
        note = telling.shortened(sentence)
        if len(text.split()) + len(note.split()) <= room:
            text = f"{_ended(text)} {note}"
    missing = [fact for fact in telling.wanted_facts(own_text) if not telling.holds(text, fact)]
    named = ", ".join(missing[:MENTIONED])
    return f"{_ended(text)} Mention: {named}." if named else text


def notes(own_text: str) -> str:
    """What a mail says, as its author would have jotted it down before writing it."""
    name = telling.addressed(own_text)
    said = " ".join(telling.shortened(one) for one in telling.sentences(telling.body(own_text)))
    return clip(f"Tell {name}: {said}" if name else said, NOTES_CHARACTERS)


def _ended(text: str) -> str:
    return text if _END.search(text) else f"{text}."


def _loops(words: list[str]) -> bool:
    """Whether a run of four words stands there three times."""
    runs = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    return any(runs.count(run) >= 3 for run in set(runs))


def _parrots(text: str, own_text: str) -> bool:
    """Whether the answer is the mail over again; a mail of a few words may well be quoted."""
    mail = " ".join(own_text.split())
    if len(mail.split()) <= telling.FEW_WORDS:
        return False
    return (
        text[:60].lower() == mail[:60].lower()
        or len(text) > 1.2 * len(mail)
        or telling.copying(text, own_text) > 0.8
    )


def _invents(text: str, own_text: str) -> bool:
    """Whether the answer names a fact that the mail lacks: it would teach to leave facts out."""
    return any(not telling.holds(own_text, fact) for fact in telling.facts(text))
