"""The loop on the paper's anonymised mail: playback, training, and drafts by typed instructions.

A real Dovecot account gets the mails that may be learnt from; the commands a user would run do
the rest. Then the fixed hold-out, which panzad has never seen, is judged: the loss of the true
mails given the instruction a person typed, and the drafts written from it.

    python -m benchmarks.paper_mails --data DIR --models DIR [--person david]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import click
import sacrebleu
import torch
from peft import PeftModel
from rouge_score.rouge_scorer import RougeScorer

from benchmarks.mailbox import HeldOut, load, read
from panzad.config import ImapServer, locate
from panzad.config import load as load_config
from panzad.desk import Desk
from panzad.drafting.task import DraftTask
from panzad.drafting.write import letter_of
from panzad.engines.catalogue import resolve
from panzad.engines.chat import format_of
from panzad.engines.protocol import ChatMessage
from panzad.imap.drafts import append_draft
from panzad.imap.session import Session
from panzad.mail.message import Address
from panzad.recall.embedder import Embedder
from panzad.recall.exact import ExactIndex
from panzad.recall.retriever import Retriever
from panzad.store import adapters, marks
from panzad.store.database import Database
from panzad.training.dataset import Sample, tokenised
from panzad.training.loss import mean_loss
from panzad.training.model import load as load_model
from panzad.writing.brief import Briefing
from panzad.writing.prompts import messages
from tests.servers.dovecot import DovecotServer

PASSWORD = "geheim"  # noqa: S105 - of a server on loopback that lives for minutes
DRAFTS_TIMED = 5
EXAMPLES = 3


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--person", default="david", type=click.Choice(["david", "isabel"]))
def main(data: Path, models: Path, person: str) -> None:
    """Run the benchmark and print its figures as JSON."""
    learnt, held_out = read(data, person)
    name, address = person.capitalize(), f"{person}@example.org"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        root = Path(folder)
        with DovecotServer(root / "dovecot") as server:
            server.add_user(address, PASSWORD)
            place = ImapServer(host=server.host, port=server.port, security="none")
            with Session.connect(place, address, PASSWORD, timeout=30) as session:
                load(session, learnt, name, address)
            state = _configured(root, place, name, address, models)
            figures: dict[str, Any] = {"person": person, "mails": len(learnt)}
            figures["run_once"] = _timed(state, "run", "--once", "--json")
            figures["train"] = _timed(state, "train", "--json")
            figures["flag_to_draft_seconds"] = _flag_to_draft(state, place, address)
            figures["holdout"] = {"mails": len(held_out), **_judged(state, held_out, name)}
    click.echo(json.dumps(figures, indent=2))


def _configured(root: Path, place: ImapServer, name: str, address: str, models: Path) -> Path:
    state = root / "state"
    state.mkdir(mode=0o700)
    (state / "models").symlink_to(models.resolve())
    (state / "config.toml").write_text(
        f"""
        [accounts.paper]
        address = "{address}"
        name = "{name}"
        imap = {{ host = "{place.host}", port = {place.port}, security = "none" }}
        auth = {{ command = "echo {PASSWORD}" }}
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
                _wait(lambda n=number: marks.counts(db, "paper").get("appended", 0) > n)
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


def _judged(state: Path, held_out: Sequence[HeldOut], name: str) -> dict[str, Any]:
    """Losses and drafts for the typed instructions, with and without the adapter."""
    paths = locate(None, state)
    db = Database(paths.database)
    adapter = adapters.serving(db)
    if adapter is None:
        raise SystemExit("no adapter serves: the training did not beat the base model")
    config = load_config(paths.config)
    files = resolve(config.model.base, paths.models)
    retriever = Retriever(db, ExactIndex(db), Embedder(), config.retrieval.share)
    prompts = [
        messages(Briefing(retriever).task(letter_of(_task(one, name), "paper"), EXAMPLES))
        for one in held_out
    ]
    base_loss, loss = _losses(files, paths.adapters / adapter.id, held_out, prompts)
    desk = Desk(db, paths, config)
    result = {
        "base_loss": round(base_loss, 3),
        "adapter_loss": round(loss, 3),
        "base": _drafted(desk, held_out, name, adapter=False),
        "adapter": _drafted(desk, held_out, name, adapter=True),
    }
    desk.close()
    return result


def _task(held_out: HeldOut, name: str) -> DraftTask:
    author = Address(name, f"{name.lower()}@example.org")
    subject, asked = held_out.mail.subject, held_out.instruction
    return DraftTask(author, (), (), subject, None, (), (), None, asked)


def _losses(
    files: Any,
    adapter: Path,
    held_out: Sequence[HeldOut],
    prompts: Sequence[tuple[ChatMessage, ...]],
) -> tuple[float, float]:
    model, tokenizer = load_model(files, torch.device("cpu"))
    samples = [
        Sample(one.mail.line, "", prompt, one.mail.text)
        for one, prompt in zip(held_out, prompts, strict=True)
    ]
    tokens = tokenised(
        samples,
        format_of(files),
        lambda text: tokenizer.encode(text, add_special_tokens=False),
    )
    base = mean_loss(model, tokens, pad=0)
    tuned = PeftModel.from_pretrained(model, str(adapter))
    return base, mean_loss(tuned, tokens, pad=0)


def _drafted(
    desk: Desk, held_out: Sequence[HeldOut], name: str, *, adapter: bool
) -> dict[str, float]:
    written = [desk.write(_task(one, name), "paper", adapter=adapter) for one in held_out]
    texts, truth = [one.text for one in written], [one.mail.text for one in held_out]
    scorer = RougeScorer(["rougeL"], use_stemmer=True)
    rouge = [
        scorer.score(true, text)["rougeL"].fmeasure for text, true in zip(texts, truth, strict=True)
    ]
    return {
        "bleu": round(sacrebleu.corpus_bleu(texts, [truth]).score, 2),
        "rouge_l": round(sum(rouge) / len(rouge), 3),
        "length_ratio": round(sum(map(len, texts)) / sum(map(len, truth)), 2),
        "seconds_per_draft": round(sum(one.seconds for one in written) / len(written), 2),
    }


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
