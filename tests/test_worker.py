"""The model worker's loop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from panzad import config as settings
from panzad.store.database import Database
from panzad.worker import Worker


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


def test_what_came_while_it_learnt_is_looked_at_before_it_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with os.fdopen(os.dup(WAKING[0]), "rb", buffering=0) as waking:
        monkeypatch.setattr("sys.stdin", waking)
        paths = settings.locate(None, tmp_path)
        worker = _Interrupted(
            Database(paths.database), paths, settings.Config.model_validate(CONFIG)
        )
        worker.run()
    assert (worker.rounds, worker.waits) == (2, 1)
