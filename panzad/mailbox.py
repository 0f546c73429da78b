"""An account's mailbox, opened: password fetched, logged in, its folders chosen."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from panzad.config import Account, OAuth2
from panzad.errors import LoginError, TokenRefused
from panzad.imap.folders import PARTS, FolderChoice, choose
from panzad.imap.session import Session
from panzad.secrets.passwords import password_of
from panzad.secrets.token import AccessToken

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

    Raises LoginError (GrantMissing where OAuth 2 access has to be granted anew), TlsError or
    NetworkError.
    """
    if isinstance(account.auth, OAuth2):
        return _connect_by_token(name, account, account.auth)
    if password is None:
        password = password_of(name, account.auth)
    return _session(account, password)


def _connect_by_token(name: str, account: Account, auth: OAuth2) -> Session:
    # Imported here: it costs the idle daemon memory that most accounts never need.
    from panzad.secrets.grants import access_token

    token = access_token(name, auth)
    try:
        return _session(account, token)
    except TokenRefused:
        # Revoked before its time, or the clock is wrong: once, so that no server sees a storm.
        token = access_token(name, auth, refused=token)
    try:
        return _session(account, token)
    except TokenRefused as error:
        raise LoginError(error.what, f"run `panzad login {name}` as {account.user}") from None


def _session(account: Account, secret: str | AccessToken) -> Session:
    return Session.connect(account.imap, account.user, secret, timeout=TIMEOUT_SECONDS)


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
