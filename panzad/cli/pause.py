"""`panzad pause` and `panzad resume`: the daemon rests, and goes on."""

from __future__ import annotations

import json

import click

from panzad.cli.app import App, json_option
from panzad.daemon.bell import ring


@click.command()
@json_option()
@click.pass_obj
def pause(app: App, as_json: bool) -> None:
    """Let a running daemon rest: nothing is synced, drafted, learnt or trained until `resume`.

    It stays paused when it is started anew. Commands that you type work as ever. Marks set
    meanwhile get their drafts after `resume`.
    """
    _set(app, paused=True, as_json=as_json)


@click.command()
@json_option()
@click.pass_obj
def resume(app: App, as_json: bool) -> None:
    """Let a paused daemon go on."""
    _set(app, paused=False, as_json=as_json)


def _set(app: App, *, paused: bool, as_json: bool) -> None:
    from panzad.store import pause as store

    with app.db.transaction() as tx:
        if paused:
            store.pause(tx)
        else:
            store.resume(tx)
    ring(app.paths.state)
    if as_json:
        click.echo(json.dumps({"paused_since": store.since(app.db)}))
    else:
        click.echo("paused; `panzad resume` lets it go on" if paused else "it goes on")
