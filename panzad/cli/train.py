"""`panzad train`: fine-tune an adapter on the dataset, now."""

from __future__ import annotations

import json
import signal
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING

import click

from panzad.cli.app import App, json_option
from panzad.cli.progress import bars
from panzad.engines.machine import this_machine
from panzad.errors import PanzadError
from panzad.locks import held
from panzad.schedule import unsuited
from panzad.store import problems
from panzad.surroundings import look
from panzad.training.methods import METHODS

if TYPE_CHECKING:
    from panzad.learning.adapter import Result
    from panzad.training.run import Progress


@click.command()
@click.option(
    "--method",
    type=click.Choice(["auto", *METHODS]),
    help="The training method; the config's by default.",
)
@click.option("--epochs", type=click.IntRange(min=1), help="Passes over the mails.")
@click.option(
    "--limit-minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop at a checkpoint after so long; the next run goes on from there.",
)
@json_option()
@click.pass_obj
def train(
    app: App, method: str | None, epochs: int | None, limit_minutes: float | None, as_json: bool
) -> None:
    """Train an adapter on your mails; it serves if it beats the one that serves now."""
    app.log("trainer")
    config = app.config()
    if reason := unsuited(look(), config.training, running=False):
        click.echo(f"at night the training would wait for {reason}; by hand it does not", err=True)
    with held(app.paths.locks, "train", wait=False):
        try:
            result = _trained(app, method or config.training.method, epochs, limit_minutes)
        except PanzadError as error:
            with app.db.transaction() as tx:
                problems.report(tx, "training", error)
            raise
    if as_json:
        click.echo(json.dumps(_values(result)))
    else:
        click.echo(_line(result))


def _trained(app: App, method: str, epochs: int | None, minutes: float | None) -> Result:
    from panzad.judge import judge
    from panzad.learning.adapter import Request, train_adapter
    from panzad.training.priority import cap_memory, lower_priority, memory_limit

    lower_priority()
    config = app.config()
    # The driver of a GPU maps far more than it uses.
    if config.model.device == "cpu" or this_machine().gpu_memory is None:
        cap_memory(memory_limit(config.training.memory_gb))
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    deadline = time.monotonic() + minutes * 60 if minutes else float("inf")
    with bars() as progress:
        task = progress.add_task("train", total=None)

        def report(at: Progress) -> None:
            loss = f" loss {at.loss:.3f}" if at.loss is not None else ""
            progress.update(
                task, description=f"{at.phase}{loss}", completed=at.step, total=at.steps
            )

        return train_adapter(
            app.db,
            app.paths,
            config,
            Request(method, epochs),
            judge=lambda run: judge(app.db, config, run),
            report=report,
            stop=lambda: asked.is_set() or time.monotonic() > deadline,
        )


def _values(result: Result) -> dict[str, object]:
    outcome = result.outcome
    return {
        "adapter": result.adapter,
        "finished": result.finished,
        "promoted": result.promoted,
        "reason": result.reason,
        "base_loss": outcome.base_loss if outcome else None,
        "champion_loss": outcome.champion_loss if outcome else None,
        "loss": outcome.loss if outcome else None,
        "tokens_per_second": outcome.tokens_per_second if outcome else None,
        "seconds": outcome.seconds if outcome else None,
    }


def _line(result: Result) -> str:
    if result.outcome is None:
        return f"adapter {result.adapter}: {result.reason}"
    verdict = "serves now" if result.promoted else "does not serve"
    return (
        f"adapter {result.adapter} {verdict}: {result.reason}"
        f" ({result.outcome.seconds:.0f} s, {result.outcome.tokens_per_second:.0f} tokens/s)"
    )
