"""The libraries that take quotes off a mail's text, each asked in the way that serves it best."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import email_reply_parser
import mailparser_reply
import quotequail
from mailparser_reply.constants import MAIL_LANGUAGES
from talon import quotations

# talon logs an exception for every text it gives up on.
logging.getLogger("talon").setLevel(logging.CRITICAL)


def _quotequail(text: str) -> str:
    found = quotequail.unwrap(text)
    return text if found is None else found.get("text_top", "")


def _talon(text: str) -> str:
    return quotations.extract_from_plain(text)


_REPLIES = mailparser_reply.EmailReplyParser(languages=list(MAIL_LANGUAGES))


def _mail_parser_reply(text: str) -> str:
    replies = _REPLIES.read(text).replies
    return replies[0].full_body if replies else ""


def _email_reply_parser(text: str) -> str:
    return email_reply_parser.EmailReplyParser.parse_reply(text)


_ATTRIBUTED = re.compile(r"^On.*wrote|^Am.*schrieb", re.MULTILINE | re.DOTALL)


def _reference(text: str) -> str:
    """The rules of Panza's extract_emails.py: cut at an English or German attribution, no `>`."""
    cut = _ATTRIBUTED.search(text)
    kept = text[: cut.start()] if cut else text
    return "\n".join(line for line in kept.split("\n") if not line.startswith(">"))


RIVALS: dict[str, Callable[[str], str]] = {
    "reference rules": _reference,
    "quotequail": _quotequail,
    "talon": _talon,
    "mail-parser-reply": _mail_parser_reply,
    "email-reply-parser": _email_reply_parser,
}
