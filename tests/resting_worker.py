"""A worker whose lesson leaves much memory free, as embeddings do: prints MB until it rests."""

from __future__ import annotations

import sys
from pathlib import Path

from panzad import config as settings
from panzad.store.database import Database
from panzad.worker import Worker
from tests.holes import make_holes, resident

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
    """It has no time to wait."""

    def _learn(self) -> None:
        self.resident = [resident()]
        make_holes()
        self.resident.append(resident())

    def _woken(self, seconds: float) -> bool:
        self.resident.append(resident())
        return False


if __name__ == "__main__":
    paths = settings.locate(None, Path(sys.argv[1]))
    worker = _Resting(Database(paths.database), paths, settings.Config.model_validate(CONFIG))
    worker.run()
    print(*worker.resident)
