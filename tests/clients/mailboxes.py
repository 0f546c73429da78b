"""What lies in a mailbox while a client works on it."""

from __future__ import annotations

from typing import Any

from panzad.mail.message import Message
from panzad.mail.parse import parse
from tests.servers.mailbox import TestMailbox


def contents(mailbox: TestMailbox, folder: str) -> list[tuple[Message, set[bytes], bytes]]:
    """The mails of a folder, oldest first: parsed, their flags, their bytes."""
    with mailbox.client() as client:
        client.select_folder(folder, readonly=True)
        found: Any = client.fetch(client.search("UNDELETED"), ["BODY.PEEK[]", "FLAGS"])
    return [
        (parse(one[b"BODY[]"]), set(one[b"FLAGS"]), one[b"BODY[]"])
        for _, one in sorted(found.items())
    ]
