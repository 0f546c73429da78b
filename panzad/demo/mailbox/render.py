"""Turns the sample mailbox's letters into RFC 5322 messages as real clients lay them out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from panzad.demo.mailbox.source import Letter
from panzad.mail.message import Address

_CLIENT_HEADERS = {
    "thunderbird": {"User-Agent": "Mozilla Thunderbird"},
    "outlook": {"X-Mailer": "Microsoft Outlook 16.0"},
    "responder": {"Auto-Submitted": "auto-replied", "Precedence": "bulk"},  # RFC 3834 section 5
}

_FLOWED_WIDTH = 72


def render_thread(letters: Sequence[Letter]) -> tuple[bytes, ...]:
    """The messages of one thread, each quoting the one before it; CRLF line ends."""
    rendered: list[bytes] = []
    bodies: list[str] = []
    for number, letter in enumerate(letters):
        quoted = (letters[number - 1], bodies[-1]) if number else None
        bodies.append(_body(letter, quoted))
        message = _with_headers(letter, letters[:number])
        _set_content(message, letter, bodies[-1], quoted)
        rendered.append(message.as_bytes(policy=SMTP))
    return tuple(rendered)


def _with_headers(letter: Letter, before: Sequence[Letter]) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(letter.date)
    message["From"] = _header(letter.sender)
    message["To"] = [_header(address) for address in letter.to]
    if letter.cc:
        message["Cc"] = [_header(address) for address in letter.cc]
    message["Subject"] = letter.subject
    if before:
        if letter.client != "thunderbird-forward":
            message["In-Reply-To"] = before[-1].message_id
        message["References"] = " ".join(earlier.message_id for earlier in before)
    for name, value in _CLIENT_HEADERS.get(letter.client.partition("-")[0], {}).items():
        message[name] = value
    return message


def _header(address: Address) -> HeaderAddress:
    return HeaderAddress(display_name=address.name, addr_spec=address.email)


def _body(letter: Letter, quoted: tuple[Letter, str] | None) -> str:
    """The visible text: one line a paragraph, not yet wrapped for the wire."""
    signature = f"\n\n-- \n{letter.signature}" if letter.signature else ""
    if quoted is None:
        return f"{letter.text}{signature}"
    parent, text = quoted
    match letter.client:
        case "thunderbird-top":
            return f"{letter.text}\n\n{_thunderbird_quote(parent, text)}{signature}"
        case "thunderbird-bottom":
            return f"{_thunderbird_quote(parent, text)}\n\n{letter.text}{signature}"
        case "thunderbird-inline":
            # The greeting stands above the attribution, as one types it before scrolling down.
            greeting, _, answers = letter.text.partition("\n\n")
            return f"{greeting}\n\n{_thunderbird_attribution(parent)}\n{answers}{signature}"
        case "thunderbird-forward":
            return f"{letter.text}{signature}\n\n{_forwarded(parent, text)}"
        case "gmail":
            return f"{letter.text}{signature}\n\n{_gmail_attribution(parent)}\n\n{_nested(text)}"
        case "outlook":
            return f"{letter.text}{signature}\n\n{_outlook_block(parent)}\n\n{text}"
        case "responder":
            return letter.text


def _thunderbird_attribution(parent: Letter) -> str:
    return f"On {parent.date:%d/%m/%Y %H:%M}, {parent.sender.name} wrote:"


def _thunderbird_quote(parent: Letter, text: str) -> str:
    # Thunderbird leaves the signature of the quoted mail out, when it stands at the end.
    kept = re.sub(r"\n+-- \n(?:(?!>)[^\n]*\n?)*\Z", "", text)
    lines = (f">{line}" if line.startswith(">") else f"> {line}" for line in kept.split("\n"))
    return "\n".join((_thunderbird_attribution(parent), *(line.rstrip() for line in lines)))


def _gmail_attribution(parent: Letter) -> str:
    day = f"{parent.date:%a}, {parent.date.day} {parent.date:%b %Y} at {parent.date:%H:%M}"
    line = f"On {day}, {parent.sender.name} <{parent.sender.email}> wrote:"
    # Gmail breaks the attribution after the address once it is longer than a line.
    return line if len(line) <= 78 else line.removesuffix(" wrote:") + "\nwrote:"


def _nested(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _outlook_block(parent: Letter) -> str:
    return "\n".join(
        (
            "-----Original Message-----",
            f"From: {parent.sender.name} <{parent.sender.email}>",
            f"Sent: {parent.date:%d %B %Y %H:%M}",
            f"To: {_names(parent.to)}",
            f"Subject: {parent.subject}",
        )
    )


def _forwarded(parent: Letter, text: str) -> str:
    head = (
        "-------- Forwarded Message --------",
        f"Subject: {parent.subject}",
        f"Date: {format_datetime(parent.date)}",
        f"From: {parent.sender.name} <{parent.sender.email}>",
        f"To: {_names(parent.to)}",
    )
    return "\n".join((*head, "", text))


def _names(addresses: Sequence[Address]) -> str:
    return ", ".join(f"{address.name} <{address.email}>" for address in addresses)


def _set_content(
    message: EmailMessage, letter: Letter, body: str, quoted: tuple[Letter, str] | None
) -> None:
    if letter.client == "gmail":
        message.set_content(f"{body}\n", cte="quoted-printable")
        message.add_alternative(_gmail_html(letter, quoted), subtype="html", cte="quoted-printable")
        # A boundary of its own choosing would be random: equal sources give equal bytes.
        message.set_boundary(f"=_{letter.message_id.strip('<>').partition('@')[0]}")
    elif letter.client == "outlook":
        message.set_content(f"{body}\n", cte="quoted-printable")
    else:
        plain = "7bit" if body.isascii() else "8bit"
        message.set_content(f"{_flowed(body)}\n", cte=plain, params={"format": "flowed"})


def _flowed(text: str) -> str:
    """Wrap as format=flowed (RFC 3676 sections 4.2, 4.4, 4.5): soft breaks end in a space."""
    wrapped: list[str] = []
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        if depth:
            content = content.removeprefix(" ")
        prefix = ">" * depth + (" " if depth else "")
        if content in ("", "-- "):
            wrapped.append((prefix + content) if content else prefix.rstrip())
            continue
        chunks = textwrap.wrap(
            content, _FLOWED_WIDTH - len(prefix), break_long_words=False, break_on_hyphens=False
        )
        soft = (*(f"{chunk} " for chunk in chunks[:-1]), chunks[-1])
        wrapped.extend(prefix + _stuffed(chunk, depth) for chunk in soft)
    return "\n".join(wrapped)


def _stuffed(chunk: str, depth: int) -> str:
    return f" {chunk}" if not depth and chunk.startswith((" ", ">", "From ")) else chunk


def _gmail_html(letter: Letter, quoted: tuple[Letter, str] | None) -> str:
    own = f'<div dir="ltr">{_html_lines(letter.text)}</div>'
    if quoted is None:
        return f"{own}\n"
    parent, text = quoted
    attribution = _gmail_attribution(parent).replace("\n", " ")
    return (
        f'{own}<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f"{escape(attribution)}<br></div>\n"
        '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid '
        f'rgb(204,204,204);padding-left:1ex">{_html_lines(text)}</blockquote></div>\n'
    )


def _html_lines(text: str) -> str:
    return "<br>\n".join(escape(line, quote=False) for line in text.split("\n"))
