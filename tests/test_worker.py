"""The model worker's loop."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from panzad import config as settings
from panzad.store.database import Database
from panzad.worker import Worker
from tests.resting_worker import CONFIG


class _Interrupted(Worker):
    """A worker that is woken while it learns for the first time, and has no time to wait."""

    rounds = 0
    waits = 0

    def _learn(self) -> None:
        self.rounds += 1
        if self.rounds == 1:
            os.write(WAKING[1], b"\n")
            self._free()

    def _woken(self, seconds: float) -> bool:
        self.waits += 1
        return False


WAKING = os.pipe()


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[settings.Paths]:
    with os.fdopen(os.dup(WAKING[0]), "rb", buffering=0) as waking:
        monkeypatch.setattr("sys.stdin", waking)
        yield settings.locate(None, tmp_path)


def test_what_came_while_it_learnt_is_looked_at_before_it_waits(paths: settings.Paths) -> None:
    worker = _Interrupted(Database(paths.database), paths, settings.Config.model_validate(CONFIG))
    worker.run()
    assert (worker.rounds, worker.waits) == (2, 1)


def test_while_it_waits_it_holds_no_memory_that_is_free(tmp_path: Path) -> None:
    """In a process of its own: what other tests have left would be given back as well."""
    told = subprocess.check_output(
        [sys.executable, "-m", "tests.resting_worker", str(tmp_path)], text=True
    )
    before, full, resting = map(float, told.split())
    assert full - before > 80
    assert resting - before < 20
