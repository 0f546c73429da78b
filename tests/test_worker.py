"""The model worker's loop."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from panzad import config as settings
from panzad.store.database import Database
from panzad.worker import Worker
from tests.test_memory import heap_full_of_holes, resident


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
CONFIG = {
    "accounts": {
        "work": {
            "address": "ann@example.org",
            "imap": {"host": "localhost", "security": "none"},
            "auth": {"command": "echo geheim"},
        }
    }
}


class _Resting(Worker):
    """A worker whose lesson leaves much that is free, as embeddings do, and that has no time."""

    resident: list[float]

    def _learn(self) -> None:
        self.resident = [resident()]
        self.holes = contextlib.ExitStack()
        self.holes.enter_context(heap_full_of_holes())
        self.resident.append(resident())

    def _woken(self, seconds: float) -> bool:
        self.resident.append(resident())
        self.holes.close()
        return False


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[settings.Paths]:
    with os.fdopen(os.dup(WAKING[0]), "rb", buffering=0) as waking:
        monkeypatch.setattr("sys.stdin", waking)
        yield settings.locate(None, tmp_path)


def test_what_came_while_it_learnt_is_looked_at_before_it_waits(paths: settings.Paths) -> None:
    worker = _Interrupted(Database(paths.database), paths, settings.Config.model_validate(CONFIG))
    worker.run()
    assert (worker.rounds, worker.waits) == (2, 1)


def test_while_it_waits_it_holds_no_memory_that_is_free(paths: settings.Paths) -> None:
    worker = _Resting(Database(paths.database), paths, settings.Config.model_validate(CONFIG))
    worker.run()
    before, full, resting = worker.resident
    assert full - before > 80
    assert resting - before < 20
