"""One person's mails in a mailbox, taken in and played back by the commands a user would run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from benchmarks.mailbox import HeldOut, PaperMail, load
from panzad.config import Config, ImapServer, Paths, locate
from panzad.config import load as load_config
from panzad.files import replace
from panzad.imap.drafts import append_draft
from panzad.imap.session import Session
from panzad.store import marks
from panzad.store.database import Database
from tests.servers.dovecot import DovecotServer

ACCOUNT = "paper"
PASSWORD = "geheim"  # noqa: S105 - of a server on loopback that lives for minutes
DRAFTS_TIMED = 5


@dataclass(frozen=True)
class Subject:
    """A person of the set: the folder of the figures and the state, and the held-out mails."""

    person: str
    folder: Path
    held_out: Sequence[HeldOut]

    @property
    def paths(self) -> Paths:
        """The places of the state folder."""
        return locate(None, self.folder / "state")

    @property
    def config(self) -> Config:
        """The settings of the state folder."""
        return load_config(self.paths.config)


def learn(subject: Subject, mails: list[PaperMail], models: Path, *, timings: bool) -> None:
    """Bring the state to where every mail has its instruction; nothing is done twice.

    What was broken off is begun again. What it took is in `learnt.json`, written last.
    """
    done = subject.folder / "learnt.json"
    if done.exists():
        return
    shutil.rmtree(subject.folder, ignore_errors=True)
    name, address = subject.person.capitalize(), f"{subject.person}@example.org"
    with DovecotServer(subject.folder / "dovecot") as server:
        server.add_user(address, PASSWORD)
        place = ImapServer(host=server.host, port=server.port, security="none")
        with Session.connect(place, address, PASSWORD, timeout=30) as session:
            load(session, mails, name, address)
        # The set names no correspondents.
        state = configured(
            subject.folder, place, name, address, models, '[retrieval]\nshare = "all"'
        )
        figures: dict[str, Any] = {"mails": len(mails), "held_out": len(subject.held_out)}
        figures["run_once"] = timed(state, "run", "--once", "--json")
        if timings:
            figures["train"] = timed(state, "train", "--json")
            figures["flag_to_draft_seconds"] = _flag_to_draft(state, place, address)
    replace(done, json.dumps(figures, indent=1).encode())


def configured(
    root: Path, place: ImapServer, name: str, address: str, models: Path, more: str = ""
) -> Path:
    """A state folder below `root` for one account on the server, with `more` in its config."""
    state = root / "state"
    state.mkdir(mode=0o700, parents=True)
    (state / "models").symlink_to(models.resolve())
    (state / "config.toml").write_text(
        f"""
        [accounts.{ACCOUNT}]
        address = "{address}"
        name = "{name}"
        imap = {{ host = "{place.host}", port = {place.port}, security = "none" }}
        auth = {{ command = "echo {PASSWORD}" }}
        """
        + more
    )
    return state


def _panzad(state: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "panzad", "--state", str(state), *arguments]


def timed(state: Path, *arguments: str) -> dict[str, Any]:
    """What a command of panzad tells as JSON, and the seconds that it took."""
    started = time.monotonic()
    done = subprocess.run(_panzad(state, *arguments), check=True, stdout=subprocess.PIPE)
    return {"wall_seconds": round(time.monotonic() - started, 1), **json.loads(done.stdout)}


def _flag_to_draft(state: Path, place: ImapServer, address: str) -> list[float]:
    """Seconds from the flag to the draft with a running daemon; the first has a cold engine."""
    db = Database(state / "panzad.db")
    seconds: list[float] = []
    with (
        (state / "daemon.log").open("wb") as log,
        subprocess.Popen(_panzad(state, "run"), stderr=log) as daemon,
        Session.connect(place, address, PASSWORD, timeout=30) as session,
    ):
        try:
            _wait(lambda: b"sync.done" in (state / "daemon.log").read_bytes())
            for number in range(DRAFTS_TIMED + 1):
                append_draft(session, "INBOX", _question(number, address), ())
                session.select("INBOX", readonly=False)
                started = time.monotonic()
                with session.translated("flag a mail"):
                    uid = session.client.search()[-1]
                    session.client.add_flags([uid], [r"\Flagged"])
                _wait(lambda n=number: marks.counts(db, ACCOUNT).get("appended", 0) > n)
                seconds.append(round(time.monotonic() - started, 2))
        finally:
            daemon.terminate()
    return seconds


def _question(number: int, address: str) -> bytes:
    message = EmailMessage()
    message["From"] = f"Tom Ray <tom-{number}@example.net>"
    message["To"] = address
    message["Subject"] = f"Meeting on Thursday ({number})"
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<question-{number}@example.net>"
    message.set_content(
        "Hi,\n\nwould you have time to meet on Thursday at three to talk about the report?"
        "\nI could also do Friday morning.\n\nBest,\nTom\n"
    )
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


def _wait(done: Any, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
