"""Keeps the daemon's loops going whatever fails in one, and its blocking work in threads."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import structlog

from panzad.daemon.backoff import Backoff
from panzad.errors import GrantMissing, PanzadError
from panzad.logs import told
from panzad.store import problems
from panzad.store.database import Database

log = structlog.get_logger("panzad.daemon")
T = TypeVar("T")


async def in_thread(work: Callable[[], T], unwanted: Callable[[T], object] | None = None) -> T:
    """Run blocking work in a thread that never holds up the end of the process.

    `unwanted` is given, in a thread too, the result that comes after the waiting was cancelled.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            outcome = error
            _tell(loop, lambda: future.done() or future.set_exception(outcome))
        else:
            _tell(loop, lambda: settle(result))

    def settle(result: T) -> None:
        if not future.done():
            future.set_result(result)
        elif unwanted is not None:
            threading.Thread(target=unwanted, args=(result,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    return await future


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    # The loop is closed when the process ends before its threads do.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call)


class Health:
    """What a loop says of itself while it runs."""

    def __init__(self, db: Database, scope: str, backoff: Backoff) -> None:
        self._db = db
        self._scope = scope
        self._backoff = backoff

    def works(self) -> None:
        """It works: its problem is over, and the next pause may be short again in a while."""
        self._backoff.works()
        problems.try_clear(self._db, self._scope)


async def kept_going(
    db: Database,
    scope: str,
    work: Callable[[Health], Awaitable[None]],
    rung: asyncio.Event | None = None,
) -> None:
    """Run `work` for ever; what it raises is a problem of `scope`, and it starts anew later.

    That a problem cannot be put on record, as on a full disk, ends nothing. Where access has to be
    granted, the pause ends when `rung` is set: the user may have done it.
    """
    clock = asyncio.get_running_loop().time
    backoff = Backoff(random.Random(), clock)  # noqa: S311 - jitter, not a secret
    health = Health(db, scope, backoff)
    while True:
        if rung is not None:
            rung.clear()
        try:
            await work(health)
        except Exception as cause:
            error = told(cause, "loop.unexpected", scope=scope)
            # In a thread, for another process may hold the database for a while.
            await in_thread(partial(_report, db, scope, error))
            pause = backoff.wait(error)
            log.warning("loop.paused", scope=scope, seconds=round(pause, 1), error=str(error))
            if rung is not None and isinstance(error, GrantMissing):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), pause)
            else:
                await asyncio.sleep(pause)


def _report(db: Database, scope: str, error: PanzadError) -> None:
    try:
        problems.try_report(db, scope, error)
    finally:
        db.close()
