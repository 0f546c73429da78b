"""The daemon as a process over a state folder, and what it logs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.mailbox import TestMailbox

STOP_SECONDS = 5.0
ACCOUNT = """
[accounts.{name}]
address = "me@example.org"
name = "Ann Lee"
imap = {{ host = "{host}", port = {port}, security = "none" }}
auth = {{ user = "{user}", command = "echo {password}" }}
"""


def account(name: str, mailbox: TestMailbox, password: str | None = None) -> str:
    """The part of a config that describes one account."""
    return ACCOUNT.format(
        name=name,
        host=mailbox.server.host,
        port=mailbox.server.port,
        user=mailbox.user,
        password=password or mailbox.password,
    )


class Daemon:
    """A running daemon."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._log = state / "daemon.log"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command("run"), stderr=log)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "panzad", "--state", str(self.state), *arguments]

    def run(self, *arguments: str) -> tuple[int, str]:
        """Another command over the same state: its status and standard output."""
        done = subprocess.run(
            self._command(*arguments), capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    def logged(self, event: str, **values: object) -> list[dict[str, Any]]:
        """The log's entries of this event that hold these values."""
        lines = self._log.read_text().splitlines()
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [
            one
            for one in entries
            if one["event"] == event and all(one.get(key) == v for key, v in values.items())
        ]

    def logs(self, event: str, *, times: int = 1, **values: object) -> None:
        """Wait until it has logged an event that often."""
        self.wait(lambda: len(self.logged(event, **values)) >= times)

    def wait(self, what: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert self.process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.02)  # a poll between looks, bounded by the deadline

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def terminate(self) -> float:
        """SIGTERM; the seconds until it has ended well."""
        started = time.monotonic()
        self.signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, self._log.read_text()
        return time.monotonic() - started


@contextmanager
def running(state: Path, config: str) -> Iterator[Daemon]:
    """A daemon with this config, killed at the end if it still runs."""
    (state / "config.toml").write_text(config)
    daemon = Daemon(state)
    try:
        daemon.logs("daemon.ready")
        yield daemon
    finally:
        daemon.process.kill()
        daemon.process.wait()
