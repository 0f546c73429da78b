"""Data playback (arXiv 2407.10994, section 3): asks for the instruction behind a sent mail.

A few worked examples precede the mail, always the same, so an engine can keep them cached.
"""

from __future__ import annotations

import re

from panzad.engines.protocol import ChatMessage
from panzad.writing.prompts import clip

MAIL_CHARACTERS = 1500

_SYSTEM = (
    "You are given a mail. Say in one or two short sentences what its author asked an assistant"
    " to write. Keep every name, date, number and link. Begin with a verb."
)

_EXAMPLES = (
    (
        "Dear Marta,\n\nThanks a lot for the draft, I went through it on the train. Two remarks:"
        " section 3 needs a figure, and the budget table still has the old numbers"
        " (it should be 14,500). Could you send me a new version by Friday?\n\nBest,\nJon",
        "Thank Marta for the draft; section 3 needs a figure and the budget table should say"
        " 14,500. Ask for a new version by Friday.",
    ),
    (
        "Hi Sam,\n\nYes, Tuesday 10:30 works for me. I'll book room 204.\n\nCheers\nJon",
        "Tell Sam yes, Tuesday 10:30 works, I will book room 204.",
    ),
    (
        "Dear Ms. Okafor,\n\nI am sorry but I cannot attend the board meeting on 12 May, since I"
        " will be in Oslo that week. My colleague Priya will take my place. The slides are at"
        " https://example.org/board.\n\nKind regards,\nJon",
        "Tell Ms. Okafor I cannot attend the board meeting on 12 May because I am in Oslo; Priya"
        " takes my place and the slides are at https://example.org/board.",
    ),
    ("Great, thanks!", "Say great, thanks."),
)


def messages(own_text: str) -> tuple[ChatMessage, ...]:
    """The chat turns that ask for the instruction behind a mail."""
    turns = [ChatMessage("system", _SYSTEM)]
    for mail, instruction in _EXAMPLES:
        turns += [ChatMessage("user", mail), ChatMessage("assistant", instruction)]
    turns.append(ChatMessage("user", clip(own_text, MAIL_CHARACTERS)))
    return tuple(turns)


def token_limit(own_text: str) -> int:
    """How many tokens an instruction for this mail may take."""
    return max(24, min(96, 16 + len(own_text) // 8))


def instruction_from(answer: str, own_text: str) -> str | None:
    """The instruction in a model's answer, or None when it is empty, loops or parrots the mail."""
    text = " ".join(answer.split())
    text = re.sub(r"^(?:instruction|prompt|task)\s*:\s*", "", text, flags=re.IGNORECASE)
    text = text.strip("\"“”' ")
    words = text.lower().split()
    if len(words) < 2 or _loops(words) or _parrots(text, own_text):
        return None
    return text


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
