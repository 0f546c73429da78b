"""An account's mailbox, opened: password fetched, logged in, its folders chosen."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from panzad.config import Account
from panzad.imap.folders import FolderChoice, choose
from panzad.imap.session import Session
from panzad.secrets.passwords import password_of

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A live connection to an account and the folders it works on."""

    name: str
    account: Account
    session: Session
    folders: FolderChoice

    @property
    def thread_folders(self) -> tuple[str, ...]:
        """Where earlier mails of a thread are looked for."""
        return tuple(
            dict.fromkeys((*self.folders.watch, *self.folders.sent, *self.folders.archive))
        )


def connect(name: str, account: Account) -> Session:
    """A logged-in session of an account. Raises LoginError, TlsError or NetworkError."""
    password = password_of(name, account.auth)
    return Session.connect(account.imap, account.user, password, timeout=TIMEOUT_SECONDS)


@contextmanager
def opened(name: str, account: Account) -> Generator[Mailbox]:
    """The mailbox of an account, logged out at the end.

    Raises LoginError, TlsError, NetworkError, or FolderMissing naming the config key.
    """
    with connect(name, account) as session:
        yield Mailbox(name, account, session, chosen(session, account))


def chosen(session: Session, account: Account) -> FolderChoice:
    """The folders of an account by the server's list and the config."""
    sent, watch = account.folders.sent, account.folders.watch
    kind, _, marked = account.mark.partition(":")
    return choose(
        session.list_folders(),
        sent=sent,
        drafts=account.folders.drafts,
        watch=[marked] if kind == "folder" else watch,
    )
