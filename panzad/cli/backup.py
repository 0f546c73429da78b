"""`panzad backup` and `panzad restore`: all that panzad has, in one file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from panzad.cli.app import App, json_option


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option()
@click.pass_obj
def backup(app: App, file: Path, as_json: bool) -> None:
    """Write database, adapters and config into FILE, also while the daemon runs.

    Models are not in it: they can be pulled again. The file holds your mail; keep it safe.
    """
    from panzad.backup import back_up

    app.log("backup")
    contents = back_up(app.db, app.paths, file)
    if as_json:
        click.echo(json.dumps(asdict(contents)))
    else:
        click.echo(f"{file}: {contents.files} files, {contents.bytes / 1e6:.1f} MB unpacked")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option()
@click.pass_obj
def restore(app: App, file: Path, as_json: bool) -> None:
    """Make the state what it was when the backup FILE was made. Stop the daemon first."""
    from panzad.backup import restore as restored

    app.log("restore")
    contents = restored(app.paths, file)
    if as_json:
        click.echo(json.dumps(asdict(contents)))
    else:
        click.echo(f"restored as of {contents.made_at}; `panzad run` goes on from there")
