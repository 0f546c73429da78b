"""Decides which sent mails are the user's own writing, good to learn from."""

from __future__ import annotations

from panzad.mail.classify import kind
from panzad.mail.identities import is_own
from panzad.mail.message import Extraction, Message

# Longer texts are pasted documents; the longest mail of the paper's two people has 3,100.
MAX_CHARACTERS = 4_000
MAX_RECIPIENTS = 50


def reason_unused(
    message: Message, extraction: Extraction, identities: frozenset[str]
) -> str | None:
    """Why a sent mail is not learned from, as a stable word; None when it is.

    `identities` are the user's addresses. Short mails ("Yes, that works.") are learned from; so is
    what the user sent to a list, whose header names the list and not the user.
    """
    if not any(is_own(sender.email, identities) for sender in message.from_):
        return "not-mine"
    if len({*message.to, *message.cc, *message.bcc}) > MAX_RECIPIENTS:
        return "bulk"
    match kind(message):
        case "encrypted" | "calendar" as special:
            return special
        case "automatic":
            return "automatic"
        case "bulk" if message.header("List-Id") is None and message.header("List-Post") is None:
            return "bulk"
        case _:
            pass
    own = extraction.own_text.strip()
    if not own:
        return "forward-without-comment" if extraction.layout == "forward" else "no-own-text"
    return "too-long" if len(own) > MAX_CHARACTERS else None
