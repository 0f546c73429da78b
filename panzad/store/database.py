"""Opens the database, migrates it and gives transactions; the other store modules build on it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from panzad.errors import DatabaseDamaged, StateDamaged
from panzad.store.schema import MIGRATIONS

BUSY_SECONDS = 30.0

# What reading a damaged or locked database raises; writing raises StateDamaged by itself.
Unreadable = sqlite3.DatabaseError


def now() -> str:
    """The current moment as the database writes it: ISO 8601, UTC, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def explained(error: sqlite3.DatabaseError, path: Path) -> StateDamaged:
    """What SQLite says of the database at `path`, as a user can act on it."""
    # Text that is no UTF-8 or no JSON any more comes as an operational error.
    spoilt = ("malformed", "decode")
    operational = isinstance(error, sqlite3.OperationalError)
    if not operational or any(word in str(error) for word in spoilt):
        return damaged(path, str(error) if not operational else "a value cannot be read")
    if "full" in str(error):
        return StateDamaged(f"the disk with {path} is full", "free some space; nothing is lost")
    if "locked" in str(error):
        return StateDamaged(f"the database {path} is busy", "try again in a minute")
    return StateDamaged(
        f"cannot use the database {path} ({error})", "check that the folder is yours and writable"
    )


def damaged(path: Path, why: str) -> DatabaseDamaged:
    """That the database at `path` cannot be trusted, as a user can act on it."""
    return DatabaseDamaged(
        f"the database {path} is damaged ({why})",
        "restore a backup by `panzad restore FILE`, or move it away and run `panzad run --once`;"
        " it is rebuilt from the mailbox",
    )


class Database:
    """One SQLite file in WAL mode; each thread that uses it gets a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Open, create or migrate the database at `path`.

        Raises StateDamaged when it cannot be opened, is damaged, or comes from a newer panzad.
        """
        self.path = path
        self._local = threading.local()
        with self._translated():
            with self._reachable():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._migrate()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for reading."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """A write transaction: all of it is on the disk when the block ends, or none of it."""
        with self._translated():
            connection = self.connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """What is read in the block is of one moment."""
        with self._translated():
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.rollback()

    def compact(self) -> bool:
        """Write the file anew without what was deleted, and empty the write-ahead log.

        False when another process was reading all the while: then the log still holds old pages.
        """
        with self._translated():
            self.connection.execute("VACUUM")
            busy, _, _ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def check(self) -> None:
        """Read every page. Raises DatabaseDamaged where one is not as SQLite wrote it."""
        with self._translated():
            found = self.connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(self.path, " ".join(found.split()))

    def copy_to(self, path: Path) -> None:
        """A copy into `path` as of one moment, whatever other processes write meanwhile."""
        with self._translated(), closing(sqlite3.connect(path)) as copy:
            try:
                self.connection.backup(copy)
                # One file, without a log beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
            except sqlite3.OperationalError as error:
                raise explained(error, path) from error

    def become(self, other: Database) -> None:
        """Take over all that stands in another database, in one transaction of SQLite's own."""
        with self._translated():
            other.connection.backup(self.connection)

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _open(self) -> sqlite3.Connection:
        with self._reachable():
            fresh = not self.path.exists()
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            if fresh:
                self.path.chmod(0o600)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        # A committed row must survive a power cut too: the APPEND of a draft relies on it.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    def _migrate(self) -> None:
        connection = self.connection
        if connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS):
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            version: int = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > len(MIGRATIONS):
                raise StateDamaged(
                    f"{self.path} was written by a newer panzad", "install that version again"
                )
            for migration in MIGRATIONS[version:]:
                for statement in migration.split(";\n\n"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        except BaseException:
            connection.rollback()
            raise
        connection.commit()

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise explained(error, self.path) from error

    @contextmanager
    def _reachable(self) -> Generator[None]:
        # Not in `_translated`: that holds blocks of others, which write files of their own.
        try:
            yield
        except OSError as error:
            raise StateDamaged(
                f"cannot use {self.path.parent} ({error.strerror})",
                "check that the folder is yours and writable",
            ) from error
