"""A real Courier IMAP on a free loopback port, in a folder of its own.

Its imapd runs with Debian's own settings, unpacked and not installed (tools/servers). Where its
login daemon's socket lies is compiled in, so a door of our own stands before it: it greets, checks
the password, and hands the connection to imapd as couriertcpd and imaplogin do.

Folders below `INBOX.`; no SPECIAL-USE, CONDSTORE, MOVE, LITERAL+, ID or UIDNEXT in SELECT. IDLE
is there, and looks into the folder only once a minute (IMAP_ENHANCEDIDLE=0).
"""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Self

from tests.servers.processes import HOST, Server, end, environment, give, mail_user, unpacked

PREFIX = "INBOX."
FOLDERS = ("Gesendet", "Entwürfe", "Trash")

_SETTING = re.compile(r"^(IMAP_[A-Z_]+)=(.*)$", re.MULTILINE)
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


class CourierServer(Server):
    """A door and an imapd for each connection; `start` returns when it accepts connections."""

    def __init__(self, folders: Sequence[str] = FOLDERS) -> None:
        self.host = HOST
        self.port = 0
        self._folders = folders
        self._user = mail_user()
        self._passwords: dict[str, str] = {}
        self._running: list[subprocess.Popen[bytes]] = []
        self._home = Path(tempfile.mkdtemp(prefix="courier-"))
        self._home.chmod(0o755)
        self._root = unpacked("courier", self._home)
        weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        settings = (self._root / "etc/courier/imapd").read_text(encoding="utf-8")
        self._environment = {
            **{name: shlex.split(value)[0] for name, value in _SETTING.findall(settings)},
            **environment(self._root),
            # A watcher of files of our own, beside one that may run on this machine.
            "GAM_CLIENT_ID": self._home.name,
            "HOME": str(self._home),
            "HOSTNAME": HOST,
        }
        self._capabilities = self._environment["IMAP_CAPABILITY"]

    def start(self) -> Self:
        """Open the door."""
        self._run([self._root / "usr/libexec/gam_server", "--notimeout", self._home.name])
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._door = threading.Thread(target=self._accept)
        self._door.start()
        return self

    def stop(self) -> None:
        """Shut the door and end every connection."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._door.join()
        self._listening.close()
        for process in self._running:
            end(process)

    def add_user(self, name: str, password: str) -> None:
        """Let `name` log in from now on."""
        maildir = self._home / name
        make = self._root / "usr/bin/maildirmake.courier"
        for arguments in ([maildir], *(["-f", folder, maildir] for folder in self._folders)):
            subprocess.run([make, *arguments], env=self._environment, check=True)
        give(maildir, self._user)
        self._passwords[name] = password

    def log(self) -> str:
        """What imapd has logged."""
        return (self._home / "log").read_text(encoding="utf-8", errors="replace")

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, address = self._listening.accept()
                threading.Thread(target=self._let_in, args=(connection, address[1])).start()

    def _let_in(self, connection: socket.socket, port: int) -> None:
        """The states before login (RFC 3501 section 3.1), then imapd on the same connection."""
        with connection, contextlib.suppress(ConnectionError):
            connection.sendall(f"* OK [CAPABILITY {self._capabilities}] Courier-IMAP\r\n".encode())
            while line := _line(connection):
                tag, _, rest = line.decode("utf-8").partition(" ")
                command, *words = [quoted or plain for quoted, plain in _WORD.findall(rest)]
                match command.upper(), words:
                    case "LOGIN", [user, password] if self._passwords.get(user) == password:
                        self._hand_over(connection, tag, user, port)
                        return
                    case "LOGIN", _:
                        answer = f"{tag} NO Login failed."
                    case "CAPABILITY", _:
                        answer = f"* CAPABILITY {self._capabilities}\r\n{tag} OK done"
                    case "LOGOUT", _:
                        connection.sendall(f"* BYE\r\n{tag} OK bye\r\n".encode())
                        return
                    case _:
                        answer = f"{tag} BAD Invalid command"
                connection.sendall(f"{answer}\r\n".encode())

    def _hand_over(self, connection: socket.socket, tag: str, user: str, port: int) -> None:
        facts = {
            "IMAPLOGINTAG": tag,
            "AUTHENTICATED": user,
            "PROTOCOL": "IMAP",
            "TCPREMOTEIP": "127.0.0.1",
            "TCPREMOTEPORT": str(port),
        }
        self._run([self._root / "usr/bin/imapd", self._home / user], facts, connection.fileno())

    def _run(
        self,
        command: Sequence[str | Path],
        facts: Mapping[str, str] = MappingProxyType({}),
        link: int = subprocess.DEVNULL,
    ) -> None:
        with (self._home / "log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=self._home,
                env={**self._environment, **facts},
                user=self._user.pw_uid,
                group=self._user.pw_gid,
                stdin=link,
                stdout=link,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(process)


def _line(connection: socket.socket) -> bytes:
    """One line, and not a byte more: the rest is imapd's."""
    line = b""
    while not line.endswith(b"\n") and (one := connection.recv(1)):
        line += one
    return line.strip()
