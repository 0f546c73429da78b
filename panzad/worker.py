"""The model worker: takes the rows that need a model, does them, leaves when idle.

Started by the daemon as `python -m panzad.worker`. Each line on its standard input is a wake-up;
end of input means that the daemon is gone. Each line on its standard output says which kind of
row it has finished (`mark`, `learnt`), never what stands in it.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
from pathlib import Path

import click
import structlog

from panzad import config as settings
from panzad.desk import Desk
from panzad.drafting.rounds import retry_time
from panzad.errors import PanzadError, StateDamaged
from panzad.learning.duplicates import mark_duplicates
from panzad.learning.embedding import embed
from panzad.learning.playback import play_back
from panzad.learning.privacy import enforce
from panzad.locks import held, is_held
from panzad.logs import configure, told
from panzad.memory import give_back
from panzad.private import check_state, make_private
from panzad.store import marks, pause, problems
from panzad.store.database import Database, Unreadable, explained

log = structlog.get_logger("panzad.worker")


class Worker:
    """One loop: drafts first, then learning, then sleep until woken or idle for too long."""

    def __init__(self, db: Database, paths: settings.Paths, config: settings.Config) -> None:
        self._db = db
        self._paths = paths
        self._config = config
        self._desk = Desk(db, paths, config)
        self._alive = True
        self._woken_meanwhile = False

    def run(self) -> None:
        """Work until the daemon is gone or nothing has come for `model.idle_minutes`."""
        while self._alive:
            self._woken_meanwhile = False
            if pause.since(self._db) is None:
                self._write_drafts()
                self._learn()
            waiting = self._woken_meanwhile or marks.due(self._db, "gathered")
            if pause.since(self._db) or not waiting:
                give_back()
                self._alive = self._alive and self._woken(self._config.model.idle_minutes * 60)
        self._desk.close()

    def _write_drafts(self) -> None:
        for mark in marks.due(self._db, "gathered"):
            try:
                written = self._desk.write_mark(mark)
            except Exception as cause:  # One mark must not keep all others from being written.
                error = told(cause, "worker.unexpected")
                with self._db.transaction() as tx:
                    marks.postpone(tx, mark.id, str(error), retry_time(mark.attempts))
                    problems.report(tx, "model", error)
                log.warning("draft.postponed", mark=mark.id, error=str(error))
                continue
            problems.clear(self._db, "model")
            if written:
                self._tell("mark")

    def _learn(self) -> None:
        if is_held(self._paths.locks, "learn"):
            return
        try:
            with held(self._paths.locks, "learn", wait=True):
                enforce(self._db, self._config.privacy)
                mark_duplicates(self._db)
                embed(self._db, self._desk, go_on=self._free, done=lambda _: None)
                done = play_back(self._db, self._desk, go_on=self._free, done=lambda: None)
        except Exception as cause:
            error = told(cause, "worker.unexpected")
            with self._db.transaction() as tx:
                problems.report(tx, "learning", error)
            log.warning("learning.postponed", error=str(error))
            return
        problems.clear(self._db, "learning")
        if done:
            self._tell("learnt")

    def _free(self) -> bool:
        """Whether learning may go on: no draft is waited for and the daemon still lives."""
        if select.select([sys.stdin], [], [], 0)[0]:
            self._alive = self._alive and self._read_wake()
            # What it was for may have come after this round had looked.
            self._woken_meanwhile = True
        return self._alive and not marks.due(self._db, "gathered") and not pause.since(self._db)

    def _woken(self, seconds: float) -> bool:
        """Wait for a wake-up; False when none came in time or the daemon is gone."""
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        return bool(ready) and self._read_wake()

    @staticmethod
    def _read_wake() -> bool:
        return bool(os.read(sys.stdin.fileno(), 4096))

    @staticmethod
    def _tell(kind: str) -> None:
        print(kind, flush=True)


@click.command()
@click.option("--config", type=click.Path(path_type=Path))
@click.option("--state", type=click.Path(path_type=Path))
@click.option("--verbose", is_flag=True)
def main(config: Path | None, state: Path | None, verbose: bool) -> None:
    """Run the model worker (the daemon does this)."""
    make_private()
    paths = settings.locate(config, state)
    configure(verbose=verbose, process="worker", file=paths.log)
    check_state(paths)
    db = Database(paths.database)
    try:
        with held(paths.locks, "worker", wait=False):
            Worker(db, paths, settings.load(paths.config)).run()
    except (PanzadError, Unreadable) as cause:
        error = cause if isinstance(cause, PanzadError) else explained(cause, paths.database)
        log.error("worker.failed", error=str(error))
        # A full or damaged database cannot be told so; the log has it.
        with contextlib.suppress(StateDamaged), db.transaction() as tx:
            problems.report(tx, "model", error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
