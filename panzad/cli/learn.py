"""`panzad sync` and `panzad learn`: take in sent mail, give it instructions and vectors."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click
from rich.progress import TaskID

from panzad.cli.app import App, accounts_named, json_option
from panzad.cli.progress import bars
from panzad.cli.tries import Tries
from panzad.config import Config
from panzad.daemon.bell import ring
from panzad.locks import held


@click.command()
@click.argument("account", nargs=-1)
@json_option()
@click.pass_obj
def sync(app: App, account: tuple[str, ...], as_json: bool) -> None:
    """Take in what is new in the Sent folders (of ACCOUNT, or of all)."""
    app.log("sync")
    config = app.config()
    tries = Tries()
    fetched = sync_accounts(app, config, tries, account)
    ring(app.paths.state)
    if as_json:
        click.echo(json.dumps({"fetched": fetched}))
    else:
        for name, count in fetched.items():
            click.echo(f"{name}: {count} new sent mail{'' if count == 1 else 's'}")
    tries.end()


def sync_accounts(
    app: App, config: Config, tries: Tries, names: tuple[str, ...] = ()
) -> dict[str, int]:
    """Sync accounts with a bar; returns how many mails came in, by account that could be synced."""
    from panzad.drafting.followup import follow_up
    from panzad.learning.sync import sync_account
    from panzad.mailbox import TO_SYNC, opened

    fetched: dict[str, int] = {}
    with bars() as progress:
        for name, account in accounts_named(config, names).items():
            task = progress.add_task(f"sync {name}", total=None)

            def advanced(_folder: str, count: int, task: TaskID = task) -> None:
                progress.advance(task, count)

            with (
                tries.one(name),
                held(app.paths.locks, f"sync-{name}", wait=True),
                opened(name, account, TO_SYNC) as mailbox,
            ):
                fetched[name] = sync_account(app.db, mailbox, config.privacy, advanced)
                follow_up(app.db, mailbox, config, datetime.now(UTC))
    return fetched


@click.command()
@json_option()
@click.pass_obj
def learn(app: App, as_json: bool) -> None:
    """Give each new sent mail its instruction and its vector."""
    app.log("learn")
    done = learn_all(app, app.config())
    ring(app.paths.state)
    if as_json:
        click.echo(json.dumps(done))
    else:
        click.echo(f"{done['instructions']} instructions, {done['embeddings']} embeddings")


def learn_all(app: App, config: Config) -> dict[str, int]:
    """Do all learning that is due, with bars; returns what was done."""
    from panzad.desk import Desk
    from panzad.learning.duplicates import mark_duplicates
    from panzad.learning.embedding import embed
    from panzad.learning.playback import play_back
    from panzad.learning.privacy import enforce
    from panzad.recall import EMBEDDER
    from panzad.store import embeddings, pairs

    desk = Desk(app.db, app.paths, config)
    with held(app.paths.locks, "learn", wait=True), bars() as progress:
        enforce(app.db, config.privacy)
        mark_duplicates(app.db)
        vectors = progress.add_task("embed", total=embeddings.wanting_count(app.db, EMBEDDER))
        embedded = embed(
            app.db,
            desk,
            go_on=lambda: True,
            done=lambda count: progress.advance(vectors, count),
        )
        played = progress.add_task("playback", total=pairs.counts(app.db)["pending"])
        instructed = play_back(
            app.db, desk, go_on=lambda: True, done=lambda: progress.advance(played)
        )
    desk.close()
    return {"embeddings": embedded, "instructions": instructed}
