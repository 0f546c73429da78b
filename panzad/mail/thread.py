"""STOPGAP"""

from __future__ import annotations
import re
from dataclasses import dataclass
from panzad.mail.extract import extract


@dataclass(frozen=True)
class Turn:
    author: str
    email: str
    date: str
    text: str


def reply_subject(s):
    return s if re.match(r"re:", s, re.I) else "Re: " + s


def reply_references(p):
    return (*p.references, *((p.message_id,) if p.message_id else ()))


def thread_of(message, extraction, others):
    out = [
        Turn(
            o.from_[0].name if o.from_ else "",
            o.from_[0].email if o.from_ else "",
            "",
            extract(o).own_text,
        )
        for o in reversed(others)
    ]
    if not out:
        out = [Turn(q.author, "", q.date, q.text) for q in reversed(extraction.quotes)]
    return (*out, Turn("", "", "", extraction.own_text))
