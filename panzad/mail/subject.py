"""Reads and makes subjects: the base that a thread shares, the subject of a reply. Pure."""

from __future__ import annotations

import re

# Longer ones come from no person; each prefix taken off copies the rest.
_MAX_LENGTH = 1_000

_REPLY = (
    r"re|aw|antw(?:ort)?|sv|vs|odp|ynt|yan|r|rif|r[ée]f|res|rép|ответ|отв|на|σχετ|απ|βε|vá|ats|hà"
    r"|回复|回覆|答复|答覆|返信|답장|回信|תשובה|رد"
)
_FORWARD = (
    r"fwd?|wg|tr|rv|enc|doorst|vb|vl|továbbítás|továbbított|pd|i|ilt|πρθ|прд|fs|vš"
    r"|转发|轉寄|轉發|転送|전달"
)
_COUNT = r"(?:\s*\[\d{1,3}\]|\s*\(\d{1,3}\)|\^\d{1,3})?"
_REPLY_PREFIX = re.compile(rf"\s*(?:{_REPLY})\.?{_COUNT}\s*[:：]\s*", re.IGNORECASE)
_PREFIX = re.compile(rf"\s*(?:{_REPLY}|{_FORWARD})\.?{_COUNT}\s*[:：]\s*", re.IGNORECASE)
# "[list] " in front: subj-blob; it is part of the base when nothing else is.
_BLOB = re.compile(r"\s*\[[^\[\]]{1,80}\]\s*(?=\S)")
_FORWARD_TRAILER = re.compile(r"\s*\(fwd\)\s*$", re.IGNORECASE)
_FORWARDED = re.compile(r"\[fwd:(.*)\]$", re.IGNORECASE)


def reply_subject(subject: str) -> str:
    """`Re: ` and the subject, once: other languages' prefixes ("AW:", "SV:") are replaced."""
    rest = _folded(subject)
    while (match := _REPLY_PREFIX.match(rest)) is not None:
        rest = rest[match.end() :]
    return f"Re: {rest}".rstrip()


def base_subject(subject: str) -> str:
    """What a subject and its replies' and forwards' have in common (RFC 5256 section 2.1).

    Prefixes of other languages than English count too. Compare without regard to case.
    """
    text = _folded(subject)
    while True:
        shorter = _FORWARD_TRAILER.sub("", text)
        if match := _FORWARDED.match(shorter):
            shorter = match[1].strip()
        if match := _PREFIX.match(shorter) or _BLOB.match(shorter):
            shorter = shorter[match.end() :]
        if shorter == text:
            return text
        text = shorter


def is_reply_subject(subject: str) -> bool:
    """Whether a reply's prefix stands in front, behind a list's name at most."""
    blob = _BLOB.match(subject)
    return _REPLY_PREFIX.match(subject, blob.end() if blob else 0) is not None


def _folded(subject: str) -> str:
    return " ".join(subject[:_MAX_LENGTH].split())
