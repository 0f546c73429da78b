"""A request posted over HTTP: answered in time as a whole, or not at all.

The standard library is enough for it. It goes to the address in the config and to no other: no
redirect is followed, and no proxy of the environment is asked.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from panzad.tls import cut, verified

# Octets.
_LONGEST_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says; `retry_after` is that header's text, empty where there is none."""

    status: int
    body: bytes
    retry_after: str


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
    """Post `body` to `url`, which is https, or http on loopback: who takes it from the user sees to
    that.

    It has `seconds` for each step of connecting, and then for all of the answer, of which the first
    megabyte is read. Raises OSError (TimeoutError when it takes longer) or
    http.client.HTTPException where none comes.
    """
    place = urlsplit(url)
    sent = {"Accept": "application/json", "Connection": "close", **headers}
    with contextlib.closing(_connection(place, seconds)) as connection:
        connection.connect()
        with _over_within(seconds, connection.sock):
            target = place._replace(scheme="", netloc="", fragment="").geturl() or "/"
            connection.request("POST", target, body, sent)
            with connection.getresponse() as response:
                answer = response.read(_LONGEST_ANSWER)
                return Answer(response.status, answer, response.getheader("Retry-After", ""))


def _connection(place: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = place.hostname or ""
    if place.scheme == "http":
        return http.client.HTTPConnection(host, place.port, timeout=seconds)
    return http.client.HTTPSConnection(host, place.port, timeout=seconds, context=verified())


@contextlib.contextmanager
def _over_within(seconds: float, link: socket.socket) -> Generator[None]:
    """Break the connection when the block takes longer, and raise TimeoutError.

    A socket's own timeout begins anew with each octet: an answer that comes at one a second would
    be read for days, with locks held. Only a shutdown wakes who reads.
    """
    late = threading.Event()

    def end() -> None:
        late.set()
        cut(link)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if late.is_set():
            raise TimeoutError
