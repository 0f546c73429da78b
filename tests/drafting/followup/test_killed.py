"""SIGKILL while an outcome is put on record; and the daemon, which looks for outcomes by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from panzad.config import Config
from panzad.drafting.task import Asked
from panzad.mailbox import Mailbox
from panzad.store import drafts as kept
from panzad.store import pairs
from panzad.store.database import Database
from tests.daemon.process import account, running
from tests.drafting.followup.mail_program import EDIT, OWN_ANSWER, TEXT, answer, taken
from tests.drafting.steps import ask, drafts, newest, round_
from tests.panzad_fixtures import NAME
from tests.servers.mailbox import TestMailbox

SYNC = """
import os, signal, sys
from panzad.cli import cli
from panzad.store import drafts
real, when = drafts.decide, sys.argv[2]
def decide(*arguments):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(*arguments)
    if when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
drafts.decide = decide
cli(["--state", sys.argv[1], "sync"])
"""


@pytest.fixture
def state(
    tmp_path: Path, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
) -> Path:
    """A state folder whose one draft, written by an instruction, lies in the mailbox."""
    (tmp_path / "config.toml").write_text(account(NAME, mailbox))
    ask(db, watched, "INBOX", 1, Asked("yes, noon"))
    round_(db, watched, config, TEXT)
    return tmp_path


def sync(state: Path, killed: str = "never") -> None:
    """`panzad sync`, killed `before` or `after` an outcome is written, which is not committed."""
    done = subprocess.run(
        [sys.executable, "-c", SYNC, str(state), killed],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert done.returncode == (0 if killed == "never" else -signal.SIGKILL), done.stderr


class TestKilled:
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_sent_draft_is_found_again_and_counted_once(
        self, state: Path, db: Database, mailbox: TestMailbox, when: str
    ) -> None:
        mailbox.append("Sent", EDIT(taken(mailbox)))
        sync(state, killed=when)
        assert (newest(db).state, kept.preferences(db)) == ("appended", [])
        for _ in range(2):
            sync(state)
        assert newest(db).state == "sent-edited"
        assert [week.decided for week in kept.usage(db, NAME)] == [1]
        assert [pair.instruction for pair in pairs.finished(db)] == ["yes, noon"]

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_draft_that_was_removed_as_answered_comes_to_the_same_end(
        self, state: Path, db: Database, mailbox: TestMailbox, when: str
    ) -> None:
        mailbox.append("Sent", answer(OWN_ANSWER))
        sync(state, killed=when)
        assert (newest(db).state, drafts(mailbox)) == ("appended", [])
        sync(state)
        assert newest(db).state == "answered-without"


class TestDaemon:
    def test_finds_out_what_became_of_a_draft(
        self, state: Path, db: Database, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", EDIT(taken(mailbox)))
        with running(state, account(NAME, mailbox)) as daemon:
            daemon.logs("draft.outcome", state="sent-edited")
            daemon.terminate()
        assert newest(db).state == "sent-edited"
