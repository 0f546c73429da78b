"""The rows of marks: when they are due, what is forgotten, what an older database becomes."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from panzad.errors import NetworkError
from panzad.store import drafts, folders, marks, problems
from panzad.store.database import Database
from panzad.store.marks import NewMark
from panzad.store.schema import MIGRATIONS


def added(db: Database, account: str, message_id: str) -> int:
    with db.transaction() as tx:
        return marks.add(tx, NewMark(account, "INBOX", 1, 1, message_id, "reply"))


def postponed(db: Database, mark_id: int, **later: int) -> str:
    until = (datetime.now(UTC) + timedelta(**later)).isoformat(timespec="seconds")
    with db.transaction() as tx:
        marks.postpone(tx, mark_id, "the server is away", until)
    return until


class TestRetries:
    def test_are_each_accounts_own(self, db: Database) -> None:
        """One account's overdue mark must not make another look every second."""
        overdue = added(db, "work", "<a@x>")
        later = added(db, "home", "<b@x>")
        postponed(db, overdue, minutes=-5)
        until = postponed(db, later, minutes=5)
        assert (marks.next_retry(db, "work"), marks.any_due(db, "work")) == (None, True)
        assert (marks.next_retry(db, "home"), marks.any_due(db, "home")) == (until, False)

    def test_all_are_due_at_once_when_what_stood_in_the_way_is_gone(self, db: Database) -> None:
        postponed(db, added(db, "work", "<a@x>"), hours=1)
        assert marks.due(db, "marked") == []
        with db.transaction() as tx:
            marks.retry_now(tx)
        assert len(marks.due(db, "marked")) == 1

    def test_one_reckoned_by_a_clock_that_was_ahead_is_due(self, db: Database) -> None:
        """A machine without a battery for its clock starts anywhere."""
        mark_id = added(db, "work", "<a@x>")
        postponed(db, mark_id, days=400)
        assert [one.id for one in marks.due(db, "marked", "work")] == [mark_id]
        assert (marks.next_retry(db, "work"), marks.any_due(db, "work")) == (None, True)

    def test_a_draft_from_the_future_does_not_count_for_this_hour(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ahead = (datetime.now(UTC) + timedelta(days=400)).isoformat(timespec="seconds")
        mark_id = added(db, "work", "<a@x>")
        with db.transaction() as tx:
            marks.gathered(tx, mark_id, "{}", None, "")
            marks.written(tx, mark_id, "Yes.", None)
            marks.appending(tx, mark_id, marks.Appending(b"x", "<d@x>", "Drafts", 1, 1))
            with monkeypatch.context() as patch:
                patch.setattr(marks, "now", lambda: ahead)
                marks.appended(tx, mark_id, 1)
        assert marks.appended_within_the_hour(db, "work") == 0


class TestProblems:
    def test_those_of_accounts_that_are_gone_are_forgotten(self, db: Database) -> None:
        for scope in ("marks:work", "sync:gone", "model"):
            problems.try_report(db, scope, NetworkError("x", "y"))
        with db.transaction() as tx:
            problems.forget_other_accounts(tx, ["work"])
        assert [one.scope for one in problems.listed(db)] == ["marks:work", "model"]


class TestMigration:
    def test_an_older_database_keeps_its_marks_and_drops_the_text_of_settled_ones(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "panzad.db"
        old = sqlite3.connect(path)
        for statement in MIGRATIONS[0].split(";\n\n"):
            old.execute(statement)
        for number, state in ((1, "appended"), (2, "gathered")):
            old.execute(
                "INSERT INTO marks (account, folder, uidvalidity, uid, message_id, kind, state,"
                " task, text, marked_at, changed_at)"
                " VALUES ('work', 'INBOX', 1, ?, ?, 'reply', ?, 'task', 'text', 'then', 'then')",
                (number, f"<{number}@x>", state),
            )
        old.execute(
            "INSERT INTO folders (account, name, role, baseline_at)"
            " VALUES ('work', 'INBOX', 'watch', 'then')"
        )
        old.execute("PRAGMA user_version = 1")
        old.commit()
        old.close()
        db = Database(path)
        waiting, settled = marks.recent(db, "work", 9)
        assert (settled.task, settled.text, settled.appended_at) == (None, None, "then")
        assert (waiting.task, waiting.text, waiting.appended_at) == ("task", "text", None)
        assert folders.known(db, "work", "INBOX", "watch").baseline_mark == "flag"
        assert added(db, "work", "<3@x>") == 3
        with pytest.raises(sqlite3.IntegrityError), db.transaction() as tx:
            marks.add(tx, NewMark("work", "INBOX", 1, 1, "<1@x>", "reply"))
        assert drafts.awaited(db, "work") == []
        db.close()
