"""A bad network between panzad and a server: a TCP proxy on loopback that fails as it is told.

A fault is a value: after how many octets, in which direction, from which command on, and what
happens then. So the same faults give the same conversation again.
"""

from __future__ import annotations

import contextlib
import enum
import re
import select
import socket
import struct
import threading
from collections import Counter, deque
from dataclasses import dataclass
from typing import Literal

from tests.servers.processes import HOST

Way = Literal["up", "down"]
WAYS: tuple[Way, Way] = ("up", "down")

_COMMAND = re.compile(rb"\S+ (?:UID )?([A-Z]+)[ \r]")
_ABORT = struct.pack("ii", 1, 0)
_PIECE = 65536


class Kind(enum.StrEnum):
    """What becomes of a connection."""

    RESET = "reset"
    CLOSE = "close"
    SILENCE = "silence"
    TRICKLE = "trickle"


@dataclass(frozen=True, slots=True)
class Fault:
    """A connection fails when `octets` more have passed in one direction.

    `way` is "up" to the server or "down" to panzad. They count from the fault before on, over all
    connections; with `command` (`APPEND`, `FETCH`) from where the next such command begins. What
    passes before the fault arrives, the octet after it does not.

    RESET and CLOSE end the connection at both ends, without a TLS close_notify. SILENCE leaves it
    open and lets nothing through in either direction. TRICKLE lets single octets through.
    """

    kind: Kind
    way: Way
    octets: int
    command: str = ""


class FaultProxy:
    """Listens on loopback and passes on to `port`, with faults, one after the other.

    `pace` is the seconds for an octet of a connection that trickles. `commands` counts those that
    came in clear, by name; `happened` are the faults so far.
    """

    def __init__(self, port: int, *, pace: float = 1.0) -> None:
        self.commands: Counter[str] = Counter()
        self.happened: list[Fault] = []
        self.pace = pace
        self.port = 0
        self._behind = port
        self._lock = threading.Lock()
        self._awaited: deque[Fault] = deque()
        self._passed: Counter[Way] = Counter()
        self._begun = False
        self._connections: list[_Connection] = []
        self._listening: socket.socket | None = None

    def __enter__(self) -> FaultProxy:
        self.comes_back()
        return self

    def __exit__(self, *_: object) -> None:
        self.goes_away()
        for connection in self._connections:
            connection.join(10)
            assert not connection.is_alive()

    def goes_away(self) -> None:
        """Reset all connections and refuse new ones."""
        if self._listening is not None:
            # This wakes the thread that accepts; `close` alone does not.
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        self._tell("abort")

    def comes_back(self) -> None:
        """Take connections, at the same port as before."""
        self._listening = socket.create_server((HOST, self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def fails(self, *faults: Fault) -> None:
        """These faults come next, in this order, instead of those that were awaited."""
        with self._lock:
            self._awaited = deque(faults)
            self._await_next()

    def silences(self) -> None:
        """Let nothing through the connections that there are; they stay open."""
        self._tell("silence")

    def heals(self) -> None:
        """No more faults. What was held back arrives now, as what TCP sends again does, unless its
        sender has taken it back by a reset."""
        self.fails()
        self._tell("heal")

    def takes(self, way: Way, data: bytes) -> tuple[int, Kind | None]:
        """How many octets of `data` pass, and what happens then."""
        with self._lock:
            if way == "up" and (named := _COMMAND.match(data)):
                self.commands[name := named[1].decode("ascii")] += 1
                self._begun |= bool(self._awaited) and name == self._awaited[0].command
            if not self._begun or self._awaited[0].way != way:
                return len(data), None
            left = self._awaited[0].octets - self._passed[way]
            self._passed[way] += len(data)
            if len(data) <= left:
                return len(data), None
            fault = self._awaited.popleft()
            self.happened.append(fault)
            self._await_next()
            return left, fault.kind

    def _await_next(self) -> None:
        self._passed.clear()
        self._begun = bool(self._awaited) and not self._awaited[0].command

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection((HOST, self._behind))
                connection = _Connection(self, client, server)
                with self._lock:
                    self._connections.append(connection)
                connection.start()

    def _tell(self, order: Literal["abort", "silence", "heal"]) -> None:
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.tell(order)


class _Connection(threading.Thread):
    """One connection from panzad, and one to the server for it.

    All is done in one thread: a socket that another thread reads from cannot be reset.
    """

    def __init__(self, proxy: FaultProxy, client: socket.socket, server: socket.socket) -> None:
        super().__init__(daemon=True)
        self._proxy = proxy
        self._ends: dict[Way, tuple[socket.socket, socket.socket]] = {
            "up": (client, server),
            "down": (server, client),
        }
        self._held: dict[Way, bytes] = {"up": b"", "down": b""}
        self._ended: set[Way] = set()
        self._silent = self._slow = False
        self._orders: deque[str] = deque()
        self._woken, self._waker = socket.socketpair()
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def tell(self, order: str) -> None:
        self._orders.append(order)
        with contextlib.suppress(OSError):
            self._waker.send(b"!")

    def run(self) -> None:
        try:
            while len(self._ended) < len(WAYS):
                if not self._step():
                    break
        except OSError:
            self._abort()
        finally:
            for one in (*self._ends["up"], self._woken, self._waker):
                one.close()

    def _step(self) -> bool:
        """Pass on what comes next; False when the connection is to be closed."""
        reading: dict[socket.socket, Way] = {}
        if not self._silent:
            reading = {
                self._ends[way][0]: way
                for way in WAYS
                if not self._held[way] and way not in self._ended
            }
        ticks = self._slow and not self._silent and any(self._held.values())
        ready, _, _ = select.select(
            [self._woken, *reading], [], [], self._proxy.pace if ticks else None
        )
        if self._woken in ready:
            self._woken.recv(1)
            return self._obeyed(self._orders.popleft())
        if not ready:
            for way in WAYS:
                self._ends[way][1].sendall(self._held[way][:1])
                self._held[way] = self._held[way][1:]
        return all(self._passed_on(reading[one]) for one in ready)

    def _passed_on(self, way: Way) -> bool:
        source, target = self._ends[way]
        data = source.recv(_PIECE)
        if not data:
            self._ended.add(way)
            target.shutdown(socket.SHUT_WR)
            return True
        count, kind = (len(data), None) if self._slow else self._proxy.takes(way, data)
        if not self._slow:
            target.sendall(data[:count])
        self._held[way] = data if self._slow else data[count:]
        match kind:
            case Kind.RESET:
                self._abort()
            case Kind.SILENCE:
                self._silent = True
            case Kind.TRICKLE:
                self._slow = True
            case _:
                pass
        return kind not in (Kind.RESET, Kind.CLOSE)

    def _obeyed(self, order: str) -> bool:
        match order:
            case "silence":
                self._silent = True
            case "heal":
                self._heal()
            case _:
                self._abort()
                return False
        return True

    def _heal(self) -> None:
        self._silent = self._slow = False
        # All of it is read before any is passed on: it may end in a reset.
        late = {way: self._held[way] + _waiting(self._ends[way][0]) for way in WAYS}
        self._held = {"up": b"", "down": b""}
        for way in WAYS:
            self._ends[way][1].sendall(late[way])

    def _abort(self) -> None:
        for one in self._ends["up"]:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)


def _waiting(source: socket.socket) -> bytes:
    """What lies in a socket to be read. Raises ConnectionError when a reset comes after it."""
    found = b""
    with contextlib.suppress(BlockingIOError):
        while data := source.recv(_PIECE, socket.MSG_DONTWAIT):
            found += data
    return found
