"""`panzad logs` and `panzad report`: what panzad did, event by event or in short."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from panzad.cli.app import App, json_option
from panzad.errors import unusable
from panzad.logfile import lines
from panzad.visible import visible

LOOK_SECONDS = 0.5


@click.command()
@click.option(
    "-n", "count", type=click.IntRange(min=0), default=50, show_default=True, help="How many."
)
@click.option("--follow", is_flag=True, help="Keep showing new ones, until interrupted.")
@json_option("One JSON object a line.")
@click.pass_obj
def logs(app: App, count: int, follow: bool, as_json: bool) -> None:
    """Show the newest events of daemon, worker, trainer and commands. They never hold mail."""
    for line in deque(lines(app.paths.log), maxlen=count):
        _show(line, as_json)
    if follow:
        for line in _new(app.paths.log):
            _show(line, as_json)


def _new(path: Path) -> Iterator[str]:
    """Lines as they are added; a file that was rotated is read from its beginning."""
    at = path.stat().st_size if path.exists() else 0
    while True:
        size = path.stat().st_size if path.exists() else 0
        if size < at:
            at = 0
        if size > at:
            with path.open("rb") as file:
                file.seek(at)
                while (line := file.readline()).endswith(b"\n"):
                    at += len(line)
                    yield line.decode("utf-8", "replace")
        time.sleep(LOOK_SECONDS)


def _show(line: str, as_json: bool) -> None:
    event = _event(line)
    if event is None:  # half a line, from a disk that was full
        return
    if as_json:
        click.echo(visible(line.rstrip("\n")))
        return
    when, process, level = (str(event.pop(key, "")) for key in ("timestamp", "process", "level"))
    name = event.pop("event", "")
    values = " ".join(f"{key}={value}" for key, value in event.items())
    click.echo(visible(f"{when[:19].replace('T', ' ')} {process} {level} {name} {values}".rstrip()))


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@json_option("Write one JSON object.")
@click.pass_obj
def report(app: App, file: Path, as_json: bool) -> None:
    """Write into FILE (`-`: standard output) what the report by mail would say."""
    from panzad.overview import in_short, overview

    values = overview(app.db, app.paths, app.config(), datetime.now().astimezone())
    text = json.dumps(values, ensure_ascii=False, indent=2) if as_json else in_short(values)
    if str(file) == "-":
        click.echo(text)
    else:
        try:
            file.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise unusable(error, file) from error
