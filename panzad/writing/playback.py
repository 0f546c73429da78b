"""Data playback (arXiv 2407.10994, section 3): asks for the instruction behind a sent mail."""

from __future__ import annotations

import re

from panzad.engines.protocol import ChatMessage
from panzad.writing.prompts import clip, without_turn_marks

MAIL_CHARACTERS = 1500
EXCERPT_CHARACTERS = 240
LONG_WORD = 5
MIN_GROUNDING = 0.5

_WORD = re.compile(r"[^\W_]+")
_WRAPPING = re.compile(r"^(?:instruction|summary|prompt|task)\s*:\s*", re.IGNORECASE)

# SmolLM2's instruct models were trained to summarise mail under exactly this request
# (HuggingFaceTB/smoltalk, smol-summarize); worked examples make the small ones answer the mail
# instead. Larger models follow it as well.
_SYSTEM = (
    "Provide a concise, objective summary of the input text in up to three sentences, focusing on"
    " key actions and intentions without using second or third person pronouns."
)


def messages(own_text: str) -> tuple[ChatMessage, ...]:
    """The chat turns that ask for the instruction behind a mail."""
    return (
        ChatMessage("system", _SYSTEM),
        ChatMessage("user", without_turn_marks(clip(own_text, MAIL_CHARACTERS))),
    )


def token_limit(own_text: str) -> int:
    """How many tokens an instruction for this mail may take."""
    return max(24, min(96, 16 + len(own_text) // 8))


def instruction_from(answer: str, own_text: str) -> str | None:
    """The instruction in a model's answer, or None when it will not do.

    That is: empty, a loop, the mail over again, or about things that the mail does not say.
    """
    text = _WRAPPING.sub("", " ".join(answer.split())).strip("\"“”' ")
    words = text.lower().split()
    if len(words) < 2 or _loops(words) or _parrots(text, own_text):
        return None
    return text if grounding(text, own_text) >= MIN_GROUNDING else None


def excerpt(own_text: str) -> str:
    """What a mail says, in its own words, for when the model finds no instruction."""
    lines = [line.strip() for line in own_text.splitlines() if line.strip()]
    said = [line for line in lines if len(line.split()) > 3] or lines
    return clip(" ".join(said), EXCERPT_CHARACTERS)


def grounding(text: str, own_text: str) -> float:
    """The share of the text's longer words whose stem stands in the mail; 1 when it has none."""
    stems = {_stem(word) for word in _WORD.findall(own_text.lower())}
    words = [word for word in _WORD.findall(text.lower()) if len(word) >= LONG_WORD]
    return sum(_stem(word) in stems for word in words) / len(words) if words else 1.0


def _stem(word: str) -> str:
    return word[:LONG_WORD]


def _loops(words: list[str]) -> bool:
    """Whether a run of four words stands there three times."""
    runs = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    return any(runs.count(run) >= 3 for run in set(runs))


def _parrots(text: str, own_text: str) -> bool:
    """Whether the answer is the mail over again; a mail of a few words may well be quoted."""
    mail = " ".join(own_text.split())
    if len(mail.split()) <= 12:
        return False
    return text[:60].lower() == mail[:60].lower() or len(text) > 1.2 * len(mail)
