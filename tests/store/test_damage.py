"""A database that is not what SQLite wrote: told in one line with a remedy, never believed."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from panzad.config import Account, Auth, Config, ImapServer, locate
from panzad.errors import DatabaseDamaged, StateDamaged
from panzad.export import export
from panzad.overview import overview
from panzad.store import adapters, folders, habits, mails, marks, pairs, problems, search
from panzad.store.database import Database, Unreadable, explained
from panzad.store.mails import NewMail, Person, ThreadTurn
from panzad.store.marks import NewMark

CONFIG = Config(
    accounts={
        "work": Account(
            address="a@x.org",
            imap=ImapServer(host="localhost", security="none"),
            auth=Auth(keyring=True),
        )
    }
)


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """The bytes of a database with something in every table."""
    db = Database(tmp_path / "whole" / "panzad.db")
    place = folders.known(db, "work", "Sent", "sent").id
    with db.transaction() as tx:
        for number in range(60):
            one = NewMail(
                f"<{number}@x>", f"2026-05-01T{number:04}", f"Subject {number}", "a@x.org",
                (Person("to", "Bob", "bob@x.org"),), ("<p@x>",), None, f"Text {number}. " * 20,
                (ThreadTurn("Bob", "bob@x.org", "", "What about it? " * 9),), False,
            )  # fmt: skip
            pairs.finish(tx, mails.store(tx, "work", place, number, one), "Say it.", "model")
        adapters.begin(tx, "a1", "base", {"train": list(range(60))}, 60, 60)
        marks.add(tx, NewMark("work", "INBOX", 1, 1, "<m@x>", "reply"))
        problems.note(tx, "note", "value")
    db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return db.path.read_bytes()


def read_all(path: Path) -> None:
    """Everything that commands and daemon read of a database."""
    db = Database(path)
    try:
        paths = locate(None, path.parent)
        overview(db, paths, CONFIG, datetime(2026, 5, 4, tzinfo=UTC))
        search.past(db, "work")
        search.matching(db, ["text"], range(99), 9)
        habits.replies(db, "work", 99)
        pairs.finished(db)
        export(db, paths, CONFIG, path.parent / "out")
        db.check()
    finally:
        db.close()


def told(path: Path) -> StateDamaged | None:
    """How reading a database ends: well, or with an error that a user can act on."""
    try:
        read_all(path)
    except StateDamaged as error:
        return error
    except Unreadable as error:
        return explained(error, path)
    return None


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_byte_is_told_or_harms_nothing(tmp_path: Path, whole: bytes, seed: int) -> None:
    rng = random.Random(seed)
    content = bytearray(whole)
    for _ in range(rng.choice((1, 1, 64))):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path = tmp_path / "panzad.db"
    path.write_bytes(content)
    error = told(path)
    assert error is None or error.remedy


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_file_that_was_cut_is_told(tmp_path: Path, whole: bytes, share: float) -> None:
    path = tmp_path / "panzad.db"
    path.write_bytes(whole[: int(len(whole) * share)])
    error = told(path)
    assert isinstance(error, DatabaseDamaged)
    assert "panzad restore" in error.remedy


@pytest.mark.parametrize(
    ("column", "value"),
    [("recipients", "[[1"), ("recipients", "[1]"), ("thread", '{"a": 1}'), ("parents", "qqq")],
)
def test_a_value_that_is_damaged_where_sqlite_cannot_see_it_is_told_without_it(
    tmp_path: Path, whole: bytes, column: str, value: str
) -> None:
    path = tmp_path / "panzad.db"
    path.write_bytes(whole)
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TRIGGER mail_search_before")
        raw.execute(f"UPDATE mails SET {column} = ?", (value,))  # noqa: S608 - from above
    raw.close()
    error = told(path)
    assert isinstance(error, DatabaseDamaged)
    assert value not in str(error)


def read_only(db: Database) -> None:
    with db.transaction() as tx:
        tx.execute("PRAGMA query_only = ON")
        problems.note(tx, "key", "value")


def vanished(db: Database) -> None:
    db.close()
    db.path.parent.rename(db.path.parent.with_name("elsewhere"))
    with db.transaction() as tx:
        problems.note(tx, "key", "value")


@pytest.mark.parametrize("harm", [read_only, vanished])
def test_state_that_cannot_be_written_is_one_line(
    tmp_path: Path, harm: Callable[[Database], None]
) -> None:
    db = Database(tmp_path / "state" / "panzad.db")
    with pytest.raises(StateDamaged, match="check that the folder is yours and writable"):
        harm(db)
    db.close()
