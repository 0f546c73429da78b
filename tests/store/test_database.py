"""The database file: made, migrated, shared between threads, refused when it cannot be trusted."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from panzad.errors import StateDamaged
from panzad.store import problems
from panzad.store.database import Database
from panzad.store.schema import MIGRATIONS


class TestOpen:
    def test_file_is_private(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "state" / "panzad.db")
        assert db.path.stat().st_mode & 0o077 == 0
        assert db.path.parent.stat().st_mode & 0o077 == 0

    def test_opening_again_keeps_what_is_there(self, tmp_path: Path) -> None:
        first = Database(tmp_path / "panzad.db")
        with first.transaction() as tx:
            problems.note(tx, "key", "value")
        assert problems.noted(Database(tmp_path / "panzad.db"), "key") == "value"

    def test_database_of_a_newer_version_is_refused(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "panzad.db")
        db.connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        with pytest.raises(StateDamaged, match="newer panzad"):
            Database(tmp_path / "panzad.db")

    def test_damaged_file_is_one_line_with_a_remedy(self, tmp_path: Path) -> None:
        path = tmp_path / "panzad.db"
        path.write_bytes(b"this is no database at all" * 100)
        with pytest.raises(StateDamaged, match="rebuilt from the mailbox") as caught:
            Database(path)
        assert caught.value.exit_code == 7

    def test_full_disk_says_that_nothing_is_lost(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "panzad.db")
        with db.transaction() as tx:
            problems.note(tx, "before", "kept")
        pages = db.connection.execute("PRAGMA page_count").fetchone()[0]
        db.connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StateDamaged, match="is full: free some space"), db.transaction() as tx:
            problems.note(tx, "large", "x" * 1_000_000)
        assert problems.noted(db, "before") == "kept"
        assert problems.noted(db, "large") is None


class TestTransaction:
    def test_an_error_undoes_all_of_it(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "panzad.db")

        def fail_after_a_write() -> None:
            with db.transaction() as tx:
                problems.note(tx, "key", "value")
                raise ValueError

        with pytest.raises(ValueError):  # noqa: PT011 - its own, two lines above
            fail_after_a_write()
        assert problems.noted(db, "key") is None

    def test_threads_have_connections_of_their_own(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "panzad.db")
        seen: list[sqlite3.Connection] = []

        def work() -> None:
            with db.transaction() as tx:
                problems.note(tx, threading.current_thread().name, "here")
            seen.append(db.connection)
            db.close()

        threads = [threading.Thread(target=work, name=name) for name in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(connection) for connection in [*seen, db.connection]}) == 3
        assert problems.noted(db, "one") == problems.noted(db, "two") == "here"
        db.close()
