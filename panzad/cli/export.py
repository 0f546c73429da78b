"""`panzad export`: all that panzad has of its user, in formats that anything reads."""

from __future__ import annotations

import json
from pathlib import Path

import click

from panzad.cli.app import App, json_option


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option()
@click.pass_obj
def export(app: App, folder: Path, as_json: bool) -> None:
    """Write mails as learnt, instructions, marks, drafts, habits and adapters into FOLDER.

    The formats are JSON lines, .eml and safetensors; README.txt in the folder explains each file.
    """
    from panzad.export import export as exported

    app.log("export")
    counted = exported(app.db, app.paths, app.config(), folder)
    if as_json:
        click.echo(json.dumps(counted))
    else:
        click.echo(f"{folder}: " + ", ".join(f"{n} {what}" for what, n in counted.items()))
