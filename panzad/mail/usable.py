"""Decides which sent mails are the user's own writing, good to learn from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from panzad.mail import headers
from panzad.mail.classify import is_bulk, kind
from panzad.mail.identities import is_other_person, is_own
from panzad.mail.message import Address, Extraction, Message
from panzad.mail.signatures import name_words

# Longer texts are pasted documents; the longest mail of the paper's two people has 3,100.
MAX_CHARACTERS = 4_000
MAX_RECIPIENTS = 50

_LINK = re.compile(r"<?(?:https?://|www\.)\S+|[^\s@]{1,80}@[^\s@]{1,80}")
_LETTER = re.compile(r"[^\W\d_]")
# Shorter than this a text of signs is an answer (":-)", "10:30?").
_PASTED_CHARACTERS = 400
_LEAST_LETTERS = 0.6
# Outlook draws this line, in every language, between an appointment's place and its notes.
_APPOINTMENT = re.compile(r"(?:\*~){6,}\*?")


def reason_unused(
    message: Message, extraction: Extraction, identities: Sequence[Address]
) -> str | None:
    """Why a sent mail is not learned from, as a stable word; None when it is.

    `identities` are the user's addresses and name. Short mails ("Yes, that works.") are learned
    from; so is what the user sent to a list, whose header names the list and not the user.
    """
    own = [identity.email for identity in identities]
    return _by_author(message, identities) or _by_kind(message, own) or _by_text(extraction)


def _by_author(message: Message, identities: Sequence[Address]) -> str | None:
    own = [identity.email for identity in identities]
    if not any(is_own(sender.email, own) for sender in message.from_):
        return "not-mine"
    if any(is_other_person(sender, identities) for sender in message.from_):
        return "other-author"
    if _on_behalf(message, identities):
        return "other-author"
    recipients = (*message.to, *message.cc, *message.bcc)
    if recipients and all(is_own(one.email, own) for one in recipients):
        return "to-myself"
    return None


def _on_behalf(message: Message, identities: Sequence[Address]) -> bool:
    """Whether Sender names another person than the author (RFC 5322 section 3.6.2).

    A list names its own robot there, and some clients the login on their own host.
    """
    senders = headers.addresses(message.header("Sender") or "")
    if not senders or is_bulk(message):
        return False
    own = [identity.email for identity in identities]
    named = name_words(senders) & name_words((*message.from_, *identities))
    return not named and not any(is_own(one.email, own) for one in senders)


def _by_kind(message: Message, own: Sequence[str]) -> str | None:
    if len({*message.to, *message.cc, *message.bcc}) > MAX_RECIPIENTS:
        return "bulk"
    match kind(message, own):
        case "encrypted" | "calendar" | "automatic" as special:
            return special
        case "bulk" if message.header("List-Id") is None and message.header("List-Post") is None:
            return "bulk"
        case _:
            return None


def _by_text(extraction: Extraction) -> str | None:
    own = extraction.own_text.strip()
    if not own:
        return "forward-without-comment" if extraction.layout == "forward" else "no-own-text"
    if _APPOINTMENT.search(extraction.unquoted):
        return "calendar"
    if len(own) > MAX_CHARACTERS:
        return "too-long"
    return "pasted" if _is_pasted(own) else None


def _is_pasted(own: str) -> bool:
    """Links alone, or a long text of signs and figures: logs, tables, code."""
    words = _LINK.sub("", own)
    if not words.strip():
        return True
    signs = "".join(words.split())
    return len(signs) > _PASTED_CHARACTERS and (
        len(_LETTER.findall(signs)) < _LEAST_LETTERS * len(signs)
    )
