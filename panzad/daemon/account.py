"""One account in the daemon: its marks at once, its sent mail every few minutes.

Three kinds of connection, each in a thread of its own: one that works on marks, one for each
watched folder that waits in IDLE, one for a sync while it runs. When any of them dies, all are
closed and made anew after a pause.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import structlog

from panzad.config import Account, Config
from panzad.daemon.backoff import Backoff
from panzad.drafting import rounds
from panzad.errors import NetworkError, PanzadError
from panzad.imap.watch import watch
from panzad.learning.sync import sync_account
from panzad.locks import held
from panzad.mailbox import Mailbox, chosen, connect
from panzad.store import marks, problems
from panzad.store.database import Database

SYNC_SECONDS = 300.0

log = structlog.get_logger("panzad.daemon")
T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Run blocking work in a thread that never holds up the end of the process."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(setter: Callable[[], None]) -> None:
        if not future.done():
            setter()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            outcome = error
            loop.call_soon_threadsafe(settle, lambda: future.set_exception(outcome))
        else:
            loop.call_soon_threadsafe(settle, lambda: future.set_result(result))

    threading.Thread(target=run, daemon=True).start()
    return await future


class AccountLoop:
    """Keeps one account going until cancelled."""

    def __init__(
        self,
        db: Database,
        config: Config,
        name: str,
        locks: Path,
        wake_worker: Callable[[], None],
    ) -> None:
        self._db = db
        self._config = config
        self._name = name
        self._account: Account = config.accounts[name]
        self._locks = locks
        self._wake_worker = wake_worker
        self._changed = asyncio.Event()

    def poke(self) -> None:
        """Look at the marks now: something has changed."""
        self._changed.set()

    async def run(self) -> None:
        """Work on marks and sync, each with its own pause after an error."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._kept_going("marks", self._marks))
            tasks.create_task(self._kept_going("sync", self._sync))

    async def _kept_going(self, what: str, connected: Callable[[Backoff], Awaitable[None]]) -> None:
        scope = f"{what}:{self._name}"
        backoff = Backoff(random.Random())  # noqa: S311 - jitter, not a secret
        while True:
            try:
                await connected(backoff)
            except Exception as cause:  # Whatever goes wrong in one account, the loop goes on.
                error = cause if isinstance(cause, PanzadError) else _unexpected(cause)
                with self._db.transaction() as tx:
                    problems.report(tx, scope, error)
                pause = backoff.wait(error)
                log.warning(
                    "account.paused", account=self._name, what=what, seconds=round(pause, 1),
                    error=str(error),
                )  # fmt: skip
                await asyncio.sleep(pause)

    async def _sync(self, backoff: Backoff) -> None:
        while True:
            fetched = await in_thread(self._synced)
            backoff.reset()
            problems.clear(self._db, f"sync:{self._name}")
            if fetched:
                self._wake_worker()
            await asyncio.sleep(SYNC_SECONDS)

    def _synced(self) -> int:
        try:
            with connect(self._name, self._account) as session:
                folders = chosen(session, self._account)
                mailbox = Mailbox(self._name, self._account, session, folders)
                with held(self._locks, f"sync-{self._name}", wait=True):
                    return sync_account(self._db, mailbox, self._config.privacy)
        finally:
            self._db.close()

    async def _marks(self, backoff: Backoff) -> None:
        session = await in_thread(lambda: connect(self._name, self._account))
        stop = threading.Event()
        try:
            folders = await in_thread(lambda: chosen(session, self._account))
            mailbox = Mailbox(self._name, self._account, session, folders)
            watched = dict.fromkeys((*folders.watch, folders.drafts))
            watchers = [asyncio.create_task(self._watch(folder, stop)) for folder in watched]
            try:
                await self._rounds(mailbox, watchers, backoff)
            finally:
                stop.set()
                for watcher in watchers:
                    watcher.cancel()
        finally:
            stop.set()
            threading.Thread(target=session.close, daemon=True).start()

    async def _rounds(
        self, mailbox: Mailbox, watchers: list[asyncio.Task[None]], backoff: Backoff
    ) -> None:
        while True:
            self._changed.clear()
            if await in_thread(lambda: self._locked_round(mailbox)):
                self._wake_worker()
            backoff.reset()
            problems.clear(self._db, f"marks:{self._name}")
            changed = asyncio.create_task(self._changed.wait())
            try:
                await asyncio.wait(
                    [changed, *watchers],
                    timeout=self._seconds_to_retry(),
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                changed.cancel()
            for watcher in watchers:
                if watcher.done():
                    watcher.result()
                    raise NetworkError(f"account {self._name}: a watch ended", "it is renewed")

    def _round(self, mailbox: Mailbox) -> bool:
        """Look, gather, deliver; returns whether the worker has a draft to write."""
        try:
            rounds.look(self._db, mailbox)
            rounds.gather_due(self._db, mailbox, self._config)
            rounds.deliver_due(self._db, mailbox)
            return bool(marks.due(self._db, "gathered", self._name))
        finally:
            self._db.close()

    def _seconds_to_retry(self) -> float | None:
        """Until the earliest postponed mark is due, or the hourly limit may have eased."""
        queued = bool(marks.due(self._db, "marked", self._name))
        at = marks.next_retry(self._db)
        if at is None:
            return 60.0 if queued else None
        seconds = (datetime.fromisoformat(at) - datetime.now(UTC)).total_seconds()
        return max(1.0, min(seconds + 1.0, 60.0 if queued else seconds + 1.0))

    def _locked_round(self, mailbox: Mailbox) -> bool:
        with held(self._locks, f"marks-{self._name}", wait=True):
            return self._round(mailbox)

    async def _watch(self, folder: str, stop: threading.Event) -> None:
        loop = asyncio.get_running_loop()

        def on_change() -> None:
            loop.call_soon_threadsafe(self._changed.set)

        def work() -> None:
            with connect(self._name, self._account) as session:
                watch(session, folder, on_change, stop)

        await in_thread(work)


def _unexpected(cause: Exception) -> PanzadError:
    log.error("account.unexpected", exc_info=cause)
    return PanzadError(
        f"unexpected {type(cause).__name__}", "see the log; panzad tries again by itself"
    )
