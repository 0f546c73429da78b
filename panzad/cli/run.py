"""`panzad run`: the daemon, or with `--once` one full pass."""

from __future__ import annotations

import json

import click

from panzad.cli.app import App, json_option
from panzad.cli.tries import Tries


@click.command()
@click.option("--once", is_flag=True, help="Sync, learn and draft once, then exit.")
@json_option("With --once: one JSON object on stdout.")
@click.pass_obj
def run(app: App, once: bool, as_json: bool) -> None:
    """Run the daemon in the foreground (systemd does this), or one full pass."""
    app.log("daemon")
    config = app.config()
    if not once:
        from panzad.daemon.main import run as run_daemon

        run_daemon(app.paths, config, app.child_options)
        return
    from panzad.cli.draft import draft_all
    from panzad.cli.learn import learn_all, sync_accounts

    tries = Tries()
    done = {"embeddings": 0, "instructions": 0}
    fetched = sync_accounts(app, config, tries)
    with tries.one("learn"):
        done = learn_all(app, config)
    drafts = draft_all(app, config, tries)
    if as_json:
        click.echo(json.dumps({"fetched": fetched, **done, "drafts": drafts}))
    else:
        click.echo(
            f"{sum(fetched.values())} new sent mails, {done['instructions']} instructions,"
            f" {done['embeddings']} embeddings, {drafts} drafts"
        )
    tries.end()
