"""Makes a Message of a mail's bytes: the entrance of the mail room. Never raises."""

from __future__ import annotations

import re

from panzad.mail import enriched, flowed, headers, html
from panzad.mail.charsets import raw_header_text
from panzad.mail.headers import Header, unfolded
from panzad.mail.inlinefiles import without_files
from panzad.mail.mbox import unescaped
from panzad.mail.message import Address, Message
from panzad.mail.mime import Part, tree

# More than any person writes or quotes: what goes on behind it is a log, or made to hurt.
MAX_TEXT = 1_000_000

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
_PLAIN = frozenset({"text/plain", "text", "text/markdown", "text/x-markdown"})
# What a person reads as a mail's text.
READABLE = _HTML | _ENRICHED | _PLAIN
# "Please view this mail in an HTML capable client."
_MAX_STUB = 250
_STUB = re.compile(
    r"\bhtml\b.{0,80}(?:client|reader|viewer|program|capable|compatible|enabled|support|version|format"
    r"|fähig|darstell|anzeig|lecteur|lettore|lector)"
    r"|(?:view|see|read|display|show|anzeig|darstell|affich|visualizz?)\w*\b.{0,80}\bhtml\b",
    re.IGNORECASE,
)
# Characters that no reader sees: soft hyphen, zero width space and joiners of nothing, bidi
# controls and marks, tag characters and the second set of variation selectors (hidden text).
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e0fff]"
)


def parse(raw: bytes) -> Message:
    """Read a message, whatever its bytes (RFC 5322, 2045-2047, 2231, 3676, 6532).

    Reads whole mails and the skeletons that the IMAP room fetches (header, text parts, other
    leaves empty). Malformed fields are mended or left out, never an error. Text is read up to
    MAX_TEXT characters.
    """
    root = tree(raw)
    header = root.header
    texts = _texts(root)
    charset = _charset(root)
    people = {
        name: _addresses(header, name, charset) for name in ("from", "reply-to", "to", "cc", "bcc")
    }
    known = {one.email.lower() for named in people.values() for one in named}
    return Message(
        message_id=headers.message_id(header.text("message-id")),
        subject=headers.header_text(header.raw("subject") or b"", charset),
        date=headers.date(header.text("date")),
        from_=people["from"] or _addresses(header, "sender", charset),
        reply_to=people["reply-to"],
        to=people["to"],
        cc=people["cc"],
        bcc=people["bcc"],
        mail_followup_to=_addresses(header, "mail-followup-to", charset),
        mail_reply_to=_addresses(header, "mail-reply-to", charset),
        in_reply_to=headers.answered_ids(header.text("in-reply-to"), known),
        references=headers.ids(header.text("references")),
        headers=tuple((name, headers.header_text(value, charset)) for name, value in header.fields),
        text=_visible(_bounded("\n\n".join(text for text, _ in texts))),
        content_types=tuple(_told_type(leaf) for leaf in root.leaves()),
    )


def _told_type(leaf: Part) -> str:
    """A leaf's type; a calendar that is a file beside a text, and asks nothing, is a file."""
    if leaf.content_type == "text/calendar" and leaf.disposition == "attachment":
        return leaf.content_type if "method" in leaf.parameters else "application/ics"
    return leaf.content_type


def _charset(root: Part) -> str | None:
    """The charset of the first text: mailers that write raw octets into headers use it there."""
    return next(
        (leaf.parameters["charset"] for leaf in root.leaves() if "charset" in leaf.parameters), None
    )


def _addresses(header: Header, name: str, charset: str | None) -> tuple[Address, ...]:
    """All addresses of a field; a field that stands twice counts as one (seen from scripts)."""
    return tuple(
        address
        for value in header.all(name)
        for address in headers.addresses(unfolded(raw_header_text(value, charset)))
    )


def _texts(part: Part) -> list[tuple[str, bool]]:
    """What a reader is shown of a part, in order: (text, whether it was HTML)."""
    match part.content_type:
        case "multipart/alternative":
            return _best([_texts(child) for child in part.children])
        case "multipart/related" if part.children:
            return _texts(_root(part))
        case "multipart/signed":
            return _texts(part.children[0]) if part.children else []
        case "multipart/encrypted":
            return []
        case _ if part.children:
            return _texts_of_all(part.children)
        case _ if part.disposition == "attachment":
            return []
        case kind if kind in _HTML:
            text = html.rendered(part.text())
            return [(text, True)] if text.strip() else []
        case kind if kind in _PLAIN or kind in _ENRICHED:
            text = enriched.rendered(part.text()) if kind in _ENRICHED else _plain(part)
            return [(text.strip("\n"), False)] if text.strip() else []
        case _:
            return []


def _root(related: Part) -> Part:
    """The part that the others belong to: the one that `start` names, else the first (RFC 2387)."""
    start = related.parameters.get("start", "").strip()
    named = (one for one in related.children if one.header.text("content-id").strip() == start)
    return next(named, related.children[0]) if start else related.children[0]


def _texts_of_all(parts: tuple[Part, ...]) -> list[tuple[str, bool]]:
    """The texts of a multipart/mixed and its like; text files behind the first text are none.

    Apple Mail and others attach text files as `inline`: what tells them is their name.
    """
    found: list[tuple[str, bool]] = []
    for part in parts:
        if not (found and "name" in part.parameters and not part.children):
            found.extend(_texts(part))
    return found


def _best(versions: list[list[tuple[str, bool]]]) -> list[tuple[str, bool]]:
    """Of several versions the plain one: it is what the sender's client takes for the text.

    Not where it only says that there is HTML, and the HTML does not say so.
    """
    filled = [version for version in versions if version]
    for version in filled:
        if not any(is_html for _, is_html in version):
            return filled[-1] if _is_stub(version, filled[-1]) else version
    return filled[-1] if filled else []


def _is_stub(plain: list[tuple[str, bool]], last: list[tuple[str, bool]]) -> bool:
    text = " ".join(text for text, _ in plain).strip()
    if len(text) > _MAX_STUB or "\n" in text or not _STUB.search(text):
        return False
    return not any(text in " ".join(other.split()) for other, _ in last)


def _plain(part: Part) -> str:
    text = without_files(part.text())
    if ">From " in text:
        text = "\n".join(unescaped(text.split("\n")))
    if part.parameters.get("format", "").lower() == "flowed":
        return flowed.joined(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    return text


def _bounded(text: str) -> str:
    """The first lines of a text, MAX_TEXT characters at most."""
    if len(text) <= MAX_TEXT:
        return text
    end = text.rfind("\n", 0, MAX_TEXT)
    return text[: end if end > 0 else MAX_TEXT]


def _visible(text: str) -> str:
    """Without what nobody sees; no-break spaces read as spaces."""
    if text.isascii():
        return text
    return _INVISIBLE.sub("", text).replace("\xa0", " ").replace("\u202f", " ")
