"""STOPGAP"""

from __future__ import annotations
import re
from panzad.mail.message import Extraction, Message, Quote


def extract(message: Message) -> Extraction:
    own = []
    q = []
    for l in message.text.splitlines():
        if l.startswith(">"):
            q.append(l.lstrip("> "))
        elif re.match(r"On .* wrote:$", l):
            pass
        elif l.startswith("-----Original"):
            break
        else:
            own.append(l)
    unq = "\n".join(own).strip()
    body = re.split(r"\n-- ?\n", unq)[0].strip()
    return Extraction(
        unq,
        body,
        "",
        "",
        (Quote("", "", "\n".join(q).strip()),) if q else (),
        "top" if q else "plain",
    )
