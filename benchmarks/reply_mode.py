"""Replies to real mail by their threads alone: base, past mails shown, adapter, both.

    python -m benchmarks.reply_mode --data DIR --models DIR --work DIR [--newest N]

DIR holds `sent.mbox` and `inbox.mbox` of one person, which go into a real Dovecot account. The
commands a user would run do the rest: `run --once`, `train`, `evaluate`. Held out is the newest
tenth of the mails. The tables go to standard error, all figures as JSON to standard output.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from benchmarks.paper_state import PASSWORD, configured, timed
from panzad.config import ImapServer
from panzad.imap.drafts import append_draft
from panzad.imap.session import Session
from panzad.mail import mbox
from panzad.mail.message import Address
from panzad.mail.parse import parse
from tests.servers.dovecot import DovecotServer

SHOWN = ("loss", "bleu", "rouge_l", "style", "greeting", "sign_off", "length_ratio")
# There are people of whom the sets have fewer mails than a user would be asked for.
CONFIG = "[training]\nmin_mails = 20\n"


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--work", type=click.Path(path_type=Path), required=True, help="Emptied first.")
@click.option("--newest", type=click.IntRange(min=1), help="Only so many sent mails.")
@click.option("--candidates", default=12, show_default=True, type=click.IntRange(min=1))
def main(data: Path, models: Path, work: Path, newest: int | None, candidates: int) -> None:
    """Learn one person's mails, train an adapter, and have the held-out ones written."""
    shutil.rmtree(work, ignore_errors=True)
    sent = _read(data / "sent.mbox")
    sent = sent[-newest:] if newest else sent
    you = _author(sent)
    with DovecotServer(work / "dovecot") as server:
        server.add_user(you.email, PASSWORD)
        place = ImapServer(host=server.host, port=server.port, security="none")
        with Session.connect(place, you.email, PASSWORD, timeout=30) as session:
            for folder, mails in (("Sent", sent), ("INBOX", _read(data / "inbox.mbox"))):
                for raw in mails:
                    append_draft(session, folder, raw, (r"\Seen",))
        state = configured(work, place, you.name or you.email, you.email, models, CONFIG)
        taken_in = timed(state, "run", "--once", "--json")
    trained = timed(state, "train", "--json")
    found = timed(state, "evaluate", "--candidates", str(candidates), "--json")
    for mode in ("reply", "instruction"):
        _table(mode, [row for row in found["rows"] if row["mode"] == mode])
    click.echo(json.dumps({"run_once": taken_in, "train": trained, "evaluate": found}, indent=1))


def _read(path: Path) -> list[bytes]:
    """The mails of an mbox, oldest first where its writer kept that order."""
    with path.open("rb") as lines:
        return [raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for raw in mbox.messages(lines)]


def _author(sent: Sequence[bytes]) -> Address:
    """Whom most of the sent mails are from."""
    authors = Counter(author for raw in sent for author in parse(raw).from_[:1])
    return authors.most_common(1)[0][0]


def _table(mode: str, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    click.echo(f"\n{mode} mode, {rows[0]['scores']['drafts']} mails\n", err=True)
    click.echo(f"| | {' | '.join(SHOWN)} |\n|---|{'---|' * len(SHOWN)}", err=True)
    for row in rows:
        figures = {**row["scores"], **row}
        cells = [figures[name] for name in SHOWN]
        shown = ["–" if one is None else f"{one:.3f}" for one in cells]
        click.echo(f"| {row['variant']} | {' | '.join(shown)} |", err=True)


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
