"""Decides who a reply goes to and who it is from: by code alone, never by the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from panzad.mail import headers
from panzad.mail.classify import is_automatic, is_bulk, is_no_reply, kind
from panzad.mail.identities import canonical, is_own
from panzad.mail.message import Address, Message

# What is no address cannot be a draft's From; it has 64 octets at most (RFC 5321, 4.5.3.1.1).
_PLUS_ADDRESS = re.compile(
    r"(?=.{1,64}$)[A-Za-z0-9.!#$%&'*/=?^_`{|}~-]+\+[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*"
)
# Where servers and forwarders tell the address that a copy was for.
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")


@dataclass(frozen=True, slots=True)
class Recipients:
    """The address fields of a reply (RFC 5322 section 3.6.3)."""

    from_: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]


def reply_recipients(
    message: Message, identities: Sequence[Address], reply_all: bool | Literal["auto"]
) -> Recipients:
    """Whom to answer, and as whom.

    `identities` are the user's addresses, the main one first; no reply goes to them. `auto`
    answers all when the mail had others among its recipients and came through no list. A reply
    to the user's own mail goes to whom that mail went.
    """
    own = [identity.email for identity in identities]
    author = _author(message, identities)
    to_all = _wants_all(message, own) if reply_all == "auto" else reply_all
    if any(is_own(sender.email, own) for sender in message.from_):
        to = _others(message.to, own, ())
        return Recipients(author, to, _others(message.cc, own, to) if to_all else ())
    if to_all and message.mail_followup_to:
        return Recipients(author, _others(message.mail_followup_to, own, ()), ())
    to = _others(message.reply_to, own, ()) or _others(message.from_, own, ())
    if not to_all:
        return Recipients(author, to, ())
    # A list that sets Reply-To to itself: the author is answered too.
    everybody = (*message.from_, *message.to) if message.reply_to else message.to
    return Recipients(author, to, _others((*everybody, *message.cc), own, to))


def why_no_draft(message: Message, identities: Sequence[Address]) -> str | None:
    """Why a marked mail gets no draft, for the user to read; None when it gets one."""
    own = [identity.email for identity in identities]
    senders = message.reply_to or message.from_
    if not senders:
        return "nobody to answer: the mail names no sender"
    mine = any(is_own(sender.email, own) for sender in message.from_)
    if not mine and all(is_no_reply(sender.email) for sender in senders):
        return f"{senders[0].email} takes no replies"
    if kind(message) == "encrypted":
        return "encrypted mail cannot be read"
    if is_automatic(message) and not mine:
        return "automatic mail (a program sent it)"
    return None


def _wants_all(message: Message, own: Sequence[str]) -> bool:
    return bool(_others((*message.to, *message.cc), own, message.from_)) and not is_bulk(message)


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
    delivered = [
        address
        for name, value in message.headers
        if name.lower() in _DELIVERED
        for address in headers.addresses(value)
    ]
    for address in (*message.from_, *message.to, *message.cc, *message.bcc, *delivered):
        for identity in identities:
            if canonical(address.email) == canonical(identity.email):
                tagged = _PLUS_ADDRESS.fullmatch(address.email.rpartition("@")[0])
                return Address(identity.name, address.email) if tagged else identity
    return identities[0]
