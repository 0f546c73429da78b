"""STOPGAP"""

from dataclasses import dataclass
from panzad.mail.message import Address


@dataclass(frozen=True)
class Recipients:
    from_: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]


def why_no_draft(m, ids):
    return None


def reply_recipients(m, ids, reply_all):
    return Recipients(ids[0], m.reply_to or m.from_, ())
