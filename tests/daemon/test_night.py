"""A night's training: when it begins, pauses, is tried again and ends."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from panzad.config import Training, locate
from panzad.daemon import main
from panzad.overview import ATTEMPT
from panzad.schedule import KILLS_A_NIGHT, Learnt
from panzad.store import problems
from panzad.store.database import Database
from panzad.surroundings import Surroundings
from tests.daemon.in_process import ENOUGH, QUIET, WILLING, StandIn, alive, unreachable, until


class Night:
    """A night on a machine whose state the test decides, with enough mails to learn from."""

    def __init__(self) -> None:
        self.around = QUIET

    def learnt(self, db: Database, _accounts: object) -> Learnt:
        noted = problems.noted(db, ATTEMPT)
        return replace(ENOUGH, last_attempt=datetime.fromisoformat(noted) if noted else None)

    def daemon(self, state: Path) -> main.Daemon:
        config = unreachable(training=Training(window="01:00-06:00"))
        return main.Daemon(locate(None, state), config, [])

    async def at(self, daemon: main.Daemon, clock: str) -> None:
        """The daemon looks at this hour."""
        self.here = datetime.fromisoformat(f"2026-05-04T{clock}").astimezone()
        await daemon._scheduled(self.here)  # pyright: ignore[reportPrivateUsage]


@pytest.fixture
def night(monkeypatch: pytest.MonkeyPatch) -> Night:
    found = Night()
    monkeypatch.setattr(StandIn, "script", WILLING)
    monkeypatch.setattr(main, "learnt", found.learnt)
    monkeypatch.setattr(main, "look", lambda: found.around)
    monkeypatch.setattr(main, "now", lambda: found.here.isoformat())
    return found


class TestNight:
    def test_a_training_begins_in_its_window_and_ends_with_it(
        self, tmp_path: Path, stand_ins: list[int], night: Night
    ) -> None:
        async def passes() -> None:
            daemon = night.daemon(tmp_path)
            await night.at(daemon, "00:59")
            assert stand_ins == []
            await night.at(daemon, "01:00")
            await until(lambda: len(stand_ins) == 1)
            await night.at(daemon, "05:59")
            assert alive(stand_ins[0])
            await night.at(daemon, "06:00")
            assert not alive(stand_ins[0])
            await night.at(daemon, "06:01")
            assert len(stand_ins) == 1

        asyncio.run(passes())

    @pytest.mark.parametrize(
        "needed",
        [replace(QUIET, on_battery=True), replace(QUIET, session_active=True)],
        ids=["unplugged", "in use"],
    )
    def test_a_machine_that_is_needed_gets_its_rest_and_the_run_goes_on_the_same_night(
        self, needed: Surroundings, tmp_path: Path, stand_ins: list[int], night: Night
    ) -> None:
        async def passes() -> None:
            daemon = night.daemon(tmp_path)
            night.around = needed
            await night.at(daemon, "01:00")
            assert stand_ins == []
            night.around = QUIET
            await night.at(daemon, "01:10")
            await until(lambda: len(stand_ins) == 1)
            night.around = needed
            await night.at(daemon, "01:20")
            assert not alive(stand_ins[0])
            await night.at(daemon, "01:30")
            assert len(stand_ins) == 1
            night.around = QUIET
            await night.at(daemon, "01:40")
            await until(lambda: len(stand_ins) == 2)
            await night.at(daemon, "06:00")

        asyncio.run(passes())

    def test_a_run_that_the_kernel_kills_is_tried_again_but_not_for_ever(
        self, tmp_path: Path, stand_ins: list[int], night: Night
    ) -> None:
        async def passes() -> None:
            daemon = night.daemon(tmp_path)
            for tried in range(1, KILLS_A_NIGHT + 2):
                await night.at(daemon, f"01:0{tried}")
                await until(lambda tried=tried: len(stand_ins) == tried)
                os.kill(stand_ins[-1], signal.SIGKILL)
                training = daemon._training  # pyright: ignore[reportPrivateUsage]
                assert training is not None
                await training
            await night.at(daemon, "01:30")
            assert len(stand_ins) == KILLS_A_NIGHT + 1

        asyncio.run(passes())
