"""`panzad demo`: the whole loop on a sample mailbox, on this machine, in a few minutes.

A private IMAP server on loopback holds the mail of a fictional person. The real daemon syncs it,
a real adapter is trained, a mail is flagged as a client would, and the draft that appears in
Drafts is shown beside what the same model writes without the adapter.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel

from panzad.cli.app import App
from panzad.cli.models import pulled
from panzad.cli.progress import bars
from panzad.config import Config, Paths, load, locate
from panzad.demo.mailbox import SampleMailbox, sample_mailbox
from panzad.demo.server import DemoServer
from panzad.drafting import rounds
from panzad.drafting.task import DraftTask
from panzad.engines.catalogue import DEFAULT, resolve
from panzad.errors import ModelMissing, PanzadError
from panzad.imap.drafts import append_draft
from panzad.imap.search import fetch_message, find_by_message_id
from panzad.imap.session import Session
from panzad.locks import is_held
from panzad.mail.extract import extract
from panzad.mail.message import Message
from panzad.mail.parse import parse
from panzad.mailbox import Mailbox, chosen, connect
from panzad.store import marks, pairs
from panzad.store.database import Database
from panzad.store.marks import Mark

PASSWORD = "demo"  # noqa: S105 - of a server that lives for minutes on loopback
ACCOUNT = "demo"
SYNC_SECONDS = 120
PLAYBACK_SECONDS = 600
DRAFT_SECONDS = 120
EPOCHS = 1  # a second takes two minutes more; the style shows after the first

_CONFIG = """\
[accounts.demo]
address = "{address}"
name = "{name}"
imap = {{ host = "{host}", port = {port}, security = "none" }}
auth = {{ command = "echo {password}" }}
[drafts]
max_age_days = 36500  # the sample's mail is from 2026
[training]
min_mails = 60
min_new = 1000000  # the demo trains by itself, at any hour, on any machine
on_battery = true
in_use = true
retrieved = 0.0  # past mails in the prompts are a quarter more to read

[retrieval]
examples = 0  # what an adapter was not trained with it copies out

[writing]
candidates = 4  # or up to 8, of each of the two texts that are shown at the end
"""


@click.command()
@click.option("--keep", is_flag=True, help="Keep the demo's folder and say where it is.")
@click.pass_obj
def demo(app: App, keep: bool) -> None:
    """Show the whole loop on a sample mailbox: sync, playback, training, a draft."""
    app.log("demo")
    console = Console()
    sample = sample_mailbox()
    models = app.paths.models.resolve()
    try:
        resolve(DEFAULT, models)
    except ModelMissing:
        pulled(DEFAULT, models)
    app.paths.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    state = Path(tempfile.mkdtemp(prefix="demo-", dir=app.paths.state))
    started = time.monotonic()
    with DemoServer(sample.owner.email, PASSWORD) as server:
        (state / "models").symlink_to(models)
        (state / "config.toml").write_text(
            _CONFIG.format(
                address=sample.owner.email,
                name=sample.owner.name,
                host=server.host,
                port=server.port,
                password=PASSWORD,
            )
        )
        try:
            _run(console, locate(None, state), sample)
        except BaseException:
            console.print(f"What was done so far is in {state}")
            raise
        if keep:
            console.print(f"Everything is in {state}")
        else:
            shutil.rmtree(state)
    console.print(f"\nThe whole demo took {time.monotonic() - started:.0f} s.")


def _run(console: Console, paths: Paths, sample: SampleMailbox) -> None:
    config = load(paths.config)
    console.print(f"Sample mailbox of {sample.owner.name} <{sample.owner.email}>")
    with connect(ACCOUNT, config.accounts[ACCOUNT]) as session:
        _fill(session, sample)
        db = Database(paths.database)
        log = (paths.state / "daemon.log").open("wb")
        daemon = subprocess.Popen(
            [sys.executable, "-m", "panzad", "--state", str(paths.state), "run"], stderr=log
        )
        try:
            _learn(db, paths, daemon, len(sample.sent))
            console.print("Training an adapter on them:")
            _train(paths)
            mark = _flag_and_wait(console, db, session, sample.unanswered[0], daemon)
        finally:
            daemon.terminate()
            daemon.wait()
            log.close()
        _show(console, db, paths, config, session, mark)


def _fill(session: Session, sample: SampleMailbox) -> None:
    with bars() as progress:
        task = progress.add_task("deliver mail", total=len(sample.sent) + len(sample.inbox))
        for folder, mails in (("Sent", sample.sent), ("INBOX", sample.inbox)):
            for raw in mails:
                append_draft(session, folder, raw, (r"\Seen",))
                progress.advance(task)


def _learn(db: Database, paths: Paths, daemon: subprocess.Popen[bytes], sent: int) -> None:
    """Wait while the daemon syncs and its worker plays every mail back."""
    with bars() as progress:
        task = progress.add_task("daemon: sync and playback", total=sent)

        def done() -> bool:
            counted = pairs.counts(db)
            settled = counted["done"] + counted["failed"] + counted["duplicate"]
            progress.update(task, completed=settled)
            waiting = counted["pending"]
            if settled and not waiting:
                progress.update(task, total=settled)
            return bool(settled) and not waiting and not is_held(paths.locks, f"sync-{ACCOUNT}")

        _wait(done, SYNC_SECONDS + PLAYBACK_SECONDS, "the mails to be learnt", daemon)


def _train(paths: Paths) -> None:
    arguments = [sys.executable, "-m", "panzad", "--state", str(paths.state), "train"]
    arguments += ["--epochs", str(EPOCHS)]
    if subprocess.run(arguments, check=False).returncode != 0:
        raise PanzadError("the training failed", "see what it said above")


def _flag_and_wait(
    console: Console,
    db: Database,
    session: Session,
    message_id: str,
    daemon: subprocess.Popen[bytes],
) -> Mark:
    session.select("INBOX", readonly=False)
    uid, message = _found(session, "INBOX", message_id)
    console.print(
        Panel(
            extract(message).own_text,
            title=f"{message.from_[0].name}: {message.subject}",
            subtitle="the mail that is flagged now",
        )
    )
    started = time.monotonic()
    with session.translated("flag a mail"):
        session.client.add_flags([uid], [r"\Flagged"])
    found: list[Mark] = []

    def appeared() -> bool:
        found[:] = [mark for mark in marks.recent(db, ACCOUNT, 5) if mark.state == "appended"]
        return bool(found)

    with console.status("waiting for the draft"):
        _wait(appeared, DRAFT_SECONDS, "the draft", daemon)
    console.print(f"The draft was in Drafts {time.monotonic() - started:.1f} s after the flag.")
    return found[0]


def _show(
    console: Console, db: Database, paths: Paths, config: Config, session: Session, mark: Mark
) -> None:
    from panzad.desk import Desk

    assert mark.draft_message_id is not None
    account = config.accounts[ACCOUNT]
    mailbox = Mailbox(ACCOUNT, account, session, chosen(session, account))
    # The mark keeps nothing of the thread once its draft is there: it is gathered again.
    task = rounds.task_of(db, mailbox, config, mark)
    assert isinstance(task, DraftTask)
    _, draft = _found(session, "Drafts", mark.draft_message_id)
    desk = Desk(db, paths, config)
    without = desk.write(task, ACCOUNT, adapter=False)
    desk.close()
    width = max(30, console.width // 2 - 2)
    console.print(
        Columns(
            [
                Panel(draft.text, title="in Drafts, with the adapter", width=width),
                Panel(without.text, title="the same prompt without it", width=width),
            ]
        )
    )
    console.print(f"To {draft.to[0].email}, Subject: {draft.subject}")


def _found(session: Session, folder: str, message_id: str) -> tuple[int, Message]:
    """A mail of the demo's, and its UID."""
    uid = find_by_message_id(session, folder, [message_id])[message_id]
    raw = fetch_message(session, uid)
    assert raw is not None
    return uid, parse(raw)


def _wait(
    done: Callable[[], bool], seconds: float, what: str, daemon: subprocess.Popen[bytes]
) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if daemon.poll() is not None:
            raise PanzadError("the daemon ended early", "see its log (demo --keep)")
        if time.monotonic() > deadline:
            raise PanzadError(f"waited over {seconds:.0f} s for {what}", "see the daemon's log")
        time.sleep(0.2)
