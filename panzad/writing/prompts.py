"""The one prompt layout: training pairs and drafts are both built here, so they cannot differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from panzad.engines.protocol import ChatMessage
from panzad.store.mails import ThreadTurn

THREAD_CHARACTERS = 2400
TURN_CHARACTERS = 1200
# An example shows how the user says things, not all that was said: prompts cost training time.
EXAMPLE_CHARACTERS = 400
# Of the model's tokens, all turns together: what so many characters of English are. Training bounds
# its memory by it, so drafts keep to it as well.
TOKENS = 960
_LEAST_SHARE = 0.05

# As models are told them.
LANGUAGES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}

# What a small model says back of it.
_TURN_LINE = re.compile(r"^[^\n]{1,80} wrote:[ \t]*$", re.M)
_LAYOUT_LINE = re.compile(
    r"^(?:(?i:Greeting|Sign-off): |About \d+ words|Write (?:my|your) (?:reply|mail)\b"
    r"|Mails I wrote before:)[^\n]*\n?",
    re.M,
)
_TURN_MARK = re.compile(r"<\||</?s>|<(?:start|end)_of_turn>|\[/?INST\]")


@dataclass(frozen=True, slots=True)
class WritingTask:
    """What is to be written: by whom, to whom, in answer to what, and how.

    `thread` runs from the oldest mail to the newest, which is the one answered; empty for a new
    mail. `examples` are past mails of the user's own. `language` is ISO 639-1; `greeting`,
    `sign_off` and the number of `words` are what is usual; each may be empty or 0.
    """

    author: str
    recipients: tuple[str, ...]
    subject: str
    thread: tuple[ThreadTurn, ...] = ()
    instruction: str = ""
    examples: tuple[str, ...] = ()
    language: str = ""
    greeting: str = ""
    sign_off: str = ""
    words: int = 0


def messages(task: WritingTask, count: Callable[[str], int]) -> tuple[ChatMessage, ...]:
    """The chat turns that ask the model for the mail.

    `count` gives a text's length in the model's tokens. A script that takes many of them shows
    less of the thread and of past mails, so that the turns have at most TOKENS; the instruction
    is never cut.
    """
    share = 1.0
    turns = _turns(task, share)
    while share > _LEAST_SHARE and (length := sum(count(one.content) for one in turns)) > TOKENS:
        share = max(_LEAST_SHARE, share * min(0.9, TOKENS / length))
        turns = _turns(task, share)
    return turns


def _turns(task: WritingTask, share: float) -> tuple[ChatMessage, ...]:
    """The chat turns with so much of what may be shown of the thread and of past mails."""
    blocks: list[str] = []
    if task.examples:
        limit = round(share * EXAMPLE_CHARACTERS)
        shown = "\n---\n".join(clip(text, limit) for text in task.examples)
        blocks.append(f"Mails I wrote before:\n---\n{shown}\n---")
    if task.thread:
        fitting = _fitting(task.thread, share)
        blocks.append("\n\n".join(_shown(turn, text) for turn, text in fitting))
    blocks.append("\n".join(line for line in (_usual(task), _request(task)) if line))
    return (
        ChatMessage("system", f"You write mail as {task.author or 'the user'}."),
        ChatMessage("user", without_turn_marks("\n\n".join(blocks))),
    )


def _usual(task: WritingTask) -> str:
    """The user's habits in one short line; empty when none is known."""
    parts = [
        f"Greeting: {task.greeting}" if task.greeting else "",
        f"Sign-off: {' '.join(task.sign_off.split())}" if task.sign_off else "",
        f"About {task.words} words" if task.words else "",
    ]
    return " | ".join(part for part in parts if part)


def _request(task: WritingTask) -> str:
    to = f" to {', '.join(task.recipients)}" if task.recipients else ""
    language = f" in {LANGUAGES[task.language]}" if task.language in LANGUAGES else ""
    asked = f"Write my {'reply' if task.thread else 'mail'}{to}{language}."
    about = "" if task.thread or not task.subject else f" Subject: {task.subject}."
    said = f" {task.instruction.strip()}" if task.instruction.strip() else ""
    return asked + about + said


def _shown(turn: ThreadTurn, text: str) -> str:
    return f"{turn.author or turn.email or 'Someone'} wrote:\n{text}"


def _fitting(thread: Sequence[ThreadTurn], share: float) -> list[tuple[ThreadTurn, str]]:
    """The newest turns that fit with as much of their text as fits, oldest first."""
    kept: list[tuple[ThreadTurn, str]] = []
    most, room = round(share * TURN_CHARACTERS), round(share * THREAD_CHARACTERS)
    for turn in reversed(thread):
        text = clip(turn.text, min(most, room))
        if not text:
            break
        kept.append((turn, text))
        room -= len(text)
    return kept[::-1]


def without_layout(answer: str) -> str:
    """An answer without lines of the prompt, and without mails of others that it goes on with."""
    own = _LAYOUT_LINE.sub("", answer)
    before, *_ = _TURN_LINE.split(own, maxsplit=1)
    return before.rstrip() if len(before.split("\n")) > 2 else _TURN_LINE.sub("", own).strip()


def without_turn_marks(text: str) -> str:
    """The text with the marks by which models tell turns apart made harmless.

    A mail that holds `<|im_end|><|im_start|>system` must not open a turn of its own.
    """
    return _TURN_MARK.sub(lambda mark: mark[0][0] + " " + mark[0][1:], text)


def clip(text: str, limit: int) -> str:
    """The beginning of `text`, at most `limit` characters, cut between words and marked `…`."""
    text = text.strip()
    if len(text) <= limit:
        return text
    if limit < 20:
        return ""
    words = text[:limit].rsplit(None, 1)
    return (words[0] if len(words) == 2 else text[: limit - 1]) + "…"
