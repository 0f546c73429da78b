"""A server by script for the habits that no real server shows on demand."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping, Sequence
from io import BufferedRWPair
from typing import Literal

from panzad.config import ImapServer
from panzad.imap.session import Session


class ScriptedServer:
    """Answers one connection. `answers` maps the beginning of a command to the lines sent for it,
    before its OK; a line that begins with `TAG` is the tagged answer itself, `HANGUP` closes,
    `SILENCE` leaves the command without an answer.

    `idles` are the lines sent after each IDLE, the last of them for all that follow; None hangs up.
    DONE is answered with `told_at_done` and OK unless told otherwise. `greeting` is the first line.
    """

    def __init__(
        self,
        answers: Mapping[str, Sequence[str]] | None = None,
        *,
        capabilities: str = "IMAP4rev1 IDLE",
        idles: Sequence[Sequence[str | None]] = (["+ idling"],),
        answers_done: bool = True,
        greeting: str = "* OK hello",
        told_at_done: Sequence[str] = (),
    ) -> None:
        select = ["* 2 EXISTS", "* OK [UIDVALIDITY 7] x", "* OK [UIDNEXT 3] x"]
        self._answers = {
            "CAPABILITY": [f"* CAPABILITY {capabilities}"],
            "EXAMINE": select,
            "SELECT": select,
            "UID SEARCH": ["* SEARCH"],
            **(answers or {}),
        }
        # The longest beginning that fits is the one that is meant.
        self._answers = dict(sorted(self._answers.items(), key=lambda one: -len(one[0])))
        self._idles = list(idles)
        self._answers_done = answers_done
        self._greeting = greeting
        self._told_at_done = told_at_done
        self._received: list[str] = []
        self._arrived = threading.Condition()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._listening.close()
        assert not self._thread.is_alive()

    def session(self, security: Literal["starttls", "none"] = "none") -> Session:
        port = self._listening.getsockname()[1]
        server = ImapServer(host="127.0.0.1", port=port, security=security)
        return Session.connect(server, "me", "geheim", timeout=5)

    def count(self, command: str) -> int:
        with self._arrived:
            return sum(one.startswith(command) for one in self._received)

    def received(self, command: str = "") -> list[str]:
        """The commands that came and begin so, without their tags."""
        with self._arrived:
            return [one for one in self._received if one.startswith(command)]

    def wait_for(self, command: str, times: int) -> None:
        """Wait until a command has come that often."""
        with self._arrived:
            assert self._arrived.wait_for(
                lambda: sum(one.startswith(command) for one in self._received) >= times, 10
            )

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        # What the client no longer reads cannot be sent when the stream is closed, either.
        with (
            contextlib.suppress(ConnectionError),
            connection,
            connection.makefile("rwb") as stream,
        ):
            self._say(stream, self._greeting)
            while line := stream.readline():
                tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
                if not self._answer(stream, tag, command):
                    return

    def _answer(self, stream: BufferedRWPair, tag: str, command: str) -> bool:
        with self._arrived:
            self._received.append(command)
            self._arrived.notify_all()
        if command == "IDLE":
            return self._serve_idle(stream, tag)
        if command == "LOGOUT":
            self._say(stream, "* BYE", f"{tag} OK")
            return False
        tagged = False
        for beginning, lines in self._answers.items():
            if command.startswith(beginning):
                for line in lines:
                    if line == "HANGUP":
                        return False
                    tagged = tagged or line.startswith(("TAG", "SILENCE"))
                    if line == "SILENCE":
                        break
                    self._say(stream, line.replace("TAG", tag, 1))
                break
        if not tagged:
            self._say(stream, f"{tag} OK done")
        return True

    def _serve_idle(self, stream: BufferedRWPair, tag: str) -> bool:
        for line in self._idles.pop(0) if len(self._idles) > 1 else self._idles[0]:
            if line is None:
                return False
            self._say(stream, line.replace("TAG", tag, 1))
            if line.startswith("TAG"):
                return True
        done = stream.readline()
        if done and self._answers_done:
            self._say(stream, *self._told_at_done, f"{tag} OK idle done")
        return bool(done)

    def _say(self, stream: BufferedRWPair, *lines: str) -> None:
        stream.write("".join(f"{line}\r\n" for line in lines).encode("utf-8"))
        stream.flush()
