"""One account in the daemon: its marks at once, its sent mail every few minutes.

Three kinds of connection, each in a thread of its own: one that works on marks, one for each
watched folder that waits in IDLE, one for a sync while it runs. When any of them dies, all are
closed and made anew after a pause.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from panzad.config import Account, Config, OAuth2
from panzad.daemon.supervision import Health, in_thread, kept_going
from panzad.drafting import rounds
from panzad.drafting.followup import follow_up
from panzad.errors import LoginError, NetworkError
from panzad.imap.folders import FolderChoice
from panzad.imap.session import Session
from panzad.imap.watch import Stop, watch
from panzad.learning.sync import sync_account
from panzad.locks import held
from panzad.mailbox import TO_DRAFT, TO_SYNC, Mailbox, chosen, connect
from panzad.memory import give_back
from panzad.secrets.passwords import password_of
from panzad.store import marks, pause
from panzad.store.database import Database

SYNC_SECONDS = 300.0
WAITING_SECONDS = 60.0
# All folders are looked at together: where it is quiet one watch does so for the others.
LOOKED_SECONDS = 25.0

log = structlog.get_logger("panzad.daemon")


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
        self._looked_at = 0.0  # on the loop's clock
        self._rung = {"marks": asyncio.Event(), "sync": asyncio.Event()}
        self._password: str | None = None
        self._asking = threading.Lock()

    def poke(self) -> None:
        """Look at the marks now: something has changed."""
        self._changed.set()

    def rung(self) -> None:
        """A command has done something: perhaps there is work, or access has been granted."""
        self.poke()
        for one in self._rung.values():
            one.set()

    async def run(self) -> None:
        """Work on marks and sync, each with its own pause after an error."""
        async with asyncio.TaskGroup() as tasks:
            for what, work in (("marks", self._marks), ("sync", self._sync)):
                scope = f"{what}:{self._name}"
                tasks.create_task(kept_going(self._db, scope, work, self._rung[what]))

    async def _sync(self, health: Health) -> None:
        while True:
            await in_thread(self._synced)
            give_back()
            health.works()
            self._wake_worker()
            await asyncio.sleep(SYNC_SECONDS)

    def _synced(self) -> None:
        try:
            if pause.since(self._db):
                return
            with self._connect() as session:
                folders = chosen(session, self._account, TO_SYNC)
                mailbox = Mailbox(self._name, self._account, session, folders)
                with held(self._locks, f"sync-{self._name}", wait=True):
                    sync_account(self._db, mailbox, self._config.privacy)
                    follow_up(self._db, mailbox, self._config, datetime.now(UTC))
        finally:
            self._db.close()

    def _connect(self) -> Session:
        """A new session. The password's source is asked once, for it may ask a person; and again
        when the server does not take the password any more."""
        auth = self._account.auth
        if isinstance(auth, OAuth2):
            return connect(self._name, self._account)
        with self._asking:
            if self._password is None:
                self._password = password_of(self._name, auth)
            password = self._password
        try:
            return connect(self._name, self._account, password)
        except LoginError:
            self._password = None
            raise

    async def _marks(self, health: Health) -> None:
        session = await in_thread(self._connect, Session.close)
        in_use = threading.Lock()
        stop = Stop()
        try:
            folders = await in_thread(lambda: self._chosen(session, in_use))
            mailbox = Mailbox(self._name, self._account, session, folders)
            watched = dict.fromkeys((*folders.marks, folders.drafts))
            watchers = [asyncio.create_task(self._watch(folder, stop)) for folder in watched]
            try:
                await self._rounds(mailbox, in_use, watchers, health)
            finally:
                stop.set()
                for watcher in watchers:
                    watcher.cancel()
        finally:
            stop.set()
            threading.Thread(target=let_go, args=(session, in_use), daemon=True).start()

    def _chosen(self, session: Session, in_use: threading.Lock) -> FolderChoice:
        with in_use:
            return chosen(session, self._account, TO_DRAFT)

    async def _rounds(
        self,
        mailbox: Mailbox,
        in_use: threading.Lock,
        watchers: list[asyncio.Task[None]],
        health: Health,
    ) -> None:
        while True:
            self._changed.clear()
            self._looked_at = asyncio.get_running_loop().time()
            if await in_thread(lambda: self._locked_round(mailbox, in_use)):
                self._wake_worker()
            health.works()
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
            if pause.since(self._db):
                return False
            rounds.look(self._db, mailbox)
            rounds.gather_due(self._db, mailbox, self._config)
            rounds.deliver_due(self._db, mailbox)
            return bool(marks.due(self._db, "gathered", self._name))
        finally:
            self._db.close()

    def _seconds_to_retry(self) -> float | None:
        """Until the earliest postponed mark is due.

        What is due after a round waits for the worker, or for the hourly limit to ease.
        """
        longest = WAITING_SECONDS if marks.any_due(self._db, self._name) else None
        at = marks.next_retry(self._db, self._name)
        if at is None:
            return longest
        seconds = (datetime.fromisoformat(at) - datetime.now(UTC)).total_seconds() + 1.0
        return max(1.0, seconds if longest is None else min(seconds, longest))

    def _locked_round(self, mailbox: Mailbox, in_use: threading.Lock) -> bool:
        with held(self._locks, f"marks-{self._name}", wait=True), in_use:
            return self._round(mailbox)

    async def _watch(self, folder: str, stop: Stop) -> None:
        loop = asyncio.get_running_loop()

        def look(quiet: bool) -> None:
            if not quiet or loop.time() - self._looked_at > LOOKED_SECONDS:
                loop.call_soon_threadsafe(self._changed.set)

        def work() -> None:
            with self._connect() as session:
                watch(session, folder, look, stop)

        await in_thread(work)


def let_go(session: Session, in_use: threading.Lock) -> None:
    """Close a session that another thread may be using, as soon as that thread is out.

    A LOGOUT in the middle of its APPEND would become the beginning of the draft.
    """
    if not in_use.acquire(blocking=False):
        session.cut()
        in_use.acquire()
    session.close()
