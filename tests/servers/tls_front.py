"""TLS before a server of this machine that speaks none."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager

from tests.servers.certificates import Certificates


@contextmanager
def tls_front(certificates: Certificates, port: int) -> Generator[int]:
    """A port that takes TLS and hands on to `port`, one connection after the other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            # Whoever does not trust the certificate hangs up in the handshake.
            with (
                contextlib.suppress(OSError),
                plain,
                context.wrap_socket(plain, server_side=True) as client,
            ):
                _hand_on(client, port)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(10)


def _hand_on(client: ssl.SSLSocket, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as server:

        def back() -> None:
            with contextlib.suppress(OSError):
                while said := server.recv(65536):
                    client.sendall(said)

        answers = threading.Thread(target=back, daemon=True)
        answers.start()
        with contextlib.suppress(OSError):
            while said := client.recv(65536):
                server.sendall(said)
        server.shutdown(socket.SHUT_WR)
        answers.join(10)
