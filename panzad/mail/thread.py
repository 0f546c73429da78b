"""Puts a thread in order, says what of it is answered and who has seen it, and names the reply's
References.

Pure. Mails at hand are linked by `threading`; what only quotes tell is put between them, once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from panzad.mail.classify import is_automatic
from panzad.mail.identities import canonical, is_own
from panzad.mail.message import Address, Extraction, Message
from panzad.mail.sameness import Fingerprint, author_of, same_person, written_by
from panzad.mail.threading import Links, Node, QuotedMail

# The first id names the thread, the last ones the place in it (RFC 5322 lets clients trim).
MAX_REFERENCES = 20
# Threads beyond are mailing lists' longest; a prompt holds far fewer.
MAX_MAILS = 100


@dataclass(frozen=True, slots=True)
class Turn:
    """One mail of a thread: who (name and address), when, and that person's own words.

    `date` is ISO 8601 for a mail at hand, and as the attribution says it for a quoted one.
    """

    author: str
    email: str
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The mail of a thread that a reply answers; `note` says why when it is not plain."""

    message: Message
    note: str


@dataclass(frozen=True, slots=True)
class _Placed:
    """A turn in its place, and what it is compared by."""

    turn: Turn
    print: Fingerprint
    at_hand: bool


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


def to_answer(marked: Message, others: Sequence[Message], own: Sequence[str]) -> Answered:
    """What a mark on `marked` asks to be answered, given mails that may be of its thread.

    The newest mail that answers it and is addressed to the user (`own` are the user's addresses);
    `marked` itself when there is none: other branches of the thread are other conversations.
    """
    links = Links(Node.of(one) for one in (marked, *others[:MAX_MAILS]))
    target = marked
    answered_by_user = False
    for node in links.descendants(marked):
        if is_own(author_of(node.message).email, own):
            answered_by_user = True
        elif _addressed(node.message, own) and not is_automatic(node.message):
            target, answered_by_user = node.message, False
    notes: list[str] = []
    if target is not marked:
        author = author_of(target)
        notes.append(f"answers the newer mail of {author.name or author.email} in this thread")
    if answered_by_user:
        notes.append("you have answered it already")
    return Answered(target, "; ".join(notes))


def seen_by(mails: Iterable[Message], readers: Collection[str]) -> list[Message]:
    """Those of the mails that each of the `readers` (addresses) wrote or received, by the headers.

    Who names the id or the subject of a mail need not have seen it: whatever a mail claims to
    answer, others' mails are no part of the thread that is shown for it (FIELD-NOTES, EchoLeak).
    Without readers there are none.
    """
    wanted = {canonical(reader) for reader in readers}
    return [one for one in mails if wanted and wanted <= _people(one)]


def thread_of(
    message: Message, extraction: Extraction, others: Sequence[Message]
) -> tuple[Turn, ...]:
    """The thread up to `message`, oldest turn first, `message` itself last.

    `others` are mails that may belong to it, in any order: those that `message` answers are
    taken. Quoted mails that are not at hand are put in their place between them; a quote of a mail
    at hand is left out.
    """
    node = Node.of(message, extraction)
    links = Links((node, *map(Node.of, others[:MAX_MAILS])))
    placed: list[_Placed] = []
    for one in links.ancestors(message):
        _merge(placed, one.quotes)
        _append(placed, one)
    _merge(placed, node.quotes)
    return (*(one.turn for one in placed), _turn(node))


def _people(message: Message) -> set[str]:
    """Everybody whom the address fields name."""
    fields = (message.from_, message.reply_to, message.to, message.cc, message.bcc)
    return {canonical(one.email) for field in fields for one in field}


def _addressed(message: Message, own: Sequence[str]) -> bool:
    return any(is_own(one.email, own) for one in (*message.to, *message.cc))


def _turn(node: Node) -> Turn:
    author = author_of(node.message)
    name = author.name or author.email
    return Turn(name, author.email, node.message.iso_date, node.extraction.own_text)


def _quoted_turn(quoted: QuotedMail) -> Turn:
    author = written_by(quoted.quote.author)
    return Turn(author.name or author.email, author.email, quoted.quote.date, quoted.text)


def _append(placed: list[_Placed], node: Node) -> None:
    """A mail at hand replaces its own quote; a copy of one under another id is left out."""
    one = _Placed(_turn(node), node.print, at_hand=True)
    if not one.print.length:
        return
    for index, other in enumerate(placed):
        if other.at_hand and not one.print.telling:
            # Two mails may say "Thanks."
            continue
        if _same(other, one):
            placed[index] = one
            return
    placed.append(one)


def _merge(placed: list[_Placed], quotes: Sequence[QuotedMail]) -> None:
    """Put quotes (newest first) where they belong: behind the last older turn that is known."""
    place = 0
    for quoted in reversed(quotes):
        one = _Placed(_quoted_turn(quoted), quoted.print, at_hand=False)
        if not one.print.length:
            continue
        known = next((i for i, other in enumerate(placed) if _same(other, one)), None)
        if known is not None:
            place = max(place, known + 1)
            continue
        placed.insert(place, one)
        place += 1


def _same(one: _Placed, other: _Placed) -> bool:
    """Whether two turns are one mail; few words count only from the same mouth."""
    if not one.print.same(other.print):
        return False
    if one.print.telling or not (one.turn.author and other.turn.author):
        return True
    return same_person(_person(one.turn), _person(other.turn))


def _person(turn: Turn) -> Address:
    return Address(turn.author, turn.email)
