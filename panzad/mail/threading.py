"""Links mails to the mails they answer: the REFERENCES algorithm of RFC 5256, tolerant. Pure.

Its steps 1 to 3 are taken (links by id, phantoms for ids that are not at hand). Step 5, merging by
subject alone, would join strangers' "Hello"s: here a mail that names no ids finds its parent by
what it quotes, by its subject and by its people together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from panzad.mail.closing import closed
from panzad.mail.extract import extract
from panzad.mail.identities import canonical
from panzad.mail.message import Extraction, Message, Quote
from panzad.mail.sameness import Fingerprint, author_of, same_person, written_by
from panzad.mail.signatures import name_words
from panzad.mail.subject import base_subject, is_reply_subject

# Of a longer References the first and the last name the thread and the place in it.
_IDS_READ = 20
# More quotes of a mail are not looked into: nobody answers the thirtieth.
_QUOTES_READ = 30
# A "Lunch" of last year is another thread.
_LONGEST_GAP = 60 * 24 * 3600.0

_Key = tuple[float, str, str, str]


@dataclass(frozen=True, slots=True)
class QuotedMail:
    """A quoted mail without its signature, and what it is compared by."""

    quote: Quote
    text: str
    print: Fingerprint


@dataclass(frozen=True, slots=True)
class Node:
    """A mail of a thread, taken apart, and what it is compared by; quotes newest first."""

    message: Message
    extraction: Extraction
    print: Fingerprint
    quotes: tuple[QuotedMail, ...]

    @classmethod
    def of(cls, message: Message, extraction: Extraction | None = None) -> Node:
        """The node of a message."""
        extraction = extraction or extract(message)
        return cls(
            message,
            extraction,
            Fingerprint.of(extraction.own_text),
            tuple(_quoted(quote) for quote in extraction.quotes[:_QUOTES_READ]),
        )


@dataclass(slots=True, eq=False)
class _Container:
    """An id of a thread (RFC 5256, REFERENCES): its mail, or a phantom without one."""

    node: Node | None = None
    parent: _Container | None = None
    children: list[_Container] = field(default_factory=list["_Container"])


class Links:
    """Who answers whom among some mails. Their order does not matter; copies count once."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        """Link the mails, at most a few hundred: the depth of a thread counts in the time."""
        self._by_id: dict[str, _Container] = {}
        self._by_key = {key: _Container(node) for key, node in _in_order(nodes)}
        for container in self._by_key.values():
            assert container.node is not None
            # Of different mails under one id the first has it; the others can only answer.
            if name := container.node.message.message_id:
                self._by_id.setdefault(name, container)
        for container in self._by_key.values():
            assert container.node is not None
            self._link(container, container.node.message)
        self._guess_parents()

    def ancestors(self, message: Message) -> tuple[Node, ...]:
        """The mails at hand that `message` answers, the oldest first."""
        found = [above.node for above in _above(self._by_key.get(_key(message)))]
        return tuple(node for node in reversed(found) if node is not None)

    def descendants(self, message: Message) -> tuple[Node, ...]:
        """The mails at hand that answer `message`, or an answer to it; by date."""
        start = self._by_key.get(_key(message))
        waiting = list(start.children) if start else []
        found: list[Node] = []
        while waiting:
            container = waiting.pop()
            waiting.extend(container.children)
            if container.node is not None:
                found.append(container.node)
        return tuple(sorted(found, key=lambda node: _key(node.message)))

    def _link(self, container: _Container, message: Message) -> None:
        """Steps 1 A and B: the chain of the References, then the mail below the last of them."""
        above: _Container | None = None
        for name in (*_references(message), *self._cut_off(message)):
            one = self._by_id.setdefault(name, _Container())
            if one is container:
                continue
            if above is not None and one.parent is None:
                _adopt(above, one)
            above = one
        if above is not None:
            # The mail's own word outweighs what others' References say of it.
            _adopt(above, container)

    def _cut_off(self, message: Message) -> tuple[str, ...]:
        """The mail in In-Reply-To that References lacks: some clients cut those short.

        Only if it is at hand: In-Reply-To may hold other things in angle brackets.
        """
        if not message.references or not message.in_reply_to:
            return ()
        name = message.in_reply_to[0]
        known = self._by_id.get(name)
        return (name,) if known and known.node and name not in message.references else ()

    def _guess_parents(self) -> None:
        """Give each mail that names no ids its likeliest parent."""
        alike: dict[str, list[tuple[Node, _Container]]] = {}
        for container in self._by_key.values():
            assert container.node is not None
            if subject := base_subject(container.node.message.subject).casefold():
                alike.setdefault(subject, []).append((container.node, container))
        for group in alike.values():
            for place, (node, container) in enumerate(group):
                if container.parent is None and not _references(node.message):
                    parent = _likeliest_parent(node, group[:place], group[place + 1 :])
                    if parent is not None:
                        _adopt(parent, container)


def _quoted(quote: Quote) -> QuotedMail:
    text = closed(quote.text, name_words([written_by(quote.author)])).own
    return QuotedMail(quote, text, Fingerprint.of(text))


def _above(container: _Container | None) -> Iterator[_Container]:
    while container is not None and container.parent is not None:
        container = container.parent
        yield container


def _adopt(parent: _Container, child: _Container) -> None:
    """Put `child` below `parent`; a circle breaks where a mail answers a newer one."""
    if parent is child:
        return
    if child.children:
        above = [parent, *_above(parent)]
        below = next((one for one in above if one.parent is child), None)
        if below is not None:
            if not _is_older(below, child):
                return
            _release(below)
    _release(child)
    child.parent = parent
    parent.children.append(child)


def _release(child: _Container) -> None:
    if child.parent is not None:
        child.parent.children.remove(child)
        child.parent = None


def _is_older(one: _Container, other: _Container) -> bool:
    """Whether a mail cannot answer the other, by their dates; mails that are not at hand may."""
    if one.node is None or other.node is None:
        return False
    return _key(one.node.message)[0] < _key(other.node.message)[0]


def _references(message: Message) -> tuple[str, ...]:
    """The ids above a mail, the oldest first: References, else the first of In-Reply-To."""
    chain = message.references or message.in_reply_to[:1]
    if len(chain) > _IDS_READ:
        chain = (chain[0], *chain[1 - _IDS_READ :])
    return tuple(one for one in chain if one != message.message_id)


def _key(message: Message) -> _Key:
    """What a copy shares with its mail, ordered by date. INBOX and All Mail hold the same mail.

    A mail without a date is nobody's newest: it comes first.
    """
    moment = message.date.timestamp() if message.date else float("-inf")
    return moment, message.message_id or "", message.subject, message.text


def _in_order(nodes: Iterable[Node]) -> list[tuple[_Key, Node]]:
    found: dict[_Key, Node] = {}
    for node in nodes:
        key = _key(node.message)
        known = found.get(key)
        # Forged copies may differ in what the key leaves out: which one counts is not left to the
        # order they came in.
        if known is None or (
            known.message != node.message and repr(node.message) < repr(known.message)
        ):
            found[key] = node
    return sorted(found.items(), key=lambda item: item[0])


def _likeliest_parent(
    node: Node,
    earlier: Sequence[tuple[Node, _Container]],
    later: Sequence[tuple[Node, _Container]],
) -> _Container | None:
    """Among mails of the same subject the one that this mail quotes, or seems to answer.

    The newest quote that is at hand decides, whatever the clocks say. Otherwise, if a quote or the
    subject says that it is an answer, it answers the newest mail before it that it writes to, or
    that went where it goes.
    """
    for quoted in node.quotes:
        for other, container in (*reversed(earlier), *later):
            if other.print.length and quoted.print.same(other.print):
                return container
    if not node.quotes and not is_reply_subject(node.message.subject):
        return None
    possible = [
        (other, container)
        for other, container in reversed(earlier)
        if _key(node.message)[0] - _key(other.message)[0] <= _LONGEST_GAP
        and _may_quote(node, other)
    ]
    for answers in (_writes_to, _shares_a_recipient):
        for other, container in possible:
            if answers(node.message, other.message):
                return container
    return None


def _writes_to(message: Message, other: Message) -> bool:
    """Whether the author of `other` is among the recipients of `message`."""
    return canonical(author_of(other).email) in _recipients(message)


def _shares_a_recipient(message: Message, other: Message) -> bool:
    """Whether both went to one address: on a list nobody need be addressed."""
    return bool(_recipients(message) & _recipients(other))


def _recipients(message: Message) -> frozenset[str]:
    return frozenset(canonical(one.email) for one in (*message.to, *message.cc))


def _may_quote(node: Node, other: Node) -> bool:
    """Whether the first quote, if there is one, may be of `other` by its author."""
    if not node.quotes or not node.quotes[0].quote.author:
        return True
    return same_person(written_by(node.quotes[0].quote.author), author_of(other.message))
