"""A user's mailbox on a test server, and what another mail program does to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from imapclient import IMAPClient

from panzad.config import ImapServer
from panzad.imap.session import Session


@dataclass(frozen=True, slots=True)
class TestMailbox:
    """One user on one server. `folder` gives a folder's full name on servers with a prefix."""

    __test__ = False

    server: ImapServer
    user: str
    password: str
    prefix: str = ""

    def folder(self, name: str) -> str:
        return name if name == "INBOX" else self.prefix + name

    def session(self, timeout: float = 10) -> Session:
        """panzad's own connection."""
        return Session.connect(self.server, self.user, self.password, timeout=timeout)

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Another mail program on the same mailbox."""
        with IMAPClient(self.server.host, self.server.port, ssl=False, timeout=10) as client:
            client.login(self.user, self.password)
            yield client

    def append(self, folder: str, *mails: bytes, flags: Sequence[str] = ("\\Seen",)) -> None:
        """Put mails into a folder by APPEND."""
        with self.client() as client:
            for mail in mails:
                client.append(self.folder(folder), mail, flags)

    def flag(self, folder: str, uid: int, flag: str = "\\Flagged") -> None:
        """Flag a mail, as a click on the star does."""
        with self.client() as client:
            client.select_folder(self.folder(folder))
            client.add_flags([uid], [flag])

    def expunge(self, folder: str, *uids: int) -> None:
        """Delete mails for good."""
        with self.client() as client:
            client.select_folder(self.folder(folder))
            client.delete_messages(uids)
            client.expunge()


def mail(subject: str, text: str = "", *, sender: str = "me@example.org", **headers: str) -> bytes:
    """A plain mail; keyword arguments are headers with `_` for `-`, e.g. `Message_ID`."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = headers.pop("To", "you@example.net")
    message["Subject"] = subject
    message["Date"] = headers.pop("Date", format_datetime(datetime(2026, 3, 2, 9, 30, tzinfo=UTC)))
    message["Message-ID"] = headers.pop("Message_ID", f"<{subject.replace(' ', '.')}@example.org>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text or f"About {subject}.\n")
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def note(text: str) -> bytes:
    """A draft of the user's own, of an answer to the first question about lunch."""
    return mail(
        "Re: Lunch",
        text,
        To="Bob Ray <bob@example.net>",
        Message_ID="<note@example.org>",
        In_Reply_To="<lunch.1@example.net>",
    )
