"""A server's words when it refuses: what they mean, and how they are told to the user. Pure."""

from __future__ import annotations

import re

_SUGGESTED_PAUSE = re.compile(r"Suggested Backoff Time: (\d{1,12}) milliseconds", re.IGNORECASE)
# At the beginning of what the server says, behind IMAPClient's words for a NO or a BAD.
_CODE = re.compile(r"(?:failed: |BAD \[b['\"])(\[[A-Z][A-Z-]{2,20}\])")
_LONGEST_PAUSE = 24 * 3600.0
# What imaplib and IMAPClient quote whole: the line is what they could not read, and may be mail.
_QUOTED = re.compile(
    r"((?:unexpected (?:tagged |idle )?response|unterminated line)): .*", re.IGNORECASE | re.DOTALL
)


def suggested_pause(text: str) -> float:
    """How many seconds the server asks to be left alone (Outlook, when it throttles); else 0."""
    found = _SUGGESTED_PAUSE.search(text)
    return min(int(found[1]) / 1000, _LONGEST_PAUSE) if found else 0.0


def throttled(text: str) -> bool:
    """Whether a refusal means everything and will pass: no single mail is to blame for it.

    Gmail says OVERQUOTA of a day's bandwidth too; to an APPEND it means a full mailbox.
    """
    return "[THROTTLED]" in text or ("[OVERQUOTA]" in text and not text.startswith("append failed"))


def unquoted(text: str) -> str:
    """Why a connection or an answer was given up, without the octets that came."""
    return _QUOTED.sub(r"\1", text)


def plain(error: BaseException | None) -> str:
    """A server's words without Python's bytes marks and IMAPClient's prefix; one short line."""
    text = unquoted(str(error)).removeprefix("b'").removesuffix("'")
    for prefix in ("append failed: ", "select failed: ", "fetch failed: ", "search failed: "):
        text = text.removeprefix(prefix)
    return text[:200]


def coded(error: BaseException | None) -> str:
    """The response code of a refusal (RFC 5530) alone: its words may quote what was sent, as those
    of content filters and of parsers do, and that is mail."""
    found = _CODE.search(str(error))
    return found[1] if found else "it gives no code"


def remedy(text: str) -> str:
    """What to do about a refusal, by its response code (RFC 5530, RFC 7889)."""
    upper = text.upper()
    if "OVERQUOTA" in upper:
        return "make room in the mailbox"
    if "TOOBIG" in upper or "LIMIT" in upper:
        return "the server takes no mail of this size"
    if "NOPERM" in upper or "READ-ONLY" in upper:
        return "choose a folder that may be written to"
    return "ask the server's administrator if it stays"
