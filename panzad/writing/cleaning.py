"""What is made of the model's text before it becomes a draft."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from panzad.mail import quoting
from panzad.mail.vocabulary import FIELDS
from panzad.writing import prompts
from panzad.writing.signoff import is_own_name

# A sentence of so many words that stands in the thread, or twice in the draft, is no coincidence.
_ECHO_WORDS = 8
_REPEATED_WORDS = 5
_MAX_LOOP_WORDS = 8
_LOOP_TURNS = 3
_MAX_GREETING_WORDS = 6

_PREAMBLE = re.compile(
    r"\A(?:(?:sure|certainly|of course|absolutely)[,!.]\s(?:here\b[^\n]{0,80}|[^\n]{0,80}:\s*)\n"
    r"|here(?:'s| is)[^\n]{0,80}:\s*\n)\s*",
    re.IGNORECASE,
)
_FENCE = re.compile(r"\A```\w{0,12}\n(.*?)\n?```\Z", re.DOTALL)
_AFTERWORD = re.compile(
    r"\(?(?:\*{0,2}note:|please (?:let me know if|note that) (?:you|this)"
    r"|let me know if you(?:'d| would)? (?:like|want|need) (?:me to|any|further)"
    r"|feel free to (?:adjust|modify|edit|change|customi[sz]e)"
    r"|i hope this (?:draft|e-?mail|response|helps)"
    r"|this (?:draft|e-?mail|response|reply) |your (?:draft|response|reply) is in )",
    re.IGNORECASE,
)
# Every character belongs to one match; a dot within a word ("example.org") ends nothing.
_SENTENCE = re.compile(
    r"(?:[^.!?。！？\n]|[.!?](?=[^\s.!?]))+(?:[.!?。！？]+[\"”’)]*)?\s*|[.!?。！？\s]+"
)
_ENDS = (".", "!", "?", "。", "！", "？")
_LETTERS = re.compile(r"[^\W\d_]+")
_SUBJECTS = frozenset(label for label, name in FIELDS.items() if name == "subject")
_LABEL = re.compile(r"([^\W\d_]{2,12})\s?[:：]")


def draft_text(
    answer: str,
    *,
    truncated: bool,
    signature: str | None,
    names: frozenset[str] = frozenset(),
    thread: Sequence[str] = (),
) -> str:
    """The mail in a model's answer: no preamble or afterword, no subject line, no second
    signature or sign-off, nothing of the thread over again, no loops.

    `names` are the words the user signs with, `thread` the texts of the mails answered. A text
    that ran into the token limit loses its last, unfinished sentence.
    """
    text = _only_mail(prompts.without_layout(answer.replace("\r\n", "\n")).strip())
    text = re.split(r"\n-- ?\n", text)[0].rstrip()
    if signature and text.endswith(signature.strip()):
        text = text[: -len(signature.strip())].rstrip()
    text = _without_quotes(text)
    if truncated:
        text = whole_sentences(text)
    text = _without_loops(_without_echo(text, thread))
    text = _signed_once(text, names)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def whole_sentences(text: str) -> str:
    """A cut-off text up to the end of its last whole sentence or line, if it has one."""
    ends = [match.end() for match in re.finditer(r"[.!?…](?=\s|$)|\n", text)]
    return text[: ends[-1]].rstrip() if ends else text


def _only_mail(text: str) -> str:
    """Without what a model says about the mail: before it, around it and behind it."""
    if fenced := _FENCE.match(text):
        text = fenced[1].strip()
    text = _PREAMBLE.sub("", text)
    first, _, rest = text.partition("\n")
    # "Hier ist der Entwurf:" in any language, told by the greeting that follows.
    if first.rstrip().endswith((":", "：")) and rest and _greets(rest):
        text = rest.lstrip()
        first, _, rest = text.partition("\n")
    label = _LABEL.match(first)
    if label and label[1].casefold() in _SUBJECTS and rest.strip():
        text = rest.lstrip()
    if fenced := _FENCE.match(text):
        text = fenced[1].strip()
    body, _, last = text.rpartition("\n\n")
    if body and "\n" in body.strip() and _AFTERWORD.match(last.lstrip("-* \n")):
        text = re.sub(r"\n[-*_]{3,}\s*\Z", "", body.rstrip())
    return text


def _greets(text: str) -> bool:
    line = text.lstrip().partition("\n")[0].rstrip()
    return line.endswith((",", "!", "，", "！")) and len(line.split()) <= _MAX_GREETING_WORDS


def _without_quotes(text: str) -> str:
    """Without quoted lines and what introduces them: the quote is added from the mail itself."""
    first = quoting.sections(text.split("\n"))[0]
    own = "\n\n".join(run.text.strip("\n") for run in first.runs if not run.quoted)
    return own.strip() if own.strip() else text


def _without_echo(text: str, thread: Iterable[str]) -> str:
    """Without sentences of the thread; a text that is nothing else stays as it is."""
    said = {
        folded
        for turn in thread
        for sentence in _SENTENCE.findall(turn)
        if len(_LETTERS.findall(folded := _folded(sentence))) >= _ECHO_WORDS
    }
    if not said:
        return text
    kept = [one for one in _SENTENCE.findall(text) if _folded(one) not in said]
    left = "".join(kept).strip()
    # A greeting and a sign-off are no answer.
    return left if any(one.rstrip().endswith(_ENDS) for one in kept) else text


def _without_loops(text: str) -> str:
    """Without sentences that stood there before and words that go round in a circle."""
    seen: set[str] = set()
    kept: list[str] = []
    for sentence in _SENTENCE.findall(text):
        folded = _folded(sentence)
        if folded in seen:
            continue
        if len(_LETTERS.findall(folded)) >= _REPEATED_WORDS:
            seen.add(folded)
        kept.append(sentence)
    return _without_word_loops("".join(kept))


def _without_word_loops(text: str) -> str:
    """A run of up to eight words that stands again and again is kept once; "ha, ha, ha" stays."""
    pieces = re.findall(r"\S+\s*", text)
    words = [piece.strip().casefold().strip(",.;") for piece in pieces]
    for size in range(1, _MAX_LOOP_WORDS + 1):
        # same[i]: for how many words from i on the text repeats itself at this distance.
        same = [0] * (len(words) + 1)
        for index in range(len(words) - size - 1, -1, -1):
            same[index] = same[index + 1] + 1 if words[index] == words[index + size] else 0
        turns = _LOOP_TURNS if size > 2 else 2 * _LOOP_TURNS
        index = 0
        keep = [True] * len(words)
        while index < len(words):
            if same[index] >= size * (turns - 1):
                end = index + size + same[index] - same[index] % size
                keep[index + size : end] = [False] * (end - index - size)
                index = end
            else:
                index += 1
        pieces = [piece for piece, kept in zip(pieces, keep, strict=True) if kept]
        words = [word for word, kept in zip(words, keep, strict=True) if kept]
    return "".join(pieces)


def _signed_once(text: str, names: frozenset[str]) -> str:
    """The text up to the first of several sign-offs: the user's name on a line of its own."""
    lines = text.split("\n")
    signed = [index for index, line in enumerate(lines) if index > 0 and is_own_name(line, names)]
    return "\n".join(lines[: signed[0] + 1]) if len(signed) > 1 else text


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
