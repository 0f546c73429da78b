"""`panzad import`: learn from sent mail that lies in files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from panzad.cli.app import App, account_named, json_option
from panzad.cli.mailfiles import mails_under
from panzad.daemon.bell import ring
from panzad.locks import held


@click.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--account", help="Whose mail it is; the first account by default.")
@json_option()
@click.pass_obj
def import_(app: App, path: Path, account: str | None, as_json: bool) -> None:
    """Learn from your sent mail in PATH: a mail, an mbox, a Maildir, or a folder of them."""
    from panzad.learning.importing import import_mails

    app.log("import")
    config = app.config()
    name, settings = account_named(config, account)
    with held(app.paths.locks, f"sync-{name}", wait=True):
        done = import_mails(app.db, name, settings, config.privacy, mails_under(path))
    ring(app.paths.state)
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return
    unused = ", ".join(f"{count} {reason}" for reason, count in sorted(done.unused.items()))
    click.echo(
        f"{name}: {done.used} new sent mails, {done.known} known"
        + (f"; not used: {unused}" if unused else "")
    )
