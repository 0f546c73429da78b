"""The daemon process: starts the loops, listens to signals and files, stops within seconds."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from datetime import datetime

import structlog

from panzad.config import Config, Paths, Training, load, parse_window
from panzad.daemon import notify
from panzad.daemon.account import AccountLoop
from panzad.daemon.bell import bell_of
from panzad.daemon.children import TrainerChild, WorkerChild
from panzad.daemon.files import FileWatch
from panzad.daemon.supervision import Health, in_thread, kept_going
from panzad.errors import PanzadError
from panzad.locks import held
from panzad.logs import traced
from panzad.overview import ATTEMPT, learnt, overview
from panzad.private import check_config, check_state
from panzad.recall import EMBEDDER
from panzad.schedule import lacking, tried_again, unsuited, untimely, window_start
from panzad.store import embeddings, marks, pairs, pause, problems
from panzad.store.database import Database, now
from panzad.surroundings import look

STOP_SECONDS = 3.0
SCHEDULE_SECONDS = 60.0

log = structlog.get_logger("panzad.daemon")


class Daemon:
    """Everything that runs for as long as one configuration holds, and what outlives it."""

    def __init__(self, paths: Paths, config: Config, child_options: list[str]) -> None:
        self._paths = paths
        self._config = config
        self._options = child_options
        self._db = Database(paths.database)
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._accounts: list[AccountLoop] = []
        self._worker = self._new_worker()
        self._trainer = TrainerChild(child_options)
        self._training: asyncio.Task[None] | None = None
        self._night: datetime | None = None
        self._kills = 0

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT. Raises StateLocked when another daemon runs here,
        StateDamaged when the database cannot be trusted."""
        with held(self._paths.locks, "daemon", wait=False):
            # Better no draft than one out of what a failing disk made of the mails.
            self._db.check()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._stop.set)
            loop.add_signal_handler(signal.SIGHUP, self._reload.set)
            files = self._watch_files(loop)
            ping = asyncio.create_task(_ping_watchdog())
            try:
                await self._serve()
            finally:
                notify.notify(STOPPING="1")
                ping.cancel()
                files.stop()

    async def _serve(self) -> None:
        while not self._stop.is_set():
            tasks = self._start()
            notify.notify(READY="1", STATUS=f"{len(self._config.accounts)} account(s)")
            log.info("daemon.ready", pid=os.getpid(), accounts=list(self._config.accounts))
            try:
                await self._until_reload_or_stop(tasks)
            finally:
                await self._end(tasks)
            log.info("daemon.stopped" if self._stop.is_set() else "daemon.reloaded")

    def _start(self) -> list[asyncio.Task[None]]:
        self._begin_anew()
        self._worker = self._new_worker()
        self._accounts = [
            AccountLoop(self._db, self._config, name, self._paths.locks, self._wake_worker)
            for name in self._config.accounts
        ]
        loops = [
            kept_going(self._db, "worker", self._worker.run),
            kept_going(self._db, "schedule", self._schedule),
            *(one.run() for one in self._accounts),
        ]
        return [asyncio.create_task(loop) for loop in loops]

    def _begin_anew(self) -> None:
        """With these settings what failed before may work, and some accounts may be no more."""
        try:
            with self._db.transaction() as tx:
                problems.forget_other_accounts(tx, self._config.accounts)
                marks.retry_now(tx)
        except PanzadError as error:
            log.warning("daemon.state_unwritable", error=str(error))

    async def _until_reload_or_stop(self, tasks: list[asyncio.Task[None]]) -> None:
        """Return when asked to stop, or when a readable new configuration is in place."""
        while not self._stop.is_set():
            waits = [asyncio.create_task(event.wait()) for event in (self._stop, self._reload)]
            try:
                await asyncio.wait([*waits, *tasks], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
            for task in tasks:
                if task.done():
                    task.result()  # A loop never ends by itself: this raises what ended it.
            if self._reload.is_set() and not self._stop.is_set() and self._reloaded():
                return

    def _reloaded(self) -> bool:
        self._reload.clear()
        notify.reloading()
        try:
            config = load(self._paths.config)
            check_config(config, self._paths.config)
        except PanzadError as error:
            problems.try_report(self._db, "config", error)
            log.error("config.refused", error=str(error), kept="the settings read before")
            notify.notify(READY="1", STATUS=f"config refused: {error}")
            return False
        problems.try_clear(self._db, "config")
        changed = config != self._config
        self._config = config
        notify.notify(READY="1")
        return changed

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        stops = [asyncio.create_task(self._worker.stop())]
        if self._stop.is_set():
            stops.append(asyncio.create_task(self._trainer.stop()))
        await asyncio.wait([*tasks, *stops], timeout=STOP_SECONDS)

    def _new_worker(self) -> WorkerChild:
        return WorkerChild(self._options, has_work=self._has_work, on_line=self._worker_said)

    def _worker_said(self, line: str) -> None:
        if line == "mark":
            for account in self._accounts:
                account.poke()

    def _has_work(self) -> bool:
        if pause.since(self._db):
            return False
        return bool(
            marks.due(self._db, "gathered")
            or pairs.pending(self._db, limit=1)
            or embeddings.wanting(self._db, EMBEDDER, limit=1)
            or embeddings.index_stale(self._db)
        )

    def _wake_worker(self) -> None:
        # An idle worker that is woken for nothing would never be idle for long enough to leave.
        if self._has_work():
            self._worker.wake()

    def _watch_files(self, loop: asyncio.AbstractEventLoop) -> FileWatch:
        def changed() -> None:
            loop.call_soon_threadsafe(self._reload.set)

        def rung() -> None:
            loop.call_soon_threadsafe(self._rung)

        watch = FileWatch({self._paths.config.resolve(): changed, bell_of(self._paths.state): rung})
        watch.start()
        return watch

    def _rung(self) -> None:
        for account in self._accounts:
            account.rung()
        self._wake_worker()

    async def _schedule(self, health: Health) -> None:
        """Look once a minute whether a night's training is due, and whether it may go on."""
        while True:
            await self._scheduled(datetime.now().astimezone())
            health.works()
            await asyncio.sleep(SCHEDULE_SECONDS)

    async def _scheduled(self, here: datetime) -> None:
        settings = self._config.training
        paused = pause.since(self._db) is not None
        if self._trainer.running:
            await self._watch(here, settings, paused=paused)
            return
        if paused:
            return
        known = learnt(self._db, self._config.accounts)
        if lacking(known, settings) or untimely(here, known, settings):
            return
        if unsuited(await in_thread(look), settings, running=False):
            return
        if (start := window_start(parse_window(settings.window), here)) != self._night:
            self._night, self._kills = start, 0
        self._attempted(now())
        self._training = asyncio.create_task(self._train())
        self._training.add_done_callback(_log_error)

    async def _watch(self, here: datetime, settings: Training, *, paused: bool) -> None:
        """Stop the run at the end of its window, and for as long as the machine is needed."""
        if paused or not parse_window(settings.window).holds(here.time()):
            await self._trainer.stop(grace=60)
            return
        if reason := unsuited(await in_thread(look), settings, running=True):
            log.info("training.interrupted", waits_for=reason)
            await self._trainer.stop(grace=60)
            self._attempted("")

    def _attempted(self, moment: str) -> None:
        """Note when a run was tried; empty when it may be tried again in the same night."""
        with self._db.transaction() as tx:
            problems.note(tx, ATTEMPT, moment)

    async def _train(self) -> None:
        status = await self._trainer.run()
        log.info("training.ended", status=status)
        if not self._trainer.stopped and tried_again(status, self._kills):
            self._kills += 1
            self._attempted("")
        if self._config.report.mail and status == 0:
            await self._report()

    async def _report(self) -> None:
        server = self._config.report.smtp
        assert server is not None
        # Imported here: most people want no report, and it costs the idle daemon memory.
        from panzad.daemon.report import report_mail, send

        here = datetime.now().astimezone()
        values = overview(self._db, self._paths, self._config, here)
        for name, account in self._config.accounts.items():
            scope = f"report:{name}"
            try:
                await send(server, name, account, report_mail(account, values, here))
            except PanzadError as error:
                problems.try_report(self._db, scope, error)
                log.warning("report.failed", account=name, error=str(error))
            else:
                problems.try_clear(self._db, scope)


def _log_error(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.error("training.unexpected", error=type(error).__name__, at=traced(error))


async def _ping_watchdog() -> None:
    every = notify.watchdog_seconds()
    while every:
        notify.notify(WATCHDOG="1")
        await asyncio.sleep(every / 2)


def run(paths: Paths, config: Config, child_options: list[str]) -> None:
    """Run the daemon to its end. Raises PanzadError when it cannot start."""
    check_state(paths)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Daemon(paths, config, child_options).run())
