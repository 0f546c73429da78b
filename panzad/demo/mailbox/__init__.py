"""The sample mailbox that ships with panzad: a bookbinder's half year of mail, ready to upload.

The mails are written down in `people.toml` and `threads/*.toml` (`source` says how) and become
RFC 5322 messages here, in the layouts that Thunderbird, Gmail and Outlook give them. The same
source always gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from panzad.demo.mailbox.render import render_thread
from panzad.demo.mailbox.source import Letter, read_people, read_thread
from panzad.mail.message import Address

__all__ = ["SampleMailbox", "sample_mailbox"]


@dataclass(frozen=True, slots=True)
class SampleMailbox:
    """One person's mail: `sent` and `inbox` hold whole messages (CRLF), oldest first.

    `unanswered` names, by Message-ID, the mails in `inbox` that ask for an answer and have none.
    """

    owner: Address
    sent: tuple[bytes, ...]
    inbox: tuple[bytes, ...]
    unanswered: tuple[str, ...]


def sample_threads() -> tuple[tuple[Letter, ...], ...]:
    """Every thread as written, by file name. Raises ValueError on a broken source file."""
    folder = files(__name__)
    people = read_people((folder / "people.toml").read_text(encoding="utf-8"))
    sources = sorted((folder / "threads").iterdir(), key=lambda entry: entry.name)
    return tuple(
        read_thread(source.name.removesuffix(".toml"), source.read_text(encoding="utf-8"), people)
        for source in sources
        if source.name.endswith(".toml")
    )


def sample_mailbox() -> SampleMailbox:
    """Build the mailbox from the package's own files. Raises ValueError on a broken one."""
    owner = read_people((files(__name__) / "people.toml").read_text(encoding="utf-8")).owner.address
    written = [
        mail
        for thread in sample_threads()
        for mail in zip(thread, render_thread(thread), strict=True)
    ]
    written.sort(key=lambda mail: mail[0].date)
    return SampleMailbox(
        owner=owner,
        sent=tuple(raw for letter, raw in written if letter.sender == owner),
        inbox=tuple(raw for letter, raw in written if owner in (*letter.to, *letter.cc)),
        unanswered=tuple(letter.message_id for letter, _ in written if letter.awaits_answer),
    )
