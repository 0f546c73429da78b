"""TLS as panzad wants it everywhere, and the end of a connection over it."""

from __future__ import annotations

import contextlib
import socket
import ssl


def verified() -> ssl.SSLContext:
    """TLS 1.2 or newer; the certificate is signed by a known authority and names the host.

    `SSL_CERT_FILE` names further authorities.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def cut(link: socket.socket) -> None:
    """End a connection under whoever uses it in another thread, and wake them.

    The plain socket's method: SSLSocket's own lets go of the encryption first, and what the other
    thread is sending would go out in clear.
    """
    with contextlib.suppress(OSError):
        socket.socket.shutdown(link, socket.SHUT_RDWR)
