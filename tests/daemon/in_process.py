"""A daemon in the test's own process; its children are stand-ins."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from panzad.config import Account, Auth, Config, ImapServer, locate
from panzad.daemon import children, main
from panzad.schedule import Learnt
from panzad.surroundings import Surroundings

ENOUGH = Learnt(new_pairs=20, waiting=0, unfinished_run=False, last_attempt=None, usable=100)
QUIET = Surroundings(on_battery=False, session_active=False, load=0.0, cores=2)

STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
signal.pause()
"""

WILLING = """
import signal
print("ready", flush=True)
signal.pause()
"""


class StandIn(children.Child):
    """A child in the middle of a long computation; it hears no SIGTERM unless told otherwise."""

    pids: list[int]
    script = STUBBORN

    def __init__(self, name: str, arguments: list[str]) -> None:
        super().__init__(name, ["-c", self.script])

    async def start(self) -> asyncio.subprocess.Process:
        process = await super().start()
        self.pids.append(process.pid)
        return process


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def unreachable(**more: Any) -> Config:
    imap = ImapServer(host="localhost", port=1, security="none")
    auth = Auth(password=SecretStr("geheim"))
    one = Account(address="me@example.org", imap=imap, auth=auth)
    return Config(accounts={"work": one}, **more)


def daemon_does(
    state: Path, config: Config, until: Callable[[main.Daemon], Awaitable[object]]
) -> float:
    """Run a daemon in this process until `until` is done; the seconds its end then takes."""
    state.joinpath("config.toml").touch()

    async def both() -> float:
        daemon = main.Daemon(locate(None, state), config, [])
        task = asyncio.create_task(daemon.run())
        async with asyncio.timeout(20):
            await until(daemon)
        assert not task.done()
        started = time.monotonic()
        os.kill(os.getpid(), signal.SIGTERM)
        await task
        return time.monotonic() - started

    return asyncio.run(both())


async def until(what: Callable[[], bool]) -> None:
    while not what():  # noqa: ASYNC110 - what other threads and processes do rings no event here
        await asyncio.sleep(0.01)  # a poll, bounded by the caller's timeout
