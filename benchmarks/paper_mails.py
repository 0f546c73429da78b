"""The loop on the paper's anonymised mail: playback, training, and drafts by typed instructions.

A real Dovecot account gets the mails that may be learnt from; the commands a user would run do
the rest. Then the fixed hold-out, which panzad has never seen, is judged: the loss of the true
mails given the instruction a person typed, and the drafts written from it; once by the base
model, and by an adapter of each training seed.

    python -m benchmarks.paper_mails --data DIR --models DIR [--person david] [--seeds 1,2,3]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import click

from benchmarks.mailbox import HeldOut, load, read
from benchmarks.paper_judging import ACCOUNT, Judge, judged
from panzad.config import ImapServer, Paths, locate
from panzad.config import load as load_config
from panzad.evaluation import metrics
from panzad.evaluation.experiments import VARIANTS, Variant
from panzad.imap.drafts import append_draft
from panzad.imap.session import Session
from panzad.learning.adapter import Request, train_adapter
from panzad.store import adapters, marks
from panzad.store.database import Database
from tests.servers.dovecot import DovecotServer

PASSWORD = "geheim"  # noqa: S105 - of a server on loopback that lives for minutes
DRAFTS_TIMED = 5
PEOPLE = ("david", "isabel")
SHOWN = (
    "loss",
    "bleu",
    "rouge_l",
    "length_ratio",
    "fact_recall",
    "style_share",
    "style",
    "greeting",
    "sign_off",
    "gaps_per_draft",
    "seconds_per_draft",
)


@dataclass(frozen=True)
class Subject:
    """A person of the set: the state panzad made of the learnt mails, and the held-out ones."""

    person: str
    state: Path
    held_out: Sequence[HeldOut]

    @property
    def paths(self) -> Paths:
        return locate(None, self.state)

    def judge(self) -> Judge:
        return Judge(self.person, self.paths, load_config(self.paths.config), self.held_out)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--person", "people", multiple=True, default=PEOPLE, type=click.Choice(PEOPLE))
@click.option("--seeds", default="1,2,3", show_default=True, help="Training seeds.")
@click.option("--epochs", type=click.IntRange(min=1), help="The method's own by default.")
@click.option("--timings/--no-timings", default=True, help="Time flag to draft with a daemon.")
def main(
    data: Path, models: Path, people: tuple[str, ...], seeds: str, epochs: int | None, timings: bool
) -> None:
    """Run the benchmark; its figures as JSON on standard output, as tables on standard error."""
    real = {person: [mail.text for mail in read(data, person)[0]] for person in PEOPLE}
    figures: dict[str, Any] = {}
    subjects: list[tuple[Subject, Path]] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for person in people:
            subject, figures[person] = _learnt(data, models, person, Path(folder) / person, timings)
            runs = [_run(subject, int(seed), epochs, real) for seed in seeds.split(",")]
            figures[person] |= {
                "base": _base(subject, real),
                "seeds": [figure for _, figure in runs],
            }
            subjects.append((subject, runs[0][0]))
            _table(person, figures[person])
        if len(subjects) > 1:
            figures["matrix"] = _matrix(subjects)
    click.echo(json.dumps(figures, indent=2))


def _learnt(
    data: Path, models: Path, person: str, root: Path, timings: bool
) -> tuple[Subject, dict[str, Any]]:
    """The mails in a mailbox, taken in and played back by the command a user would run."""
    learnt, held_out = read(data, person)
    name, address = person.capitalize(), f"{person}@example.org"
    with DovecotServer(root / "dovecot") as server:
        server.add_user(address, PASSWORD)
        place = ImapServer(host=server.host, port=server.port, security="none")
        with Session.connect(place, address, PASSWORD, timeout=30) as session:
            load(session, learnt, name, address)
        state = _configured(root, place, name, address, models)
        figures: dict[str, Any] = {"mails": len(learnt), "held_out": len(held_out)}
        figures["run_once"] = _timed(state, "run", "--once", "--json")
        if timings:
            figures["flag_to_draft_seconds"] = _flag_to_draft(state, place, address)
    return Subject(person, state, held_out), figures


def _run(
    subject: Subject, seed: int, epochs: int | None, real: Mapping[str, Sequence[str]]
) -> tuple[Path, dict[str, Any]]:
    """An adapter trained with this seed, what the gate made of it, and how it writes.

    No other adapter serves meanwhile: a seed is judged beside the base model alone.
    """
    paths, db = subject.paths, Database(subject.paths.database)
    with db.transaction() as tx:
        adapters.serve_base(tx)
    config = load_config(paths.config)
    request = Request(config.training.method, epochs, seed)
    result = train_adapter(db, paths, config, request, report=lambda _: None, stop=lambda: False)
    assert result.outcome is not None
    directory = paths.adapters / result.adapter
    judge = subject.judge()
    _, rows = judged(judge, [one for one in VARIANTS if one.adapter], directory, real)
    judge.close()
    return directory, {
        "seed": seed,
        "promoted": result.promoted,
        "reason": result.reason,
        "seconds": result.outcome.seconds,
        "tokens_per_second": result.outcome.tokens_per_second,
        "rows": rows,
    }


def _base(subject: Subject, real: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    judge = subject.judge()
    _, rows = judged(judge, [one for one in VARIANTS if not one.adapter], None, real)
    judge.close()
    return rows


def _matrix(subjects: Sequence[tuple[Subject, Path]]) -> dict[str, dict[str, dict[str, float]]]:
    """BLEU and ROUGE-L of each person's mails by each person's adapter (of the first seed)."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for subject, _ in subjects:
        judge = subject.judge()
        for owner, directory in subjects:
            variant = Variant(owner.person, adapter=True, retrieval=False)
            scores = metrics.scores(judge.written([variant], directory)[0].drafts)
            found.setdefault(subject.person, {})[owner.person] = {
                "bleu": round(scores.bleu, 2),
                "rouge_l": round(scores.rouge_l, 3),
            }
        judge.close()
    return found


def _table(person: str, figures: dict[str, Any]) -> None:
    """The figures as Markdown: adapters as mean ± standard deviation over the seeds."""
    columns: dict[str, list[dict[str, Any]]] = {row["variant"]: [row] for row in figures["base"]}
    for run in figures["seeds"]:
        for row in run["rows"]:
            columns.setdefault(row["variant"], []).append(row)
    click.echo(f"\n| {person} | {' | '.join(columns)} |", err=True)
    click.echo(f"|---|{'---|' * len(columns)}", err=True)
    for name in SHOWN:
        cells = [_cell([row[name] for row in rows if name in row]) for rows in columns.values()]
        click.echo(f"| {name} | {' | '.join(cells)} |", err=True)


def _cell(values: Sequence[float | None]) -> str:
    numbers = [value for value in values if value is not None]
    if not numbers:
        return "–"
    spread = f" ± {statistics.stdev(numbers):.3f}" if len(numbers) > 1 else ""
    return f"{statistics.fmean(numbers):.3f}{spread}"


def _configured(root: Path, place: ImapServer, name: str, address: str, models: Path) -> Path:
    state = root / "state"
    state.mkdir(parents=True)
    (state / "models").symlink_to(models.resolve())
    (state / "config.toml").write_text(
        f"""
        [accounts.{ACCOUNT}]
        address = "{address}"
        name = "{name}"
        imap = {{ host = "{place.host}", port = {place.port}, security = "none" }}
        auth = {{ command = "echo {PASSWORD}" }}
        [retrieval]
        share = "all"  # the set names no correspondents
        """
    )
    return state


def _panzad(state: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "panzad", "--state", str(state), *arguments]


def _timed(state: Path, *arguments: str) -> dict[str, Any]:
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


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
