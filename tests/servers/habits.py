"""A door before a real Dovecot that shows the habits of other servers.

The mail is real, and so is every answer but for what a habit changes: what the server says it can
do, commands it refuses, lines it words differently or puts where nobody expects them, and when it
hangs up. Capabilities are as the providers are known
to list them; none was asked.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BufferedRWPair
from typing import cast

_LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n$")


@dataclass(frozen=True, slots=True)
class Habits:
    """What a server does otherwise than Dovecot.

    `capabilities` are told instead of Dovecot's. `refused` maps a pattern of commands to the answer
    that follows the tag. `reworded` maps a pattern in the server's lines to what stands there
    instead; a line of which nothing is left is not sent. `interjected` are lines before every
    tagged answer. `folders` are what the account has: name to SPECIAL-USE attribute.
    """

    capabilities: str = "IMAP4rev1 LITERAL+ ID ENABLE IDLE UIDPLUS MOVE CONDSTORE SPECIAL-USE"
    refused: Mapping[str, str] = field(default_factory=dict[str, str])
    reworded: Mapping[str, str] = field(default_factory=dict[str, str])
    interjected: tuple[str, ...] = ()
    folders: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    prefix: str = ""
    separator: str = "/"


class HabitServer:
    """Listens on loopback and passes on to a Dovecot at `port`, with `habits`.

    `commands` are those that came, over all connections, without tags.
    """

    def __init__(self, port: int, habits: Habits) -> None:
        self.commands: list[str] = []
        self._behind = port
        self._habits = habits
        self._bye_at: int | None = None
        self._counting = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)

    def __enter__(self) -> HabitServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def behaves(self, habits: Habits) -> None:
        """Change the habits from now on."""
        self._habits = habits

    def says_bye(self, number: int) -> None:
        """Say BYE once, instead of doing the command of that number, counted from now."""
        with self._counting:
            self._bye_at = len(self.commands) + number

    def _accept(self) -> None:
        serving: list[threading.Thread] = []
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                thread = threading.Thread(target=self._serve, args=(connection,))
                thread.start()
                serving.append(thread)
        for thread in serving:
            thread.join()

    def _serve(self, connection: socket.socket) -> None:
        with connection, socket.create_connection(("127.0.0.1", self._behind)) as behind:
            for one in (connection, behind):
                # Lines and literals go in pieces, and none waits for the one before it.
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=self._answers, args=(behind, connection))
            back.start()
            with contextlib.suppress(OSError):
                self._commands(connection, behind)
            for one in (behind, connection):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            back.join()

    def _commands(self, connection: socket.socket, behind: socket.socket) -> None:
        stream = cast("BufferedRWPair", connection.makefile("rb"))
        while line := stream.readline():
            tag, _, command = line.decode("utf-8").strip().partition(" ")
            if not command:  # DONE, or the end of an APPEND
                behind.sendall(line)
                continue
            with self._counting:
                self.commands.append(command)
                is_last = len(self.commands) == self._bye_at
            if is_last:
                connection.sendall(b"* BYE closing\r\n")
                return
            if answer := self._refusal(command):
                connection.sendall(f"{tag} {answer}\r\n".encode())
                continue
            behind.sendall(line)
            if literal := _LITERAL.search(line):
                behind.sendall(stream.read(int(literal[1])))

    def _refusal(self, command: str) -> str | None:
        for pattern, answer in self._habits.refused.items():
            if re.search(pattern, command):
                return answer
        return None

    def _answers(self, behind: socket.socket, connection: socket.socket) -> None:
        stream = cast("BufferedRWPair", behind.makefile("rb"))
        with contextlib.suppress(OSError):
            while line := stream.readline():
                connection.sendall(self._worded(line))
                while literal := _LITERAL.search(line):
                    connection.sendall(stream.read(int(literal[1])))
                    line = stream.readline()
                    connection.sendall(line)
            connection.shutdown(socket.SHUT_RDWR)

    def _worded(self, line: bytes) -> bytes:
        text = line.decode("utf-8", "surrogateescape")
        text = re.sub(
            r"CAPABILITY [^\]\r]*", f"CAPABILITY {self._habits.capabilities}", text, count=1
        )
        for pattern, instead in self._habits.reworded.items():
            text = re.sub(pattern, instead, text)
        if text.strip() and not text.startswith(("*", "+")):
            text = "".join(f"{one}\r\n" for one in self._habits.interjected) + text
        return text.encode("utf-8", "surrogateescape") if text.strip() else b""
