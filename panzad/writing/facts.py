"""Finds the facts in a text, in any language: what a draft may not invent and style does not need.

Pure. Grounding (`grounding`), masking for examples that lend style only (`masked`) and the loss
mask of the training (`unprompted`) all stand on `facts`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from panzad.mail.language import language_of
from panzad.writing import fact_patterns
from panzad.writing.fact_values import Fact, hours
from panzad.writing.fact_words import BETWEEN_HOURS, NO_NAMES, NOUN_CAPITALS, TITLES

# A shorter text is read in all languages at once: "Donnerstag 15 Uhr".
_SURE_LETTERS = 40

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_SENTENCE_START = re.compile(
    r"(?:^|[.!?…:;。！？]['\"”’)\]]*\s|\n)[\s>*•\-–—\"“„«'‘(\[]*(?:\d{1,2}[.):]\s)?\Z"
)
_COLON = re.compile(r"[:;]\s['\"“„«(]?\Z")
_GREETING = re.compile(r"\A\s*[^\n]{1,60}[,!:，]?[ \t]*(?:\n|\Z)")
# Kanji or katakana before a Japanese form of address, a Korean name before its own.
_HONOUR = re.compile(
    r"([\u4e00-\u9fff\u30a0-\u30ff々]{1,8})(?=様|さん|さま|先生)|([가-힣]{2,4})(?=님)"
)


def facts(text: str, *, people: Collection[str] = ()) -> tuple[Fact, ...]:
    """The facts in `text` in the order in which they stand; they do not overlap.

    `people` are names known from the thread and its headers. "One", list numbers ("2.") and
    "24/7" are no facts; a word with a capital in mid-sentence is a name, in German only where the
    place says so.
    """
    plain = _ascii_digits(text)
    language = _told(plain)
    taken = bytearray(len(plain))
    found: list[Fact] = []
    for one in fact_patterns.found(plain, language):
        _add(found, taken, one)
    for one in _names(plain, taken, language, _words(people)):
        _add(found, taken, one)
    return tuple(_with_hours(plain, sorted(found, key=lambda one: one.start)))


def masked(text: str, *, people: Collection[str] = (), keep: Collection[str] = ()) -> str:
    """`text` with its facts replaced by `[?kind]`, the sign by which a draft shows a gap.

    For mails that may lend their style only. Names of `keep` (the user's own) stay. Masked are
    also words all in capitals, capitals behind a colon and, where every noun has a capital
    (German), all nouns in mid-sentence: a fact that slips through is worse than a word that is
    lost. An unknown name that begins a sentence cannot be told and stays.
    """
    kept = {f"name:{word}" for word in _words(keep)}
    found = [
        one for one in (*facts(text, people=people), *_capitals(text)) if not one.values <= kept
    ]
    return _replaced(text, found)


def unprompted(text: str, prompt: str, *, people: Collection[str] = ()) -> tuple[Fact, ...]:
    """The facts in `text` that do not stand in `prompt`: what no model could know.

    Facts that do stand there are to be copied, and a model learns that from them.
    """
    known: set[str] = set()
    for one in facts(prompt, people=people):
        known |= one.values
    known |= {f"name:{word}" for word in _words([prompt])}
    return tuple(one for one in facts(text, people=people) if not one.values & known)


def _add(found: list[Fact], taken: bytearray, one: Fact) -> None:
    """Keep a fact unless an earlier one holds its place."""
    if one.start < one.end and not any(taken[one.start : one.end]):
        taken[one.start : one.end] = b"\x01" * (one.end - one.start)
        if one.values:
            found.append(one)


def _told(text: str) -> str:
    letters = sum(one.isalpha() for one in text[:2000])
    return language_of(text) if letters >= _SURE_LETTERS else ""


def _ascii_digits(text: str) -> str:
    """Digits of all scripts as 0 to 9; every character keeps its place."""
    if text.isascii():
        return text
    return re.sub(r"(?![0-9])\d", lambda one: str(unicodedata.decimal(one[0])), text)


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold() for text in texts for word in _WORD.findall(text))


def _names(text: str, taken: bytearray, language: str, people: frozenset[str]) -> Iterator[Fact]:
    """Names, one word each: known ones anywhere, others by their capital."""
    for one in _HONOUR.finditer(text):
        yield _name(one.start(), one[0])
    greeting = _GREETING.match(text)
    greets = greeting.end() if greeting and len(greeting[0].split()) <= 5 else 0
    before = ""
    for one in _WORD.finditer(text):
        word, last, before = one[0], before, one[0].casefold()
        if any(taken[one.start() : one.end()]) or before in NO_NAMES:
            continue
        if before in people and len(before) > 1 and word[0] != word[0].lower():
            yield _name(one.start(), word)
        elif not _capital(word):
            continue
        elif one.end() <= greets:
            if last or text[one.end() : greets].strip() in {",", "!", "，"}:
                yield _name(one.start(), word)
        elif language in NOUN_CAPITALS:
            if last in TITLES:
                yield _name(one.start(), word)
        elif not _starts_sentence(text, one.start()):
            yield _name(one.start(), word)


def _capitals(text: str) -> Iterator[Fact]:
    """Words in mid-sentence that may be names: `ACME`, what follows a colon, and every noun where
    all have a capital."""
    nouns = _told(text) in NOUN_CAPITALS
    for one in _WORD.finditer(text):
        word = one[0]
        if word.casefold() in NO_NAMES:
            continue
        announced = _COLON.search(text, max(0, one.start() - 4), one.start())
        inside = announced or not _starts_sentence(text, one.start())
        if (_capital(word) and (announced or (nouns and inside))) or (
            inside and word.isupper() and len(word) > 1
        ):
            yield Fact(one.start(), one.end(), "name", frozenset({f"name:{word.casefold()}"}))


def _name(start: int, word: str) -> Fact:
    word = re.sub(r"['’]s\Z", "", word)
    return Fact(start, start + len(word), "name", frozenset({f"name:{word.casefold()}"}))


def _capital(word: str) -> bool:
    """Whether a word is written as names are; `PDF` and `API` are not."""
    return word[0].isupper() and any(one.islower() for one in word)


def _starts_sentence(text: str, start: int) -> bool:
    return (
        _SENTENCE_START.search(text, max(0, start - 12), start) is not None
        or not text[max(0, start - 12) : start].strip()
    )


def _with_hours(text: str, found: list[Fact]) -> list[Fact]:
    """Numbers that a word joins to a time are times as well: "2 or 3 pm", "10 to 12:30"."""
    for one, other in [*pairwise(range(len(found))), *pairwise(range(len(found) - 1, -1, -1))]:
        number, time = found[one], found[other]
        between = text[min(number.end, time.end) : max(number.start, time.start)]
        if (
            number.kind == "number"
            and any(value.startswith("time:") for value in time.values)
            and BETWEEN_HOURS.fullmatch(between)
        ):
            found[one] = replace(number, values=number.values | hours(number.values))
    return found


def _replaced(text: str, found: Iterable[Fact]) -> str:
    """`text` with a placeholder for each fact, one for neighbours of a kind ("Tom Ray")."""
    pieces: list[str] = []
    position = 0
    last = ""
    for one in sorted(found, key=lambda one: one.start):
        if one.start < position:
            continue
        between = text[position : one.start]
        if one.kind != last or between.strip():
            pieces += [between, f"[?{one.kind}]"]
        position, last = one.end, one.kind
    return "".join(pieces) + text[position:]
