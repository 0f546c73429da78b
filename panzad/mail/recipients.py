"""Decides who a reply goes to and who it is from: by code alone, never by the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from panzad.mail import headers
from panzad.mail.classify import has_no_reader, is_automatic, is_bulk, is_list, is_no_reply, kind
from panzad.mail.identities import canonical, is_own
from panzad.mail.message import Address, Message

# What is no address cannot be a draft's From; it has 64 octets at most (RFC 5321, 4.5.3.1.1).
_PLUS_ADDRESS = re.compile(
    r"(?=.{1,64}$)[A-Za-z0-9.!#$%&'*/=?^_`{|}~-]+\+[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*"
)
# Where servers and forwarders tell the address that a copy was for, the earliest stage first:
# Postfix writes the alias into X-Original-To and the mailbox behind it into Delivered-To.
_ENVELOPE = ("x-original-to", "x-envelope-to", "envelope-to", "x-delivered-to")
_MAILBOX = "delivered-to"
# "Received: from mx by host for <ann@example.org>; …" (RFC 5321 section 4.4).
_RECEIVED_FOR = re.compile(r"\bfor <([^<>\s]{1,200}@[^<>\s]{1,200})>")
_MAILTO = re.compile(r"<mailto:([^<>?\s]+)")

_AUTOMATIC = "automatic mail (a program sent it)"

# How far a reply reaches: the author (False), all (True), the list alone, or by the mail itself.
Reach = bool | Literal["auto", "list"]


@dataclass(frozen=True, slots=True)
class Recipients:
    """The address fields of a reply (RFC 5322 section 3.6.3)."""

    from_: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]


def reply_recipients(
    message: Message, identities: Sequence[Address], reply_all: Reach
) -> Recipients:
    """Whom to answer, and as whom.

    `identities` are the user's addresses, the main one first; no reply goes to them. `auto`
    answers all when the mail had others among its recipients and came through no list, or says
    itself where answers go (Mail-Followup-To); `list` answers the list alone, where there is one.
    Who got a blind copy answers the author alone: the others were not to know.
    A reply to the user's own mail goes to whom that mail went. Robots get no copy.
    """
    own = [identity.email for identity in identities]
    author = _author(message, identities)
    if reply_all == "list":
        return Recipients(author, _others(_posts(message), own, ()), ())
    to_all = _wants_all(message, own) if reply_all == "auto" else reply_all
    if any(is_own(sender.email, own) for sender in message.from_):
        to = _others(message.to, own, ())
        return Recipients(author, to, _people(message.cc, own, to) if to_all else ())
    if to_all and (followed := _followed(message, own)):
        return Recipients(author, followed, ())
    to = _others(answers_to(message), own, ()) or _others(message.from_, own, ())
    if not to_all:
        return Recipients(author, to, ())
    # A list that sets Reply-To to itself: the author is answered too.
    everybody = (*message.from_, *message.to) if message.reply_to else message.to
    return Recipients(author, to, _people((*everybody, *message.cc), own, to))


def answers_to(message: Message) -> tuple[Address, ...]:
    """Where the author wants answers to the author: Mail-Reply-To, Reply-To, else From.

    A list that sets Reply-To to itself leaves Mail-Reply-To alone
    (https://cr.yp.to/proto/replyto.html).
    """
    return message.mail_reply_to or message.reply_to or message.from_


def others_of(message: Message, identities: Sequence[Address]) -> tuple[Address, ...]:
    """Whom a reply to all would reach besides its authors, without the user."""
    own = [identity.email for identity in identities]
    authors = (*message.from_, *answers_to(message))
    return _people((*message.to, *message.cc, *_followed(message, own)), own, authors)


def list_addresses(message: Message) -> frozenset[str]:
    """Where a list's mail is sent to: its List-Post (RFC 2369); without one, who it was to."""
    return frozenset(canonical(one.email) for one in _posts(message))


def _posts(message: Message) -> tuple[Address, ...]:
    if not is_bulk(message):
        return ()
    named = (*message.to, *message.cc, *message.reply_to)
    posts = _MAILTO.findall(message.header("List-Post") or "")
    if not posts:
        return named
    # The list as people address it, if they did: it may have a name there.
    return tuple(
        next((one for one in named if canonical(one.email) == canonical(post)), Address("", post))
        for post in posts
    )


def why_no_draft(
    message: Message, identities: Sequence[Address], *, takes_part: bool = False
) -> str | None:
    """Why a marked mail gets no draft, for the user to read; None when it gets one.

    `takes_part` says that the user writes to the list or in the thread it came through.
    """
    own = [identity.email for identity in identities]
    if unanswerable := why_unanswerable(message):
        return unanswerable
    if kind(message) == "encrypted":
        return "encrypted mail cannot be read"
    if any(is_own(sender.email, own) for sender in message.from_):
        return _AUTOMATIC if is_automatic(message, own) else None
    senders = answers_to(message)
    if all(is_no_reply(sender.email) for sender in senders):
        return f"{senders[0].email} takes no replies"
    if is_automatic(message):
        return _AUTOMATIC
    if takes_part or not is_bulk(message):
        return None
    if not is_list(message, own):
        return "a newsletter or other mail to many, and no answer to you"
    # To the user alone is how a list addresses each of its copies; beside the list, a person's way.
    named = {is_own(one.email, own) for one in (*message.to, *message.cc)}
    return None if named == {True, False} else "mail to a list that you do not write to"


def why_unanswerable(message: Message) -> str | None:
    """Why nobody can answer a mail, not even when told to."""
    if not answers_to(message):
        return "nobody to answer: the mail names no sender"
    return None


def _wants_all(message: Message, own: Sequence[str]) -> bool:
    if _followed(message, own):
        return True
    if is_bulk(message) or _is_blind_copy(message, own):
        return False
    return bool(_people((*message.to, *message.cc), own, message.from_))


def _is_blind_copy(message: Message, own: Sequence[str]) -> bool:
    """Whether the envelope names the user, and the mail does not.

    Delivered-To alone does not say so: the members of a group that the mail names have it too.
    """
    if any(is_own(one.email, own) for one in (*message.to, *message.cc)):
        return False
    return any(is_own(one.email, own) for one in _delivered(message, _ENVELOPE))


def _followed(message: Message, own: Sequence[str]) -> tuple[Address, ...]:
    """Where a mail says that answers go (Mail-Followup-To), without the user.

    Off a list it may only name whom the mail names anyhow: a stranger does not decide who else
    gets the user's answer.
    """
    found = _others(message.mail_followup_to, own, ())
    if is_bulk(message):
        return found
    named = (*message.from_, *answers_to(message), *message.to, *message.cc)
    known = {canonical(one.email) for one in named}
    return found if all(canonical(one.email) in known for one in found) else ()


def _people(
    addresses: Iterable[Address], own: Sequence[str], already: Iterable[Address]
) -> tuple[Address, ...]:
    """The others without the robots among them."""
    found = _others(addresses, own, already)
    return tuple(one for one in found if not has_no_reader(one.email))


def _others(
    addresses: Iterable[Address], own: Sequence[str], already: Iterable[Address]
) -> tuple[Address, ...]:
    """Addresses without the user's own, those named already, and doubles."""
    seen = {canonical(address.email) for address in already}
    found: list[Address] = []
    for address in addresses:
        key = canonical(address.email)
        if "@" in address.email and key not in seen and not is_own(key, own):
            seen.add(key)
            found.append(address)
    return tuple(found)


def _author(message: Message, identities: Sequence[Address]) -> Address:
    """The identity that the mail addressed, a plus-address as it was addressed; else the first."""
    delivered = (
        *_delivered(message, _ENVELOPE),
        *_received_for(message),
        *_delivered(message, (_MAILBOX,)),
    )
    for address in (*message.from_, *message.to, *message.cc, *message.bcc, *delivered):
        for identity in identities:
            if canonical(address.email) == canonical(identity.email):
                tagged = _PLUS_ADDRESS.fullmatch(address.email.rpartition("@")[0])
                return Address(identity.name, address.email) if tagged else identity
    return identities[0]


def _delivered(message: Message, fields: Sequence[str]) -> list[Address]:
    return [
        address
        for wanted in fields
        for name, value in message.headers
        if name.lower() == wanted
        for address in headers.addresses(value)
    ]


def _received_for(message: Message) -> list[Address]:
    """Whom the hosts on the way name, the first of them first: each puts its line on top."""
    return [
        Address("", match[1])
        for name, value in reversed(message.headers)
        if name.lower() == "received" and (match := _RECEIVED_FOR.search(value))
    ]
