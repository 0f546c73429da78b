"""Puts a thread in order for the prompt, and names its next reply (subject, References): pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from panzad.mail import headers
from panzad.mail.closing import closed
from panzad.mail.extract import extract
from panzad.mail.message import Address, Extraction, Message, Quote

# The first id names the thread, the last ones the place in it (RFC 5322 lets clients trim).
MAX_REFERENCES = 20

_REPLY_PREFIX = re.compile(
    r"\s*(?:re|aw|antw(?:ort)?|sv|vs|odp|ynt|r|rif|ref|res|βε|απ|отв|ответ|回复|回覆|答复|返信|답장)"
    r"(?:\s*\[\d{1,3}\]|\s*\(\d{1,3}\)|\^\d{1,3})?\s*[:：]\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Turn:
    """One mail of a thread: who (name and address), when, and that person's own words.

    `date` is ISO 8601 for a mail at hand, and as the attribution says it for a quoted one.
    """

    author: str
    email: str
    date: str
    text: str


def reply_subject(subject: str) -> str:
    """`Re: ` and the subject, once: other languages' prefixes ("AW:", "SV:") are replaced."""
    rest = " ".join(subject.split())
    while (match := _REPLY_PREFIX.match(rest)) is not None:
        rest = rest[match.end() :]
    return f"Re: {rest}".rstrip()


def reply_references(parent: Message) -> tuple[str, ...]:
    """The References of a reply to `parent` (RFC 5322 section 3.6.4), at most 20 ids.

    The parent's References, else its only In-Reply-To, then its Message-ID, byte for byte.
    """
    earlier = parent.references or (parent.in_reply_to if len(parent.in_reply_to) == 1 else ())
    chain = tuple(one for one in earlier if one != parent.message_id)
    if parent.message_id:
        chain = (*chain, parent.message_id)
    if len(chain) <= MAX_REFERENCES:
        return chain
    return (chain[0], *chain[1 - MAX_REFERENCES :])


def thread_of(
    message: Message, extraction: Extraction, others: Sequence[Message]
) -> tuple[Turn, ...]:
    """The thread up to `message`, oldest turn first, `message` itself last.

    `others` are mails that may belong to it, in any order: those named in References or
    In-Reply-To are taken. Quoted mails that are not at hand are put in their place between them;
    a quote of a mail at hand is left out.
    """
    turns: list[Turn] = []
    for one in _ancestors(message, others):
        earlier = extract(one)
        _merge(turns, earlier.quotes)
        _append(turns, _turn(one, earlier))
    _merge(turns, extraction.quotes)
    turns.append(_turn(message, extraction))
    return tuple(turns)


def _ancestors(message: Message, others: Sequence[Message]) -> list[Message]:
    """The mails that `message` answers, oldest first, by ids alone."""
    by_id = {one.message_id: one for one in others if one.message_id}
    found: dict[str, Message] = {}
    wanted = list(_parents(message))
    while wanted:
        parent = wanted.pop(0)
        one = by_id.get(parent)
        if one is None or parent in found or parent == message.message_id:
            continue
        found[parent] = one
        wanted.extend(_parents(one))
    order = {parent: place for place, parent in enumerate(message.references)}
    return sorted(
        found.values(),
        key=lambda one: (
            one.date.timestamp() if one.date else float("inf"),
            order.get(one.message_id or "", len(order)),
        ),
    )


def _parents(message: Message) -> Iterator[str]:
    yield from message.in_reply_to
    yield from reversed(message.references)


def _turn(message: Message, extraction: Extraction) -> Turn:
    author = message.from_[0] if message.from_ else Address("", "")
    date = message.date.isoformat() if message.date else ""
    return Turn(author.name or author.email, author.email, date, extraction.own_text)


def _quoted_turn(quote: Quote) -> Turn:
    found = headers.addresses(quote.author) if "@" in quote.author else ()
    author = found[0] if found else Address(quote.author, "")
    text = closed(quote.text).own
    return Turn(author.name or author.email, author.email, quote.date, text)


def _append(turns: list[Turn], turn: Turn) -> None:
    """A mail at hand replaces its own quote."""
    for index, other in enumerate(turns):
        if _same(other, turn):
            turns[index] = turn
            return
    turns.append(turn)


def _merge(turns: list[Turn], quotes: Sequence[Quote]) -> None:
    """Put quotes (newest first) where they belong: behind the last older turn that is known."""
    place = 0
    for quote in reversed(quotes):
        turn = _quoted_turn(quote)
        if not turn.text.strip():
            continue
        known = next((i for i, other in enumerate(turns) if _same(other, turn)), None)
        if known is not None:
            place = max(place, known + 1)
            continue
        turns.insert(place, turn)
        place += 1


def _same(one: Turn, other: Turn) -> bool:
    """Whether two turns are one mail: most of the shorter text's word triples stand in both."""
    first, second = _words(one.text), _words(other.text)
    if first == second:
        return True
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) < 6:
        return False
    triples = set(_triples(shorter))
    return len(triples & set(_triples(longer))) >= 0.7 * len(triples)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _triples(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(words, words[1:], words[2:], strict=False)
