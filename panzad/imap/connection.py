"""The way to an IMAP server before the login: TCP, TLS, the pinned certificate.

What can go wrong on it becomes panzad's own errors.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import imaplib
import socket
import ssl
import struct
from collections.abc import Iterator

import imapclient
from imapclient.exceptions import CapabilityError
from imapclient.tls import IMAP4_TLS

from panzad.config import ImapServer
from panzad.errors import NetworkError, TlsError
from panzad.imap.pace import PacedImap
from panzad.imap.refusals import plain
from panzad.tls import verified

_USE_TLS = 'set imap.security to "tls", usually with port 993'


def _tls_context(server: ImapServer) -> ssl.SSLContext:
    context = verified()
    if server.pin is not None:
        # The pin says more than any authority: it is checked before anything is said.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def start_tls(client: imapclient.IMAPClient, server: ImapServer) -> None:
    """STARTTLS, or nothing: whoever sits in between may hide it, refuse it or greet as logged in.

    Raises TlsError.
    """
    where = f"{server.host}:{server.port}"
    # RFC 9051 section 11.1: PREAUTH would leave no state in which STARTTLS is allowed.
    if client._imap.state != "NONAUTH":
        raise TlsError(
            f"{where} takes the login for done before the connection is encrypted",
            _USE_TLS,
        )
    try:
        client.starttls(_tls_context(server))
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        if isinstance(error, CapabilityError):
            raise
        raise TlsError(f"{where} refused STARTTLS", _USE_TLS) from error
    # What was said in clear may be anybody's: imaplib keeps it for whatever command asks for its
    # like first, and it would pass for folders and mail of the server's (RFC 9051 section 6.2.1).
    client._imap.untagged_responses.clear()


def check_pin(client: imapclient.IMAPClient, server: ImapServer) -> None:
    """Raises TlsError when the server's certificate is not the pinned one."""
    if server.pin is None:
        return
    link = client.socket()
    shown = link.getpeercert(binary_form=True) if isinstance(link, ssl.SSLSocket) else None
    found = hashlib.sha256(shown or b"").hexdigest()
    if not hmac.compare_digest(found, server.pin):
        raise TlsError(
            f"{server.host}:{server.port} shows another certificate than imap.pin (sha256:{found})",
            "somebody may sit in between; pin the new one only if the server's owner changed it",
        )


class _Client(imapclient.IMAPClient):
    """An IMAPClient whose patience in clear is for a line, not for each octet of it."""

    def __init__(self, server: ImapServer, timeout: float) -> None:
        self._patience = timeout
        tls = server.security == "tls"
        super().__init__(
            server.host,
            server.port,
            ssl=tls,
            ssl_context=_tls_context(server) if tls else None,
            timeout=timeout,
        )
        self.normalise_times = False

    def _create_IMAP4(self) -> IMAP4_TLS | PacedImap:
        if self.ssl:
            return IMAP4_TLS(self.host, self.port, self.ssl_context, self._patience)
        return PacedImap(self.host, self.port, self._patience)


def opened(server: ImapServer, timeout: float) -> imapclient.IMAPClient:
    """A connection to the server; `timeout` in seconds holds for every answer."""
    return _Client(server, timeout)


def abandon(client: imapclient.IMAPClient) -> None:
    """Close a connection by a reset: what the server has not got of it never arrives.

    A mere close lets the kernel send the rest, for minutes; a draft of which half was sent would
    come after the one that had replaced it.
    """
    with contextlib.suppress(OSError):
        link = client.socket()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client._imap.file.close()
        link.close()


def keep_alive(client: imapclient.IMAPClient) -> None:
    """Half-open connections (suspend, NAT) are noticed by the kernel within about two minutes."""
    link = client.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            link.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)


@contextlib.contextmanager
def connecting(server: ImapServer) -> Iterator[None]:
    """Translate what can go wrong before the login."""
    where = f"{server.host}:{server.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise TlsError(
            f"the certificate of {where} is not trusted ({error.verify_message})",
            "check imap.host, or point SSL_CERT_FILE to the authority that signed it",
        ) from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        # A wrong port or one cut; it is taken for the one that passes sooner.
        raise NetworkError(
            f"{where} hung up before the connection was encrypted",
            "check imap.port and imap.security if it stays",
        ) from error
    except ssl.SSLError as error:
        raise TlsError(
            f"{where} speaks no TLS 1.2 or newer ({error.reason or error})",
            'check imap.port and imap.security ("tls" is port 993, "starttls" port 143)',
        ) from error
    except CapabilityError as error:
        raise TlsError(f"{where} offers no STARTTLS", _USE_TLS) from error
    except socket.gaierror as error:
        raise NetworkError(
            f"there is no host {server.host} ({error.strerror})", "check imap.host and the network"
        ) from error
    except TimeoutError as error:
        raise NetworkError(
            f"{where} does not answer", "check imap.port, imap.security and the network"
        ) from error
    except (OSError, imaplib.IMAP4.error) as error:
        reason = error.strerror if isinstance(error, OSError) else plain(error)
        raise NetworkError(
            f"{where} cannot be reached ({reason})", "check imap.host, imap.port and the network"
        ) from error
