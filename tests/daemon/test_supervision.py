"""What keeps a loop of the daemon going, whatever fails in it or around it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from panzad.daemon import backoff
from panzad.daemon.supervision import Health, in_thread, kept_going
from panzad.errors import NetworkError, StateDamaged
from panzad.store import problems
from panzad.store.database import Database
from tests.daemon.full_disk import FullDatabase


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "NETWORK_FIRST", 0.001)


def run_until(
    db: Database, work: Callable[[Health], Awaitable[None]], done: threading.Event
) -> None:
    async def main() -> None:
        task = asyncio.create_task(kept_going(db, "marks:work", work))
        await asyncio.wait([task, asyncio.create_task(asyncio.to_thread(done.wait, 10))],
                           return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        assert done.is_set()
        assert not task.done()
        task.cancel()

    asyncio.run(main())


class Failing:
    """A loop that fails three times with what it is given, then works."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.calls = 0
        self.works = threading.Event()

    async def __call__(self, health: Health) -> None:
        self.calls += 1
        if self.calls <= 3:
            raise self.error
        health.works()
        self.works.set()
        await asyncio.sleep(60)


class TestKeptGoing:
    def test_a_problem_is_on_record_until_it_works(self, db: Database) -> None:
        seen: list[int] = []
        failing = Failing(NetworkError("no net", "wait"))

        async def work(health: Health) -> None:
            seen.extend(one.times for one in problems.listed(db))
            await failing(health)

        run_until(db, work, failing.works)
        assert seen == [1, 2, 3]
        assert problems.listed(db) == []

    def test_a_full_disk_ends_no_loop(self, tmp_path: Path) -> None:
        db = FullDatabase(tmp_path / "panzad.db")
        failing = Failing(NetworkError("no net", "wait"))
        with capture_logs() as logs:
            run_until(db, failing, failing.works)
        whys = [one["why"] for one in logs if one["event"] == "problem.unrecorded"]
        assert len(whys) == 3
        assert all("is full" in why for why in whys)
        db.close()

    def test_a_database_that_cannot_be_written_is_waited_for(self, db: Database) -> None:
        failing = Failing(StateDamaged("the disk is full", "free some space"))
        run_until(db, failing, failing.works)
        assert failing.calls == 4

    def test_a_defect_is_logged_without_its_message(self, db: Database) -> None:
        failing = Failing(ValueError("Dear Bob"))
        with capture_logs() as logs:
            run_until(db, failing, failing.works)
        unexpected = [one for one in logs if one["event"] == "loop.unexpected"]
        assert unexpected[0]["error"] == "ValueError"
        assert "Dear Bob" not in str(logs)


class TestInThread:
    def test_a_result_that_comes_too_late_is_given_away(self) -> None:
        go_on, given = threading.Event(), threading.Event()

        def work() -> str:
            go_on.wait(10)
            return "session"

        async def main() -> None:
            task = asyncio.create_task(in_thread(work, lambda _: given.set()))
            await asyncio.sleep(0)
            task.cancel()
            go_on.set()
            await asyncio.to_thread(given.wait, 10)

        asyncio.run(main())
        assert given.is_set()
