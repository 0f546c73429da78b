"""`panzad draft` and `panzad write` on a real server; the text stands where a model would write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from panzad.cli import draft as commands
from panzad.cli.app import App
from panzad.cli.models import _take_up_what_waited  # pyright: ignore[reportPrivateUsage]
from panzad.daemon.bell import bell_of
from panzad.drafting.task import DraftTask
from panzad.drafting.write import Written
from panzad.errors import LoginError, ModelMissing, PanzadError
from panzad.mailbox import opened
from panzad.store import marks
from panzad.store.database import Database
from panzad.store.marks import Mark
from tests.daemon.process import account
from tests.drafting.steps import QUESTION, drafts, flag, round_
from tests.servers.mailbox import TestMailbox


class WritingDesk:
    """Writes the same few words; fails as told over the marks of some mails."""

    fails: dict[str, Exception]

    def __init__(self, db: Database, *_: object) -> None:
        self._db = db

    def write_mark(self, mark: Mark) -> bool:
        if mark.message_id in self.fails:
            raise self.fails[mark.message_id]
        with self._db.transaction() as tx:
            return marks.written(tx, mark.id, "Yes, noon.", "a1")

    def write(self, *_: object, **__: object) -> Written:
        return Written("Dear all, no.", (), 5, 0.1, 0, 1)

    def serve(self) -> str:
        return "a1"

    def close(self) -> None:
        pass


@pytest.fixture
def app(
    tmp_path: Path, dovecot_mailbox: TestMailbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[App]:
    """panzad over a mailbox with two questions that it has looked at once."""
    (tmp_path / "config.toml").write_text(account("work", dovecot_mailbox))
    WritingDesk.fails = {}
    monkeypatch.setattr(commands, "Desk", WritingDesk)
    monkeypatch.setattr(App, "log", lambda *_: None)
    app = App(None, tmp_path, False)
    dovecot_mailbox.append("INBOX", QUESTION, second(), flags=())
    look(app)
    yield app
    app.db.close()


def second() -> bytes:
    return QUESTION.replace(b"lunch.1@", b"lunch.2@").replace(b"Subject: Lunch", b"Subject: Tea")


def look(app: App) -> list[DraftTask]:
    """A round as the daemon does it."""
    config = app.config()
    with opened("work", config.accounts["work"]) as box:
        return round_(app.db, box, config)


def panzad(app: App, *arguments: str) -> Result:
    command = {"draft": commands.draft, "write": commands.write}[arguments[0]]
    with capture_logs():
        return CliRunner().invoke(command, arguments[1:], obj=app)


def states(app: App) -> dict[str, str]:
    return {one.message_id: one.state for one in marks.recent(app.db, "work", 9)}


class TestDraftOne:
    def test_it_is_written_at_the_hourly_limit_and_leaves_other_marks_alone(
        self, app: App, dovecot_mailbox: TestMailbox
    ) -> None:
        with app.paths.config.open("a") as file:
            file.write("[drafts]\nmax_per_hour = 1\n")
        assert panzad(app, "draft", "lunch.1@example.net").exit_code == 0
        flag(dovecot_mailbox, "INBOX", 2)
        assert look(app) == []
        done = panzad(app, "draft", "<lunch.1@example.net>", "--json")
        assert (done.exit_code, json.loads(done.output)["text"]) == (0, "Yes, noon.")
        assert [draft.subject for draft, _ in drafts(dovecot_mailbox)] == ["Re: Lunch"] * 2
        assert states(app)["<lunch.2@example.net>"] == "marked"

    def test_what_failed_under_the_users_eyes_is_not_written_later(
        self, app: App, dovecot_mailbox: TestMailbox
    ) -> None:
        WritingDesk.fails = {"<lunch.1@example.net>": ModelMissing("no model", "pull it")}
        failed = panzad(app, "draft", "lunch.1@example.net")
        assert isinstance(failed.exception, ModelMissing)
        assert states(app) == {"<lunch.1@example.net>": "failed"}
        WritingDesk.fails = {}
        look(app)
        assert drafts(dovecot_mailbox) == []

    def test_an_account_that_fails_does_not_hide_the_mail_in_another(
        self, app: App, dovecot_mailbox: TestMailbox
    ) -> None:
        work = app.paths.config.read_text()
        app.paths.config.write_text(account("broken", dovecot_mailbox, "wrong") + work)
        assert panzad(app, "draft", "lunch.1@example.net").output == "Yes, noon.\n"
        missing = panzad(app, "draft", "nowhere@example.net")
        assert isinstance(missing.exception, LoginError)


class TestDraftAll:
    def test_one_mark_or_account_that_fails_leaves_the_others_their_drafts(
        self, app: App, dovecot_mailbox: TestMailbox
    ) -> None:
        work = app.paths.config.read_text()
        app.paths.config.write_text(account("broken", dovecot_mailbox, "wrong") + work)
        WritingDesk.fails = {"<lunch.1@example.net>": ValueError("Dear Bob")}
        for position in (1, 2):
            flag(dovecot_mailbox, "INBOX", position)
        done = panzad(app, "draft", "--json")
        assert json.loads(done.output) == {"drafts": 1}
        assert isinstance(done.exception, LoginError)
        assert states(app) == {
            "<lunch.1@example.net>": "gathered",
            "<lunch.2@example.net>": "appended",
        }
        app.paths.config.write_text(work)
        with app.db.transaction() as tx:
            marks.retry_now(tx)
        again = panzad(app, "draft")
        assert isinstance(again.exception, PanzadError)
        assert "unexpected ValueError over mark" in str(again.exception)
        assert "Dear Bob" not in str(again.exception)


class TestWrite:
    @pytest.mark.parametrize(("options", "adapter"), [((), "a1"), (("--base",), "none")])
    def test_the_draft_names_the_adapter_that_wrote_it(
        self, app: App, dovecot_mailbox: TestMailbox, options: tuple[str, ...], adapter: str
    ) -> None:
        assert panzad(app, "write", "say no", "--draft", *options).exit_code == 0
        [(draft, _)] = drafts(dovecot_mailbox)
        assert draft.header("X-Panzad") == f"0; adapter={adapter}"

    def test_only_the_drafts_folder_is_needed(self, app: App, dovecot_mailbox: TestMailbox) -> None:
        text = app.paths.config.read_text()
        app.paths.config.write_text(f'{text}folders = {{ sent = "No", watch = ["Nor"] }}\n')
        assert panzad(app, "write", "say no", "--draft").exit_code == 0
        assert len(drafts(dovecot_mailbox)) == 1


class TestBell:
    def test_is_rung_by_commands_that_give_the_daemon_work(self, app: App) -> None:
        bell = bell_of(app.paths.state)
        assert not bell.exists()
        panzad(app, "draft")
        assert bell.exists()

    def test_a_pulled_model_makes_what_waited_for_it_due(
        self, app: App, dovecot_mailbox: TestMailbox
    ) -> None:
        WritingDesk.fails = {"<lunch.1@example.net>": ModelMissing("no model", "pull it")}
        flag(dovecot_mailbox, "INBOX", 1)
        panzad(app, "draft")
        assert marks.due(app.db, "gathered") == []
        _take_up_what_waited(app)
        assert len(marks.due(app.db, "gathered")) == 1
        assert bell_of(app.paths.state).exists()


def test_without_a_database_a_pull_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = App(None, tmp_path, False)
    _take_up_what_waited(app)
    assert not (tmp_path / "panzad.db").exists()
