"""A database on a disk without room, as SQLite itself tells it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from panzad.store.database import Database

# Beside a row of this length a page of 4096 bytes has no room, and it does not overflow yet.
FILLER = 4040


class FullDatabase(Database):
    """A database that may not grow, and whose pages for problems and notes are full."""

    def __init__(self, path: Path) -> None:
        self._full = False
        super().__init__(path)
        filler = "x" * FILLER
        with self.transaction() as tx:
            tx.execute(
                "INSERT INTO problems (scope, what, remedy, first_at, last_at)"
                " VALUES ('filler', ?, '', '', '')",
                (filler,),
            )
            tx.execute("INSERT INTO notes (key, value) VALUES ('filler', ?)", (filler,))
        self.close()
        self._full = True

    def _open(self) -> sqlite3.Connection:
        connection = super()._open()
        if self._full:
            pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection
