"""One logged-in IMAP connection, and the edge where the network's exceptions become panzad's.

Everything else in this room works through a Session. Blocking; one connection per thread.
"""

from __future__ import annotations

import contextlib
import imaplib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import imapclient
import structlog
from imapclient.exceptions import LoginError as ClientLoginError
from imapclient.exceptions import ProtocolError

import panzad
from panzad.config import ImapServer, is_loopback
from panzad.errors import FolderMissing, LoginError, NetworkError, ServerRefused, TlsError
from panzad.imap.connection import abandon, check_pin, connecting, keep_alive, opened, start_tls
from panzad.imap.folders import FolderInfo, encoded, folder_info
from panzad.imap.login import password_login, refusal, token_login
from panzad.imap.refusals import coded, plain, remedy, suggested_pause, throttled, unquoted
from panzad.secrets.token import AccessToken
from panzad.tls import cut

# IMAPClient logs every protocol line at DEBUG, and those hold mail.
logging.getLogger("imapclient").setLevel(logging.WARNING)

log = structlog.get_logger()

# RFC 5530: the server says that the same login may work later.
_TRANSIENT_LOGIN = (
    "[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[THROTTLED]", "[OVERQUOTA]",
)  # fmt: skip
_CLOSING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the server can do once logged in (RFC 9051 section 7.2.2); names in upper case."""

    names: frozenset[str]

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @property
    def condstore(self) -> bool:
        """Whether HIGHESTMODSEQ may be believed: Yahoo sends it without having CONDSTORE."""
        return "CONDSTORE" in self.names or "QRESYNC" in self.names


@dataclass(frozen=True, slots=True)
class FolderState:
    """What SELECT or EXAMINE said (RFC 9051 section 6.3.2).

    `uidnext` is None where the server leaves it out (163.com), `highestmodseq` where there is no
    CONDSTORE (RFC 7162). `keywords_allowed`: PERMANENTFLAGS held `\\*`.
    """

    name: str
    uidvalidity: int
    uidnext: int | None
    exists: int
    highestmodseq: int | None
    permanent_flags: frozenset[str]
    read_only: bool

    @property
    def keywords_allowed(self) -> bool:
        return "\\*" in self.permanent_flags


class Session:
    """A logged-in connection. Every method raises NetworkError when the link is dead.

    `client` is for this room's modules only, inside `translated`.
    """

    def __init__(self, client: imapclient.IMAPClient, host: str) -> None:
        self.client = client
        self.host = host
        self.capabilities = Capabilities(frozenset())
        self.selected: FolderState | None = None
        self._broken = False
        # Names in no modified UTF-7 have to go back as they came.
        self._verbatim: frozenset[str] = frozenset()
        self._utf8 = False
        client.folder_encode = False
        # Octet for octet: imaplib would let nothing but ASCII through.
        link: Any = client._imap
        link._encoding = "latin-1"

    @classmethod
    def connect(
        cls, server: ImapServer, user: str, secret: str | AccessToken, *, timeout: float
    ) -> Session:
        """Connect and log in; `timeout` in seconds holds for every later answer too.

        `secret` is the password, or an access token. Raises NetworkError (unreachable, no answer),
        TlsError (untrusted certificate, no TLS), LoginError (refused; TokenRefused for a token).
        """
        if server.security == "none" and not is_loopback(server.host):
            raise TlsError(
                f"{server.host} would be spoken to in plain text",
                'set imap.security to "tls" or "starttls"',
            )
        with connecting(server):
            client = opened(server, timeout)
        session = cls(client, server.host)
        try:
            if server.security == "starttls":
                with connecting(server):
                    start_tls(client, server)
            check_pin(client, server)
            keep_alive(client)
            with _without_words(server.host):
                session._log_in(server, user, secret)
                session._introduce()
        except BaseException:
            abandon(client)
            raise
        return session

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Log out and close; never raises, and never waits long for a dead server.

        On a broken connection nothing more is said: a LOGOUT might end in the middle of a draft.
        """
        if self._broken:
            abandon(self.client)
            return
        try:
            self.answer_within(_CLOSING_SECONDS)
            self.client.logout()
        except (OSError, imaplib.IMAP4.error) as error:
            log.debug("imap.logout_failed", host=self.host, error=type(error).__name__)
            abandon(self.client)

    def cut(self) -> None:
        """End the connection under whoever uses it in another thread: they get a NetworkError."""
        self._broken = True
        cut(self.client.socket())

    def answer_within(self, seconds: float) -> None:
        """Let the server have at most `seconds` for each answer from now on."""
        with contextlib.suppress(OSError):
            self.client.socket().settimeout(seconds)

    def select(self, folder: str, *, readonly: bool) -> FolderState:
        """SELECT, or EXAMINE when `readonly`; the state is fresh, the folder stays selected.

        A folder that the server opens read-only comes back with `read_only` set. Raises
        FolderMissing when there is no such folder.
        """
        self.selected = None
        sent = self.spelt(folder)
        try:
            self._select(folder, sent, readonly)
        except ServerRefused as refusal:
            exists = self._exists(folder)
            if exists and sent != self.spelt(folder):
                return self.select(folder, readonly=readonly)
            if exists:
                raise
            raise FolderMissing(
                f"no folder {folder} on {self.host}", "see `panzad check` for those that exist"
            ) from refusal
        assert self.selected is not None
        return self.selected

    def _select(self, folder: str, sent: str, readonly: bool) -> None:
        with self.translated(f"open {folder}"):
            try:
                answer = self.client.select_folder(sent, readonly)
            except imaplib.IMAP4.readonly:
                # imaplib raises where SELECT opened the folder read-only.
                readonly = True
                answer = self.client.select_folder(sent, readonly)
            self.selected = self._state(folder, answer, readonly)

    def spelt(self, folder: str) -> str:
        """A folder's name as IMAPClient is told it: its octets, without quotes."""
        as_it_came = self._utf8 or folder in self._verbatim
        octets = folder.encode("utf-8", "surrogateescape") if as_it_came else encoded(folder)
        return octets.decode("latin-1")

    def selected_as(self, folder: str, *, readonly: bool) -> FolderState:
        """The folder's state, selecting it only when it is not the selected one already."""
        state = self.selected
        if state is not None and state.name == folder and (readonly or not state.read_only):
            return state
        return self.select(folder, readonly=readonly)

    def list_folders(self) -> tuple[FolderInfo, ...]:
        """Every folder with its attributes; names decoded from modified UTF-7.

        A name in nothing of the kind stands as it is.
        """
        with self.translated("list the folders"):
            listing = self.client.list_folders()
        infos = tuple(folder_info(*entry, utf8=self._utf8) for entry in listing)
        self._verbatim = frozenset(
            info.name
            for info, (_, _, name) in zip(infos, listing, strict=True)
            if isinstance(name, bytes) and encoded(info.name) != name
        )
        return infos

    @contextlib.contextmanager
    def translated(self, task: str) -> Iterator[None]:
        """Run client calls with their exceptions turned into panzad's.

        `task` completes "<host> could not …": NO and BAD become ServerRefused, a dead link
        NetworkError. An answer that cannot be parsed is a refusal too: the connection is still
        in step, since imaplib reads whole answers before IMAPClient parses them.
        """
        try:
            yield
        except imaplib.IMAP4.readonly as error:
            raise ServerRefused(
                f"{self.host} could not {task}: the folder is read-only",
                "choose a folder that may be written to",
            ) from error
        except imaplib.IMAP4.abort as error:
            raise self._dead(unquoted(str(error))) from error
        except ProtocolError as error:
            raise self._unreadable(task) from error
        except imaplib.IMAP4.error as error:
            if pause := suggested_pause(str(error)):
                raise NetworkError(
                    f"{self.host} asks for a pause of {pause:.0f} s",
                    "it is tried again then",
                    retry_after=pause,
                ) from error
            if throttled(str(error)):
                raise NetworkError(
                    f"{self.host} is throttling ({coded(error)})", "it is tried again later"
                ) from None
            if "authenticated but not connected" in str(error):
                # Exchange says OK to the login where IMAP is not allowed, and BAD to all else.
                raise LoginError(
                    f"{self.host} lets no mail program in (authenticated but not connected)",
                    "allow IMAP for the account, and an app password for it or access to its mail",
                ) from None
            # imaplib gives up inside a line over 1 MB, and what follows is out of step.
            if "got more than" in str(error):
                raise self._dead("an answer longer than 1 MB") from error
            raise ServerRefused(
                f"{self.host} could not {task} ({plain(error)})", remedy(str(error))
            ) from error
        except TimeoutError as error:
            raise self._dead("no answer in time") from error
        except OSError as error:
            raise self._dead(str(error)) from error
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise self._unreadable(task) from error

    def _dead(self, why: str) -> NetworkError:
        self._broken = True
        return NetworkError(
            f"the connection to {self.host} broke ({why})",
            "it is tried again when the net allows",
            retry_after=suggested_pause(why),
        )

    def _unreadable(self, task: str) -> ServerRefused:
        return ServerRefused(
            f"{self.host} could not {task}: its answer cannot be read", "report it with the server"
        )

    def _log_in(self, server: ImapServer, user: str, secret: str | AccessToken) -> None:
        if isinstance(secret, AccessToken):
            with self.translated("tell how to log in"):
                offered = self.client.capabilities()
            log_in = token_login(self.client, offered, (server.host, server.port), user, secret)
        else:
            log_in = password_login(self.client, user, secret)
        try:
            with self.translated("log in"):
                log_in()
        except ServerRefused as error:
            cause = error.__cause__
            if isinstance(cause, ClientLoginError) and isinstance(
                cause.__context__, imaplib.IMAP4.abort
            ):
                raise self._dead("it hung up during the login") from None
            for code in _TRANSIENT_LOGIN:
                # No more of its words: some servers repeat the command that they refuse.
                if code in str(cause):
                    raise NetworkError(
                        f"{self.host} takes no logins now ({code})", "it is tried again later"
                    ) from None
            raise refusal(self.host, user, secret) from None

    def _introduce(self) -> None:
        """Read the capabilities; send ID and ENABLE, which must come before the first SELECT.

        163.com and 126.com refuse SELECT without ID; iCloud tells HIGHESTMODSEQ only after ENABLE.
        UTF-8 is asked for only where there is no way without (RFC 6855 section 6).
        """
        with self.translated("tell what it can do"):
            names = self.client.capabilities()
        self.capabilities = Capabilities(
            frozenset(name.decode("ascii", "replace") for name in names)
        )
        if "ID" in self.capabilities:
            with self.translated("take our ID"):
                self.client.id_({"name": "panzad", "version": panzad.__version__})
        if "ENABLE" in self.capabilities and self.capabilities.condstore:
            with self.translated("enable CONDSTORE"):
                self.client.enable("CONDSTORE")
        if "UTF8=ONLY" in self.capabilities:
            with self.translated("enable UTF-8"):
                self.client.enable("UTF8=ACCEPT")
            self._utf8 = True

    def _state(self, folder: str, answer: dict[bytes, object], readonly: bool) -> FolderState:
        def number(key: bytes) -> int | None:
            value = answer.get(key)
            return value if isinstance(value, int) else None

        flags = answer.get(b"PERMANENTFLAGS", ())
        assert isinstance(flags, tuple)
        return FolderState(
            name=folder,
            uidvalidity=number(b"UIDVALIDITY") or 0,
            uidnext=number(b"UIDNEXT"),
            exists=number(b"EXISTS") or 0,
            highestmodseq=number(b"HIGHESTMODSEQ") if self.capabilities.condstore else None,
            permanent_flags=frozenset(flag.decode("ascii", "replace") for flag in flags),
            read_only=readonly or b"READ-ONLY" in answer,
        )

    def _exists(self, folder: str) -> bool:
        return any(info.name == folder and info.selectable for info in self.list_folders())


@contextlib.contextmanager
def _without_words(host: str) -> Iterator[None]:
    """Of what a server says when it hangs up or throttles nothing is told: it may repeat the login,
    in clear or in base64, as a refusal may."""
    try:
        yield
    except NetworkError as error:
        if not isinstance(error.__cause__, imaplib.IMAP4.error):
            raise
        raise NetworkError(
            f"{host} takes no logins now", "it is tried again later", retry_after=error.retry_after
        ) from None
