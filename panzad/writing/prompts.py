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
# Of the model's tokens, all turns together: about what so many characters of English are. Training
# bounds its memory by it, so drafts keep to it as well.
TOKENS = 960
# At least so much of those characters is shown: below, nothing is left of a past mail (`clip`).
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

    `count` gives a text's length in the model's tokens. Of the thread and of past mails less is
    shown in a language that takes many of them, so that the turns have at most TOKENS. The
    instruction is never cut; a long one leaves the others half of TOKENS.
    """
    system = f"You write mail as {task.author or 'the user'}."
    asked = "\n".join(line for line in (_usual(task), _request(task)) if line)
    request = without_turn_marks(asked)
    room = TOKENS - min(count(system) + count(request), TOKENS // 2)
    share = 1.0
    past = _past(task, share)
    while share > _LEAST_SHARE and (length := count(past)) > room:
        share = max(_LEAST_SHARE, share * min(0.95, room / length))
        past = _past(task, share)
    return ChatMessage("system", system), ChatMessage("user", past + request)


def _past(task: WritingTask, share: float) -> str:
    """Past mails and thread, with so much of what may be shown of them, up to the request."""
    blocks: list[str] = []
    if task.examples:
        limit = round(share * EXAMPLE_CHARACTERS)
        shown = "\n---\n".join(clip(text, limit) for text in task.examples)
        blocks.append(f"Mails I wrote before:\n---\n{shown}\n---")
    if task.thread:
        fitting = _fitting(task.thread, share)
        blocks.append("\n\n".join(_shown(turn, text) for turn, text in fitting))
    return without_turn_marks("".join(f"{block}\n\n" for block in blocks if block))


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
    """The beginning of `text`, at most `limit` characters, marked `…`.

    It is cut between words, where the text has them: in Japanese or Thai only lines have ends.
    """
    text = text.strip()
    if len(text) <= limit:
        return text
    if limit < 20:
        return ""
    whole, *_ = text[:limit].rsplit(None, 1)
    return (whole if limit / 2 <= len(whole) < limit else text[: limit - 1]) + "…"
