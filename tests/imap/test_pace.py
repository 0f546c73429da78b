"""How long an answer in clear may take, where each octet or line takes ten seconds."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from panzad.imap import pace
from panzad.imap.pace import PacedSocket


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[PacedSocket, socket.socket]]:
    """A connection with a timeout of 30 seconds, and the server's end of it."""
    seconds = itertools.count(step=10)
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    ours, theirs = socket.socketpair()
    ours.settimeout(30)
    with PacedSocket.of(ours) as paced, theirs:
        yield paced, theirs


def received(ends: tuple[PacedSocket, socket.socket], *pieces: bytes) -> bytes:
    """What is read when the pieces come one by one."""
    paced, theirs = ends
    buffer = bytearray(8192)
    found = b""
    for piece in pieces:
        theirs.sendall(piece)
        found += buffer[: paced.recv_into(buffer)]
    return found


def test_a_line_has_to_be_there_in_time(ends: tuple[PacedSocket, socket.socket]) -> None:
    assert received(ends, b"a", b"b", b"c") == b"abc"
    with pytest.raises(TimeoutError):
        received(ends, b"d")


def test_a_server_that_says_what_it_does_is_waited_for(
    ends: tuple[PacedSocket, socket.socket],
) -> None:
    lines = [b"* OK Searched 10% of the mailbox\r\n"] * 50
    assert received(ends, *lines) == b"".join(lines)


def test_a_long_literal_may_take_its_time(ends: tuple[PacedSocket, socket.socket]) -> None:
    pieces = [b"x" * 2048] * 50
    assert received(ends, *pieces) == b"".join(pieces)


def test_the_timeout_stays_that_of_the_connection(
    ends: tuple[PacedSocket, socket.socket],
) -> None:
    assert ends[0].gettimeout() == 30
