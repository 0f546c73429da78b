"""The whole loop, as a user has it: real Dovecot, daemon, model, training, index and draft."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from panzad.demo.mailbox import sample_mailbox
from panzad.mail.parse import parse
from tests.daemon.process import STOP_SECONDS
from tests.servers.mailbox import TestMailbox, mail

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.long, pytest.mark.timeout(900)]

SENT = 28
SEEN_SECONDS = 2.0
IDLE_MEGABYTES = 60


class Panzad:
    """The panzad command over one state folder, as subprocesses."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.command = [sys.executable, "-m", "panzad", "--state", str(state)]

    def run(self, *arguments: str) -> str:
        done = subprocess.run([*self.command, *arguments], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def status(self) -> dict[str, Any]:
        return json.loads(self.run("status", "--json"))

    def marks(self) -> list[dict[str, Any]]:
        return self.status()["accounts"]["work"]["recent"]

    def wait(self, what: Callable[[], Any], seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := what()):
            assert time.monotonic() < deadline, self.status()
            time.sleep(0.05)  # a poll between looks, bounded by the deadline
        return found


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, models_dir: Path
) -> Iterator[tuple[Panzad, TestMailbox]]:
    """A mailbox with some of the sample's mail, and panzad configured for it."""
    server = request.getfixturevalue("dovecot")
    sample = sample_mailbox()
    server.add_user(sample.owner.email, "geheim")
    state = tmp_path_factory.mktemp("state")
    (state / "models").symlink_to(models_dir)
    (state / "config.toml").write_text(
        f"""
        [accounts.work]
        address = "{sample.owner.email}"
        name = "{sample.owner.name}"
        imap = {{ host = "{server.host}", port = {server.tls_port} }}
        auth = {{ command = "echo geheim" }}
        signature = "O. M."
        [model]
        idle_minutes = 0.2
        [training]
        window = "00:00-00:00"
        min_mails = 20
        min_new = 100000
        """
    )
    from panzad.config import ImapServer

    plain = ImapServer(host=server.host, port=server.port, security="none")
    mailbox = TestMailbox(plain, sample.owner.email, "geheim")
    mailbox.append("Sent", *sample.sent[:SENT])
    os.environ["SSL_CERT_FILE"] = str(server.ca_file)
    yield Panzad(state), mailbox
    del os.environ["SSL_CERT_FILE"]


@pytest.fixture(scope="module")
def daemon(place: tuple[Panzad, TestMailbox]) -> Iterator[subprocess.Popen[bytes]]:
    panzad, _ = place
    with (panzad.state / "log").open("wb") as log:
        process = subprocess.Popen([*panzad.command, "run"], stderr=log)
    yield process
    process.kill()
    process.wait()


def question(number: int, mailbox: TestMailbox) -> bytes:
    return mail(
        f"Ledger {number}",
        "Dear Odile,\n\ncould you mend the spine of our old ledger by Friday?\n\nTom\n",
        sender="Tom Ash <tom@example.com>",
        To=mailbox.user,
        Message_ID=f"<ledger.{number}@example.com>",
        Date=format_datetime(datetime.now(UTC)),
    )


def drafts(mailbox: TestMailbox) -> list[bytes]:
    with mailbox.client() as client:
        client.select_folder("Drafts", readonly=True)
        found: Any = client.fetch(client.search(), ["BODY.PEEK[]"])
    return [one[b"BODY[]"] for _, one in sorted(found.items())]


def flag_last(mailbox: TestMailbox) -> None:
    with mailbox.client() as client:
        client.select_folder("INBOX")
        client.add_flags(client.search()[-1:], ["\\Flagged"])


class TestFullLoop:
    """In order: each test goes on from where the one before left the mailbox."""

    def test_the_daemon_learns_the_sent_mail(
        self, place: tuple[Panzad, TestMailbox], daemon: subprocess.Popen[bytes]
    ) -> None:
        panzad, mailbox = place
        mailbox.append("INBOX", question(1, mailbox), flags=())
        status = panzad.wait(
            lambda: (
                (now := panzad.status())["pairs"]["done"] >= 20
                and now["pairs"]["pending"] == 0
                and now["index"]["waiting"] == 0
                and now
            ),
            240,
        )
        assert daemon.poll() is None
        assert status["daemon"]["running"]
        assert status["accounts"]["work"]["mails"]["mails"] == SENT
        assert status["problems"] == []

    def test_training_gives_an_adapter_that_beats_the_base(
        self, place: tuple[Panzad, TestMailbox]
    ) -> None:
        panzad, _ = place
        result = json.loads(panzad.run("train", "--epochs", "4", "--json"))
        assert result["promoted"], result["reason"]
        assert result["loss"] < result["base_loss"]
        [adapter] = panzad.status()["adapters"]
        assert (adapter["id"], adapter["state"]) == (result["adapter"], "serving")

    def test_a_flag_becomes_one_draft_by_the_adapter(
        self, place: tuple[Panzad, TestMailbox], daemon: subprocess.Popen[bytes]
    ) -> None:
        panzad, mailbox = place
        started = time.monotonic()
        flag_last(mailbox)
        from panzad.store import marks
        from panzad.store.database import Database

        db = Database(panzad.state / "panzad.db")
        panzad.wait(lambda: marks.recent(db, "work", 1), 30)
        assert time.monotonic() - started < SEEN_SECONDS
        [mark] = panzad.wait(
            lambda: [one for one in panzad.marks() if one["state"] == "appended"], 90
        )
        [raw] = drafts(mailbox)
        draft = parse(raw)
        assert draft.in_reply_to == ("<ledger.1@example.com>",)
        assert draft.to[0].email == "tom@example.com"
        assert draft.header("X-Panzad") == f"{mark['id']}; adapter={mark['adapter']}"
        assert mark["adapter"] is not None
        assert "> could you mend the spine" in draft.text
        assert len(draft.text.split("-- \nO. M.")[0].split()) > 3
        assert daemon.poll() is None

    def test_a_killed_daemon_finishes_its_draft_after_the_restart(
        self, place: tuple[Panzad, TestMailbox], daemon: subprocess.Popen[bytes]
    ) -> None:
        panzad, mailbox = place
        mailbox.append("INBOX", question(2, mailbox), flags=())
        flag_last(mailbox)
        panzad.wait(lambda: len(panzad.marks()) == 2, 30)
        daemon.kill()
        daemon.wait()
        panzad.run("run", "--once")
        assert len(drafts(mailbox)) == 2
        panzad.run("run", "--once")
        assert len(drafts(mailbox)) == 2

    def test_commands_draft_and_write_without_a_daemon(
        self, place: tuple[Panzad, TestMailbox]
    ) -> None:
        panzad, mailbox = place
        text = panzad.run("draft", "<ledger.1@example.com>", "--instruction", "say no, too busy")
        assert text.strip()
        assert len(drafts(mailbox)) == 3
        assert panzad.run("write", "ask for the price of glue", "--to", "a@example.com").strip()
        assert len(drafts(mailbox)) == 3


class TestDaemon:
    def test_idle_it_is_small_and_sigterm_ends_it_soon(
        self, place: tuple[Panzad, TestMailbox]
    ) -> None:
        panzad, _ = place
        with (panzad.state / "log2").open("wb") as log:
            process = subprocess.Popen([*panzad.command, "run"], stderr=log)
        try:
            panzad.wait(lambda: panzad.status()["daemon"]["running"], 30)
            panzad.wait(lambda: b"sync.done" in (panzad.state / "log2").read_bytes(), 60)
            assert resident_megabytes(process.pid) <= IDLE_MEGABYTES
            second = subprocess.run([*panzad.command, "run"], capture_output=True, check=False)
            assert second.returncode == 7
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert time.monotonic() - started < STOP_SECONDS
        finally:
            process.kill()
            process.wait()


def resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
