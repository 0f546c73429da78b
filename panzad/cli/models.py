"""`panzad models`: which there are, getting one, where it lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import DownloadColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from panzad.cli.app import App, json_option
from panzad.cli.progress import bars
from panzad.daemon.bell import ring
from panzad.engines.catalogue import CATALOGUE, CatalogueModel, choose, directory_of, resolve
from panzad.engines.machine import this_machine
from panzad.store import marks

SIZES = {"file": "gguf", "write": "inference", "LoRA": "lora", "QLoRA": "qlora"}


@click.group()
def models() -> None:
    """The language models panzad knows, and those on this machine."""


@models.command("list")
@json_option("A JSON list on standard output.")
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """Show the catalogue: licence, size, memory needs (estimates), what is here."""
    auto = choose(this_machine()).name
    rows = [_row(app, model, auto) for model in CATALOGUE]
    if as_json:
        click.echo(json.dumps(rows))
        return
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0), title="parameters in 10⁹, memory in GB")
    for name in ("model", "size", *SIZES, "licence", ""):
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(
            row["name"],
            f"{row['parameters'] / 1e9:.2f}",
            *(f"{row[f'{key}_bytes'] / 1e9:.1f}" for key in SIZES.values()),
            row["licence"],
            " ".join(note for note in ("here", "auto") if row[note]),
        )
    Console().print(table)
    click.echo("Any Hugging Face id, or the path of a GGUF file, can be used as well.")


@models.command()
@click.argument("name")
@click.pass_obj
def pull(app: App, name: str) -> None:
    """Get a model: a name of the catalogue, `auto`, or a Hugging Face id."""
    directory = pulled(name, app.paths.models)
    _take_up_what_waited(app)
    click.echo(f"{name} is in {directory}")


def pulled(name: str, models_dir: Path) -> Path:
    """Get a model, with a bar on standard error; its directory."""
    from panzad.engines import download

    with bars(DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task(name, total=None)
        return download.pull(
            name,
            models_dir,
            lambda done, total: progress.update(task, completed=done, total=total),
        )


def _take_up_what_waited(app: App) -> None:
    """Drafts that were postponed for want of this model are due now."""
    if app.paths.database.exists():
        with app.db.transaction() as tx:
            marks.retry_now(tx)
    ring(app.paths.state)


@models.command()
@click.argument("name")
@click.pass_obj
def path(app: App, name: str) -> None:
    """Print where a model lies, after checking its files."""
    click.echo(resolve(name, app.paths.models).path)


def _row(app: App, model: CatalogueModel, auto: str) -> dict[str, Any]:
    return {
        "name": model.name,
        "hf_id": model.hf_id,
        "licence": model.licence,
        "parameters": model.parameters,
        "gguf_bytes": model.gguf_bytes,
        "inference_bytes": model.inference_bytes,
        "lora_bytes": model.lora_bytes,
        "qlora_bytes": model.qlora_bytes,
        "here": (directory_of(model.name, app.paths.models) / model.gguf.filename).is_file(),
        "auto": model.name == auto,
    }
