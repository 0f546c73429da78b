"""From every schema that ever was to the present one, with data in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from panzad.store import adapters, folders, locations, mails, marks, pairs, search
from panzad.store.database import Database
from panzad.store.schema import MIGRATIONS

ROWS = (
    "INSERT INTO folders (id, account, name, role, uidvalidity, last_uid, baseline_at)"
    " VALUES (1, 'work', 'Sent', 'sent', 7, 2, NULL), (2, 'work', 'INBOX', 'watch', 7, 9, 'then')",
    "INSERT INTO mails (id, account, message_id, date, subject, sender, recipients, parents,"
    " reason, own_text, thread, added_at) VALUES"
    " (1, 'work', '<1@x>', '2026-05-01', 'Oars', 'a@x', '[[\"to\", \"Bob\", \"b@x\"]]', '[]', NULL,"
    " 'the oars are wet', '[]', 'then'),"
    " (2, 'work', '<2@x>', '2026-05-02', 'News', 'a@x', '[]', '[]', 'bulk', '', '[]', 'then')",
    "INSERT INTO locations (folder_id, uid, mail_id) VALUES (1, 1, 1), (1, 2, 2)",
    "INSERT INTO pairs (mail_id, state, instruction, model) VALUES (1, 'done', 'Say wet.', 'm')",
    "INSERT INTO embeddings (mail_id, model, vector) VALUES (1, 'e', x'00')",
    "INSERT INTO index_files (only, generation, file, model, sha256, written_at)"
    " VALUES (1, 1, 'f', 'e', 's', 'then')",
    "INSERT INTO adapters (id, state, base, plan, metrics, mails, newest_mail, created_at)"
    " VALUES ('a1', 'serving', 'base', '{}', '{\"loss\": 1.5}', 1, 1, 'then')",
    "INSERT INTO marks (account, folder, uidvalidity, uid, message_id, kind, state, task,"
    " marked_at, changed_at) VALUES"
    " ('work', 'INBOX', 7, 3, '<q@x>', 'reply', 'gathered', '{}', 'then', 'then'),"
    " ('work', 'INBOX', 7, 4, '<r@x>', 'reply', 'appended', NULL, 'then', 'then')",
    "INSERT INTO problems (scope, what, remedy, first_at, last_at)"
    " VALUES ('model', 'w', 'r', 'then', 'then')",
    "INSERT INTO notes (key, value) VALUES ('k', 'v')",
)


def schema(path: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(path) as raw:
        found = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name")
        rows = [(name, " ".join(sql.split())) for name, sql in found]
    raw.close()
    return rows


def old(path: Path, version: int) -> None:
    """A database as the version with so many migrations left it, with rows in every table."""
    with sqlite3.connect(path) as raw:
        for migration in MIGRATIONS[:version]:
            for statement in migration.split(";\n\n"):
                raw.execute(statement)
        for row in ROWS:
            raw.execute(row)
        raw.execute(f"PRAGMA user_version = {version}")
    raw.close()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_nothing_is_lost(tmp_path: Path, version: int) -> None:
    path = tmp_path / "panzad.db"
    old(path, version)
    db = Database(path)
    db.check()
    assert db.connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    assert db.connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert mails.counts(db)["work"].unused == {"bulk": 1}
    [pair] = pairs.finished(db)
    assert (pair.mail.own_text, pair.instruction) == ("the oars are wet", "Say wet.")
    assert pair.mail.recipients[0].email == "b@x"
    assert search.matching(db, ["oars"], [1, 2], 9) == [1]
    serving = adapters.serving(db)
    assert serving is not None
    assert (serving.id, serving.metrics) == ("a1", {"loss": 1.5})
    assert [one.state for one in marks.recent(db, "work", 9)] == ["appended", "gathered"]
    assert [one.name for one in folders.listed(db)] == ["Sent", "INBOX"]
    # And it works: what leaves takes everything with it.
    with db.transaction() as tx:
        locations.vanish(tx, 1, frozenset({1}))
        locations.drop_unlocated(tx, "work")
    assert pairs.finished(db) == []
    assert search.matching(db, ["oars"], [1, 2], 9) == []
    db.check()
    db.close()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_the_schema_is_that_of_a_new_database(tmp_path: Path, version: int) -> None:
    old(tmp_path / "old.db", version)
    for name in ("old.db", "new.db"):
        Database(tmp_path / name).close()
    assert schema(tmp_path / "old.db") == schema(tmp_path / "new.db")


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_migration_that_fails_leaves_the_old_database(
    tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "panzad.db"
    old(path, version)
    before = schema(path)
    with monkeypatch.context() as patch:
        broken = (*MIGRATIONS, "INSERT INTO nowhere VALUES (1)")
        patch.setattr("panzad.store.database.MIGRATIONS", broken)
        with pytest.raises(Exception, match="nowhere"):
            Database(path)
    assert schema(path) == before
    Database(path).close()
