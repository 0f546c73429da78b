"""What a mail program does to a draft, and the sync that looks at it then."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from panzad.config import Config
from panzad.drafting.followup import follow_up
from panzad.learning.sync import sync_account
from panzad.mailbox import Mailbox
from panzad.store.database import Database
from tests.drafting.steps import newest
from tests.servers.mailbox import TestMailbox, mail

TEXT = "Yes, noon is fine. I book the table by the window for the two of us.\n\nBest,\nAnn"
NOW = datetime.now(UTC)
Change = Callable[[bytes], bytes]


def look(db: Database, box: Mailbox, config: Config, later: timedelta = timedelta()) -> str:
    """What every sync does, at a moment; returns the newest mark's state."""
    sync_account(db, box, config.privacy)
    follow_up(db, box, config, NOW + later)
    return newest(db).state


def taken(mailbox: TestMailbox, folder: str = "Drafts") -> bytes:
    """The newest mail of a folder, which is gone from it then."""
    with mailbox.client() as client:
        client.select_folder(folder)
        uid = client.search()[-1]
        raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
        client.delete_messages([uid])
        client.expunge([uid])
    assert isinstance(raw, bytes)
    return raw


def as_thunderbird_saves(raw: bytes) -> bytes:
    """A new Message-ID, no X-Panzad, and the text as it is."""
    raw = re.sub(rb"(?im)^X-Panzad:.*\r\n", b"", raw)
    return re.sub(rb"(?im)^Message-ID: <[^>]*>", b"Message-ID: <saved@example.org>", raw)


def with_words(old: bytes, new: bytes) -> Change:
    def change(raw: bytes) -> bytes:
        assert old in raw
        return as_thunderbird_saves(raw).replace(old, new)

    return change


EDIT = with_words(b"by the window", b"in the garden")


def answer(text: str, to: str = "bob@example.net") -> bytes:
    return mail(
        "Re: Lunch",
        text,
        sender="Ann Lee <me@example.org>",
        To=to,
        Message_ID="<own@example.org>",
        In_Reply_To="<lunch.1@example.net>",
        Date=(datetime.now(UTC) + timedelta(seconds=2)).strftime("%a, %d %b %Y %H:%M:%S +0000"),
    )


OWN_ANSWER = "Bob, no lunch before Christmas for me, sorry. Please ask Eve instead.\n"
