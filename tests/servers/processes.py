"""What the real servers of the tests share: their life, ports, where they are unpacked, whom they
run as."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

HOST = "localhost"


class Server(ABC):
    """A server that runs for as long as its `with` block."""

    @abstractmethod
    def start(self) -> Self:
        """Return when it accepts connections."""

    @abstractmethod
    def stop(self) -> None:
        """Stop the server and every connection."""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class ProcessServer(Server):
    """A server that is one process, with what it starts."""

    _process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        if self._process is not None:
            end(self._process)
            self._process = None


def unpacked(server: str, home: Path) -> Path:
    """The folder with a server's unpacked packages; a copy below `home` where it must be one.

    Root's own folders are closed to the user that root lends the server.
    """
    root = Path(os.environ.get("PANZAD_TEST_SERVERS", ".panzad/servers")).resolve() / server
    if not (root / "ready").exists():
        raise RuntimeError(f"no {server} under {root.parent}: sh tools/servers {root.parent}")
    if all(folder.stat().st_mode & stat.S_IXOTH for folder in (root, *root.parents)):
        return root
    return Path(shutil.copytree(root, home / server, symlinks=True))


def environment(root: Path) -> dict[str, str]:
    """What programs of packages unpacked at `root` need to find their libraries."""
    folders = [root / "usr/lib", *root.glob("usr/lib/*-linux-*"), *root.glob("lib/*-linux-*")]
    return {
        "PATH": os.defpath,
        "LD_LIBRARY_PATH": ":".join(map(str, folders)),
        "SASL_PATH": ":".join(
            map(str, [*root.glob("usr/lib/*/sasl2"), *Path("/usr/lib").glob("*/sasl2")])
        ),
    }


def mail_user() -> pwd.struct_passwd:
    """Whom a server runs as: the starter, or nobody where that is root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def give(path: Path, user: pwd.struct_passwd) -> None:
    """Make a folder and all in it a user's own."""
    for one in (path, *path.rglob("*")):
        os.chown(one, user.pw_uid, user.pw_gid, follow_symlinks=False)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def greets(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until an IMAP server says OK at `port`; False when its process ends or never does."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), 5) as s:
            s.settimeout(10)
            return s.recv(64).startswith(b"* OK")
        time.sleep(0.02)
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop a server and what it has started: connections outlive a master for a while."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
