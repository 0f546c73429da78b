"""Makes a Message of a mail's bytes: the entrance of the mail room. Never raises."""

from __future__ import annotations

import re

from panzad.mail import flowed, headers
from panzad.mail.headers import Header
from panzad.mail.html import rendered
from panzad.mail.message import Address, Message
from panzad.mail.mime import Part, tree

_MARKUP = frozenset({"text/html", "application/xhtml+xml", "text/enriched", "text/richtext"})
_PLAIN = frozenset({"text/plain", "text", "text/markdown", "text/x-markdown"})
# Characters that no reader sees: soft hyphen, zero width space and joiners of nothing, bidi
# controls and marks, tag characters and the second set of variation selectors (hidden text).
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e0fff]"
)


def parse(raw: bytes) -> Message:
    """Read a message, whatever its bytes (RFC 5322, 2045-2047, 2231, 3676, 6532).

    Reads whole mails and the skeletons that the IMAP room fetches (header, text parts, other
    leaves empty). Malformed fields are mended or left out, never an error.
    """
    root = tree(raw)
    header = root.header
    texts = _texts(root)
    return Message(
        message_id=headers.message_id(header.text("message-id")),
        subject=headers.header_text(header.raw("subject") or b""),
        date=headers.date(header.text("date")),
        from_=_addresses(header, "from") or _addresses(header, "sender"),
        reply_to=_addresses(header, "reply-to"),
        to=_addresses(header, "to"),
        cc=_addresses(header, "cc"),
        bcc=_addresses(header, "bcc"),
        mail_followup_to=_addresses(header, "mail-followup-to"),
        in_reply_to=headers.ids(header.text("in-reply-to")),
        references=headers.ids(header.text("references")),
        headers=tuple((name, headers.header_text(value)) for name, value in header.fields),
        text=_visible("\n\n".join(text for text, _ in texts)),
        html_only=bool(texts) and all(markup for _, markup in texts),
        content_types=tuple(leaf.content_type for leaf in root.leaves()),
    )


def _addresses(header: Header, name: str) -> tuple[Address, ...]:
    """All addresses of a field; a field that stands twice counts as one (seen from scripts)."""
    return tuple(
        address
        for key, value in header.fields
        if key.lower() == name
        for address in headers.addresses(headers.unfolded(headers.raw_header_text(value)))
    )


def _texts(part: Part) -> list[tuple[str, bool]]:
    """What a reader is shown of a part, in order: (text, whether it was markup)."""
    match part.content_type:
        case "multipart/alternative":
            return _best([_texts(child) for child in part.children])
        case "multipart/related" | "multipart/signed":
            return _texts(part.children[0]) if part.children else []
        case "multipart/encrypted":
            return []
        case _ if part.children:
            return [text for child in part.children for text in _texts(child)]
        case _ if part.disposition == "attachment":
            return []
        case kind if kind in _MARKUP:
            text = rendered(part.text())
            return [(text, True)] if text.strip() else []
        case kind if kind in _PLAIN:
            text = _plain(part)
            return [(text.strip("\n"), False)] if text.strip() else []
        case _:
            return []


def _best(versions: list[list[tuple[str, bool]]]) -> list[tuple[str, bool]]:
    """Of several versions the plain one: it is what the sender's client takes for the text."""
    filled = [version for version in versions if version]
    for version in filled:
        if not any(markup for _, markup in version):
            return version
    return filled[-1] if filled else []


def _plain(part: Part) -> str:
    text = part.text()
    if part.parameters.get("format", "").lower() == "flowed":
        return flowed.joined(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    return text


def _visible(text: str) -> str:
    """Without what nobody sees; no-break spaces read as spaces."""
    if text.isascii():
        return text
    return _INVISIBLE.sub("", text).replace("\xa0", " ").replace("\u202f", " ")
