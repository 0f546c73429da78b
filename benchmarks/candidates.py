"""What several candidates for a draft cost, and what they bring.

    python -m benchmarks.candidates --instructions FILE --models FOLDER

FILE holds lines of JSON with an `instruction` each. Every draft is a new mail by the base model,
from the instruction alone. For each number of candidates: how many were drawn, tokens written and
seconds for a draft, and in the drafts that are taken facts of the instruction left out and facts
invented, a draft.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import click

from panzad.config import Config, Paths, parse
from panzad.desk import Desk
from panzad.drafting.task import DraftTask
from panzad.mail.message import Address
from panzad.store.database import Database
from panzad.writing.choosing import unsaid

NUMBERS = (1, 4, 12)
CONFIG = """
[accounts.work]
address = "ann@example.org"
name = "Ann Lee"
imap = { host = "localhost", port = 143, security = "none" }
auth = { command = "false" }
"""


@click.command()
@click.option("--instructions", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--models", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--count", default=8, show_default=True, help="How many instructions, from the top.")
def main(instructions: Path, models: Path, count: int) -> None:
    """Print one line of a table for each number of candidates."""
    lines = instructions.read_text(encoding="utf-8").splitlines()[:count]
    tasks = [_task(json.loads(line)["instruction"]) for line in lines]
    click.echo("| candidates | drawn | tokens a draft | seconds a draft | left out | invented |")
    with tempfile.TemporaryDirectory(prefix="candidates-") as folder:
        root = Path(folder)
        (root / "models").symlink_to(models.resolve())
        db = Database(root / "panzad.db")
        for number in NUMBERS:
            config = parse(f"{CONFIG}\n[writing]\ncandidates = {number}\n")
            click.echo(_measured(db, Paths(root / "config.toml", root, root), config, tasks))
        db.close()


def _measured(db: Database, paths: Paths, config: Config, tasks: list[DraftTask]) -> str:
    desk = Desk(db, paths, config)
    desk.write(tasks[0], "work", adapter=False)  # what is loaded once is no draft's cost
    started = time.monotonic()
    written = [desk.write(task, "work", adapter=False) for task in tasks]
    seconds = (time.monotonic() - started) / len(tasks)
    desk.close()
    left_out = sum(
        unsaid(one.text, task.instruction) for one, task in zip(written, tasks, strict=True)
    )
    drawn = sum(one.candidates for one in written)
    tokens = sum(one.tokens for one in written)
    invented = sum(len(one.gaps) for one in written)
    return (
        f"| {config.writing.candidates} | {drawn / len(tasks):.1f} | {tokens / len(tasks):.0f}"
        f" | {seconds:.2f}"
        f" | {left_out / len(tasks):.2f} | {invented / len(tasks):.2f} |"
    )


def _task(instruction: str) -> DraftTask:
    author = Address("Ann Lee", "ann@example.org")
    return DraftTask(author, (), (), "", None, (), (), None, instruction)


if __name__ == "__main__":
    main()
