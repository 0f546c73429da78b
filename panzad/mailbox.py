"""An account's mailbox, opened: password fetched, logged in, its folders chosen."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from panzad.config import Account
from panzad.imap.folders import PARTS, FolderChoice, choose
from panzad.imap.session import Session
from panzad.secrets.passwords import password_of

TIMEOUT_SECONDS = 30.0
# The folders that each kind of work cannot do without.
TO_SYNC = frozenset({"sent"})
TO_DRAFT = frozenset({"drafts", "watch"})
TO_APPEND = frozenset({"drafts"})


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
        chosen = self.folders
        return tuple(dict.fromkeys((*chosen.watch, *chosen.marks, *chosen.sent, *chosen.archive)))


def connect(name: str, account: Account, password: str | None = None) -> Session:
    """A logged-in session of an account; without a password its source is asked for it.

    Raises LoginError, TlsError or NetworkError.
    """
    if password is None:
        password = password_of(name, account.auth)
    return Session.connect(account.imap, account.user, password, timeout=TIMEOUT_SECONDS)


@contextmanager
def opened(name: str, account: Account, needed: Collection[str] = PARTS) -> Generator[Mailbox]:
    """The mailbox of an account, logged out at the end.

    Raises LoginError, TlsError, NetworkError, or FolderMissing naming the config key for a folder
    of the `needed` parts.
    """
    with connect(name, account) as session:
        yield Mailbox(name, account, session, chosen(session, account, needed))


def chosen(session: Session, account: Account, needed: Collection[str] = PARTS) -> FolderChoice:
    """The folders of an account by the server's list and the config."""
    kind, _, marked = account.mark.partition(":")
    return choose(
        session.list_folders(),
        sent=account.folders.sent,
        drafts=account.folders.drafts,
        watch=account.folders.watch,
        marked=marked if kind == "folder" else None,
        needed=needed,
    )
