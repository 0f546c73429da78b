"""`panzad adapters`: which there are, which one serves, going back."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from panzad.cli.app import App, json_option
from panzad.cli.measures import HEADING, MODELS, listed, rows
from panzad.daemon.bell import ring
from panzad.engines.catalogue import resolve
from panzad.errors import PanzadError
from panzad.store import adapters as store
from panzad.store.adapters import Adapter
from panzad.training.adapters import size_of
from panzad.training.manifest import verify


@click.group()
def adapters() -> None:
    """The trained adapters."""


@adapters.command("list")
@json_option("A JSON list on standard output.")
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """Show every adapter with what the gate measured of it."""
    found = store.listed(app.db)
    if as_json:
        values = [{**asdict(one), "bytes": size_of(app.paths.adapters / one.id)} for one in found]
        click.echo(json.dumps(values))
        return
    if not found:
        click.echo("none yet; the base model writes")
        return
    console = Console()
    console.print(HEADING)
    for one in found:
        megabytes = size_of(app.paths.adapters / one.id) / 1e6
        remark = f"{one.plan.get('method', '?')}, {megabytes:.0f} MB"
        remark += f": {one.reason}" if one.reason else ""
        console.print(*listed(one.id, one.state, one.mails, one.metrics, remark), sep="\n")


@adapters.command()
@click.argument("adapter_id", metavar="ID")
@json_option("All that is known, as one JSON object.")
@click.pass_obj
def show(app: App, adapter_id: str, as_json: bool) -> None:
    """Show what one adapter learnt from, how it was judged beside its rivals, and why."""
    one = _known(app, adapter_id)
    if as_json:
        click.echo(json.dumps(asdict(one), indent=2))
        return
    console = Console()
    for name, value in _facts(one).items():
        console.print(Text(f"{name:10} {value}"))
    table = Table("", *MODELS, box=None)
    for line in rows(one.metrics):
        table.add_row(*line)
    if table.row_count:
        console.print(table)


@adapters.command()
@click.argument("adapter_id", metavar="ID")
@json_option()
@click.pass_obj
def use(app: App, adapter_id: str, as_json: bool) -> None:
    """Let this adapter write the drafts; `none` means the base model alone."""
    if adapter_id == "none":
        with app.db.transaction() as tx:
            store.serve_base(tx)
        ring(app.paths.state)
        _tell(None, as_json)
        return
    adapter = _known(app, adapter_id)
    if adapter.state in ("training", "failed"):
        raise PanzadError(f"adapter {adapter.id} is not finished", "run `panzad train`")
    _check(app, adapter)
    if reason := store.doubt(app.db, adapter):
        click.echo(f"warning: {reason}; `panzad adapters rollback` goes back", err=True)
    _serve(app, adapter, as_json)


@adapters.command()
@json_option()
@click.pass_obj
def rollback(app: App, as_json: bool) -> None:
    """Go back to the adapter that served before the present one; again, to the one before that.

    Adapters that something speaks against are passed over. Once another is put to use or promoted,
    it goes back from there.
    """
    for before in store.served_before(app.db):
        if reason := store.doubt(app.db, before) or _unfit(app, before):
            click.echo(f"adapter {before.id} is passed over: {reason}", err=True)
            continue
        _serve(app, before, as_json, back=True)
        return
    raise PanzadError("there is no adapter to go back to", "see `panzad adapters list`")


@adapters.command()
@click.option("--keep", type=click.IntRange(min=0), help="Keep only so many that do not serve.")
@click.option("--gigabytes", type=click.FloatRange(min=0), help="Keep what takes so much at most.")
@json_option()
@click.pass_obj
def prune(app: App, keep: int | None, gigabytes: float | None, as_json: bool) -> None:
    """Remove old adapters, but never the serving one, the one before it, or a run under way.

    Without options those beyond `training.disk_gb` go, as after each training.
    """
    from panzad.learning.shelf import drop, shelved, tidy

    gone: list[str] = []
    if keep is not None:
        gone = [one.id for one in shelved(app.db, app.paths) if not one.needed][keep:]
        for adapter_id in gone:
            drop(app.db, app.paths, adapter_id)
    if gigabytes is not None or keep is None:
        limit = app.config().training.disk_gb if gigabytes is None else gigabytes
        gone += tidy(app.db, app.paths, round(limit * 1e9))
    click.echo(json.dumps({"removed": gone}) if as_json else f"{len(gone)} adapters removed")


def _facts(one: Adapter) -> dict[str, str]:
    return {
        "adapter": one.id,
        "state": f"{one.state}: {one.reason}" if one.reason else one.state,
        "learnt": f"{one.mails} mails by {one.plan.get('method', '?')}",
        "began": one.created_at,
        "judged": one.finished_at or "not yet",
    }


def _known(app: App, adapter_id: str) -> Adapter:
    found = store.get(app.db, adapter_id)
    if found is None:
        raise PanzadError(f"there is no adapter {adapter_id}", "see `panzad adapters list`")
    return found


def _serve(app: App, adapter: Adapter, as_json: bool, *, back: bool = False) -> None:
    with app.db.transaction() as tx:
        (store.go_back if back else store.serve)(tx, adapter.id)
    ring(app.paths.state)
    _tell(adapter.id, as_json)


def _check(app: App, adapter: Adapter) -> None:
    """Raises PanzadError when the adapter cannot write."""
    files = resolve(app.config().model.base, app.paths.models)
    if adapter.base != files.fingerprint:
        raise PanzadError(
            f"adapter {adapter.id} was trained for another base model than {files.name}",
            "set model.base to that model, or choose another adapter",
        )
    verify(app.paths.adapters / adapter.id)


def _unfit(app: App, adapter: Adapter) -> str | None:
    """Why the adapter cannot write; None when it can."""
    try:
        _check(app, adapter)
    except PanzadError as error:
        return error.what
    return None


def _tell(serving: str | None, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"serving": serving}))
    else:
        who = "the base model" if serving is None else f"adapter {serving}"
        click.echo(f"{who} writes the drafts now")
