"""A connection in clear, on which no answer may trickle for longer than the server has to answer.

A socket's timeout begins anew with each octet: one a second would be read for as long as the
server likes. Over TLS the timeout is one for a whole record, and nothing more is needed.
"""

from __future__ import annotations

import socket
import time
from typing import Self

from imapclient.imap4 import IMAP4WithTimeout

# What has to come within the timeout: the rest of a line, or so many octets of a literal.
_STRIDE = 4096


class PacedSocket(socket.socket):
    """A TCP socket whose timeout is one for a line, or for _STRIDE octets within one.

    Only waiting counts. A server that works for long and says so line by line (Dovecot in SEARCH)
    is waited for.
    """

    _octets = 0
    _waited = 0.0

    @classmethod
    def of(cls, link: socket.socket) -> Self:
        """The same connection; `link` itself is detached from it."""
        timeout = link.gettimeout()
        paced = cls(fileno=link.detach())
        paced.settimeout(timeout)
        return paced

    # The buffer is whatever takes octets; there is no name for its type before Python 3.12.
    def recv_into(self, buffer, nbytes: int = 0, flags: int = 0) -> int:  # pyright: ignore
        """As a socket's. Raises TimeoutError also when too little has come for too long."""
        started = time.monotonic()
        count = super().recv_into(buffer, nbytes, flags)
        self._waited += time.monotonic() - started
        self._octets += count
        if self._octets >= _STRIDE or memoryview(buffer)[count - 1 : count] == b"\n":
            self._octets, self._waited = 0, 0.0
        limit = self.gettimeout()
        if limit is not None and self._waited > limit:
            raise TimeoutError("too slow")
        return count


class PacedImap(IMAP4WithTimeout):
    """imaplib's connection over a PacedSocket."""

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return PacedSocket.of(super()._create_socket(timeout))
