"""`panzad forget`: takes mail out of all that panzad keeps, proves it, and keeps it out."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from dataclasses import asdict

import click

from panzad.cli.app import App, json_option
from panzad.daemon.bell import ring
from panzad.errors import PanzadError, UsageError
from panzad.learning import forgetting, traces
from panzad.learning.privacy import enforce
from panzad.locks import held, is_held
from panzad.logfile import forget_lines
from panzad.mail.forgetting import Target, target_of
from panzad.mail.identities import is_own
from panzad.store import adapters
from panzad.store import forgotten as store
from panzad.training.adapters import remove


@click.command()
@click.argument("target", nargs=-1, metavar="ADDRESS | <MESSAGE-ID> | FOLDER | before DATE")
@click.option("--verify", is_flag=True, help="Search every file for what was forgotten.")
@click.option("--lift", is_flag=True, help="Let it in again with the next sync.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option()
@click.pass_obj
def forget(
    app: App, target: tuple[str, ...], verify: bool, lift: bool, yes: bool, as_json: bool
) -> None:
    """Take mail out of dataset, index, caches and logs for good, and prove that it is gone.

    The mail on the server stays as it is. Adapters that may have learnt from it are trained anew.
    """
    app.log("forget")
    if not target:
        if not verify:
            raise UsageError("nothing to forget is named", "name it, or use --verify alone")
        _report(app, {}, traces.search_names(app.db, app.paths), as_json)
        return
    wanted = _target(app, target)
    if lift:
        if not forgetting.lift(app.db, wanted):
            raise PanzadError("that was not forgotten", "write it as it was written then")
        ring(app.paths.state)
        click.echo(json.dumps({"lifted": True}) if as_json else "it comes back with the next sync")
        return
    if not yes and not as_json:
        click.confirm(f"Forget this {_NAMES[wanted.kind]} for good?", abort=True)
    _forget(app, wanted, as_json)


_NAMES = {
    "address": "person: all mail to and from them",
    "message": "mail",
    "folder": "folder: all mail in it",
    "before": "time: all mail from before that day",
}


def _target(app: App, words: tuple[str, ...]) -> Target:
    try:
        target = target_of(words, store.message_ids(app.db))
    except ValueError as error:
        raise UsageError("this cannot be forgotten", str(error)) from None
    accounts = app.config().accounts.values()
    if target.kind == "address" and any(is_own(target.value, one.identities) for one in accounts):
        raise UsageError(
            f"{target.value} is an address of your own",
            "to forget everything, stop panzad and delete its folders",
        )
    return target


def _forget(app: App, target: Target, as_json: bool) -> None:
    config = app.config()
    with ExitStack() as locks:
        # Who is in the middle of a sync or a lesson would put back what it read before.
        for name in ("learn", *(f"sync-{one}" for one in config.accounts)):
            locks.enter_context(held(app.paths.locks, name, wait=True))
        enforce(app.db, config.privacy)
        tombstones = forgetting.tombstones_of(app.db, target)
        pieces = traces.leaving(app.db, forgetting.as_known(store.key(app.db), tombstones))
        changed = forgetting.forget(app.db, target)
        for path in app.paths.index.glob("*"):
            path.unlink(missing_ok=True)
        _drop_run_under_way(app)
        forget_lines(app.paths.log, _as_logged(target.value))
        compacted = app.db.compact()
    ring(app.paths.state)
    searched = traces.search_words(app.db, app.paths, pieces)
    named = traces.search_names(app.db, app.paths)
    places = tuple(dict.fromkeys((*searched.places, *named.places)))
    if not compacted:
        places = (*places, "the database's write-ahead log (a running panzad was reading it)")
    done = {
        "mails": changed,
        "to_retrain": [one.id for one in adapters.tainted(app.db)],
        "pieces_searched": len(pieces),
    }
    _report(app, done, traces.Searched(searched.files, searched.bytes, places), as_json)


def _as_logged(name: str) -> re.Pattern[str]:
    """A name as it may stand in a line of JSON, whole."""
    forms = {re.escape(name), re.escape(json.dumps(name)[1:-1])}
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(forms))})(?!\w)", re.IGNORECASE)


def _drop_run_under_way(app: App) -> None:
    """A run that was cut off has its weights in a checkpoint; it could not be gone on with."""
    run = adapters.training(app.db)
    if run is None or run.tainted_at is None or is_held(app.paths.locks, "train"):
        return
    # Its files first: of a run that is no longer under way nobody would look for them.
    remove(app.paths.adapters / run.id)
    with app.db.transaction() as tx:
        adapters.fail(tx, run.id, "some of its mails were forgotten")


def _report(app: App, done: dict[str, object], searched: traces.Searched, as_json: bool) -> None:
    config_names = app.paths.config.exists() and any(
        forgetting.known(app.db).named(app.paths.config.read_text("utf-8", "replace"))
    )
    if as_json:
        click.echo(json.dumps({**done, **asdict(searched), "config_names_it": config_names}))
    else:
        if done:
            click.echo(f"{done['mails']} mails left or lost what is forgotten")
            for adapter in adapters.tainted(app.db):
                click.echo(
                    f"adapter {adapter.id} may have learnt from it: it is replaced by the next"
                    " training; until then `panzad adapters use none` stops it"
                )
        size = f"{searched.bytes / 1e6:.1f} MB in {searched.files} files"
        if not searched.places:
            click.echo(f"searched {size}: nothing is left")
        if config_names:
            click.echo("your config file names it; take it out there if you wish")
    if searched.places:
        raise PanzadError(
            f"something forgotten is still in {', '.join(searched.places)}",
            "stop the daemon, take marks off the mail, and run the same command again",
        )
