"""What `panzad status` says of the drafts: how far they are used, and what waits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from panzad.cli import cli
from panzad.store.database import Database
from panzad.store.marks import NewMark, add
from tests.store.test_drafts import decided, drafted

CONFIG = """
[accounts.work]
address = "me@example.org"
imap = { host = "localhost", port = 143, security = "none" }
auth = { command = "false" }
[drafts]
max_per_hour = 3
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path


def status(state: Path, *options: str) -> str:
    result = CliRunner().invoke(cli, ["--state", str(state), "status", *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def drafts_of(state: Path) -> dict[str, Any]:
    return json.loads(status(state, "--json"))["accounts"]["work"]["drafts"]


class TestDrafts:
    def test_use_and_changes_are_shown_in_all_and_by_week(self, state: Path, db: Database) -> None:
        decided(db, "discarded", day="2026-11-17")
        decided(db, "sent-edited", 0.5, day="2026-11-24")
        decided(db, "sent-unchanged", 0.0, day="2026-11-24")
        decided(db, "answered-without", 0.9, day="2026-11-24")
        drafted(db, 5)
        shown = status(state)
        assert "drafts    2 of 4 used (50%), 25% of their words changed" in shown
        assert "1 unused in a row" in shown
        assert "2026-11-16: 0 of 1 used (0%)\n" in shown
        assert "2026-11-23: 2 of 3 used (67%), 25% of their words changed" in shown

    def test_programs_get_the_same_as_numbers(self, state: Path, db: Database) -> None:
        decided(db, "sent-edited", 0.5, day="2026-11-24")
        drafted(db, 2)
        assert drafts_of(state) == {
            "pending": 1,
            "decided": 1,
            "used": 1,
            "use_rate": 1.0,
            "mean_edit_distance": 0.5,
            "unused_in_a_row": 0,
            "weeks": [
                {
                    "week": "2026-11-23",
                    "decided": 1,
                    "used": 1,
                    "unchanged": 0,
                    "use_rate": 1.0,
                    "mean_edit_distance": 0.5,
                }
            ],
        }

    def test_before_the_first_outcome_there_is_no_rate(self, state: Path, db: Database) -> None:
        drafted(db, 1)
        shown = drafts_of(state)
        assert (shown["use_rate"], shown["mean_edit_distance"]) == (None, None)
        assert "  drafts  " not in status(state)


class TestRecent:
    def test_whoever_wrote_the_mail_cannot_write_on_the_terminal(
        self, state: Path, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither by the markup of the library that prints it nor by a terminal's own codes."""
        monkeypatch.setenv("COLUMNS", "80")
        with db.transaction() as tx:
            add(tx, NewMark("work", "INBOX", 1, 1, "<[/red]\x1b[2J\u202e@x>", "reply"))
            add(tx, NewMark("work", "INBOX", 1, 2, f"<{'long' * 40}@x>", "reply"))
        shown = status(state)
        assert "<[/red]�[2J�@x>" in shown
        folded = "".join(line.strip() for line in shown.splitlines())
        assert f"<{'long' * 40}@x>" in folded
        assert max(map(len, shown.splitlines())) <= 80


class TestQueue:
    def test_what_waits_for_the_hourly_limit_is_said(self, state: Path, db: Database) -> None:
        with db.transaction() as tx:
            for number in range(5):
                add(tx, NewMark("work", "INBOX", 1, number, f"<{number}@x>", "reply"))
        assert "5 marks wait, the newest come first; at most 3 drafts an hour" in status(state)
