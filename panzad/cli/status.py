"""`panzad status`: how everything stands, for people, for programs, or live."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from panzad.cli.app import App, json_option
from panzad.cli.measures import HEADING, listed
from panzad.errors import ConfigError
from panzad.visible import visible

REFRESH_SECONDS = 1.0
WEEKS_SHOWN = 4
_MARK = "  {:>4}  {:11}  {:16}  {:16}  {}"


@click.command()
@json_option()
@click.option("--watch", is_flag=True, help="Keep showing, until interrupted.")
@click.pass_obj
def status(app: App, as_json: bool, watch: bool) -> None:
    """Show accounts, counts with reasons, adapters, marks and drafts, errors, next training."""
    values, error = _read(app)
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
    elif not watch:
        Console().print(_shown(values))
    else:
        with Live(_shown(values), auto_refresh=False) as live:
            while True:
                time.sleep(REFRESH_SECONDS)
                live.update(_shown(_read(app)[0]), refresh=True)
    if error is not None:
        raise error


def _read(app: App) -> tuple[dict[str, Any], ConfigError | None]:
    """How everything stands, and what is wrong with the config, if it is there but broken.

    A daemon goes on with the settings it read before, and that is what a user comes to see.
    """
    from panzad.overview import overview

    try:
        config, error = app.config(), None
    except ConfigError as broken:
        if not app.paths.config.exists():
            raise
        config = error = broken
    return overview(app.db, app.paths, config, datetime.now().astimezone()), error


def _shown(values: dict[str, Any]) -> RenderableType:
    parts: list[RenderableType] = [_daemon(values)]
    for name, account in values["accounts"].items():
        parts += _account(name, account)
    parts += [_learning(values), _adapters(values["adapters"]), _training(values["training"])]
    parts += [
        Text(f"! {one['scope']}: {one['what']}: {one['remedy']} ({one['times']}x)", style="red")
        for one in values["problems"]
    ]
    return Group(*parts)


def _daemon(values: dict[str, Any]) -> Text:
    running = values["daemon"]["running"]
    paused = values["daemon"]["paused_since"]
    rests = f", paused since {paused} (`panzad resume`)" if paused else ""
    return Text(("daemon runs" if running else "daemon does not run") + rests, style="bold")


def _account(name: str, account: dict[str, Any]) -> list[RenderableType]:
    counted = account["mails"]
    unused = ", ".join(f"{count} {reason}" for reason, count in counted["unused"].items())
    folders = ", ".join(f"{folder['name']} ({folder['role']})" for folder in account["folders"])
    parts: list[RenderableType] = [
        Text(f"\n{name}", style="bold"),
        Text(f"  folders   {folders or 'not looked at yet'}"),
        Text(
            f"  sent      {counted['mails']} mails, {counted['used']} used"
            + (f"; not used: {unused}" if unused else "")
        ),
        Text(f"  marks     {_counts(account['marks']) or 'none yet'}"),
        *_queue(account["queue"]),
        *_drafts(account["drafts"]),
    ]
    if account["recent"]:
        parts.append(Text(_MARK.format("mark", "kind", "state", "since", "adapter"), style="bold"))
        for mark in account["recent"]:
            parts += _mark(mark)
    return parts


def _mark(mark: dict[str, Any]) -> Iterator[RenderableType]:
    """One mark: how it stands, and below it the mail with the reason, whatever their length."""
    since = datetime.fromisoformat(mark["changed_at"]).astimezone()
    values = (mark["id"], mark["kind"], mark["state"], f"{since:%Y-%m-%d %H:%M}", mark["adapter"])
    yield Text(_MARK.format(*(value or "" for value in values)).rstrip())
    for line in (mark["message_id"], mark["reason"] or mark["note"]):
        if line:
            # Whoever wrote the mail has chosen its Message-ID.
            yield Padding(Text(visible(line), overflow="fold"), (0, 0, 0, 8))


def _queue(queue: dict[str, Any]) -> list[RenderableType]:
    """What waits for its draft, newest first, when the hourly limit holds it up."""
    if not queue["waiting"] or queue["per_hour"] is None:
        return []
    limit = f"at most {queue['per_hour']} drafts an hour"
    return [Text(f"  queue     {queue['waiting']} marks wait, the newest come first; {limit}")]


def _drafts(drafts: dict[str, Any]) -> list[RenderableType]:
    """How far the drafts were used, in all and in the last weeks."""
    if not drafts["decided"]:
        return []
    parts: list[RenderableType] = [Text(f"  drafts    {_use(drafts)}")]
    if drafts["unused_in_a_row"]:
        parts.append(Text(f"            {drafts['unused_in_a_row']} unused in a row"))
    parts += [
        Text(f"            {one['week']}: {_use(one)}") for one in drafts["weeks"][-WEEKS_SHOWN:]
    ]
    return parts


def _use(counted: dict[str, Any]) -> str:
    share = f"{counted['used']} of {counted['decided']} used ({counted['use_rate']:.0%})"
    changed = counted["mean_edit_distance"]
    return share if changed is None else f"{share}, {changed:.0%} of their words changed"


def _learning(values: dict[str, Any]) -> Text:
    counted, index = values["pairs"], values["index"]
    return Text(
        f"\nplayback    {counted['done']} pairs, {counted['pending']} waiting,"
        f" {counted['failed']} without an instruction, {counted['duplicate']} duplicate\n"
        f"index       {index['embedded']} mails, {index['waiting']} waiting"
    )


def _adapters(adapters: list[dict[str, Any]]) -> RenderableType:
    if not adapters:
        return Text("adapters    none yet; the base model writes")
    parts: list[RenderableType] = [Text(), HEADING]
    for one in adapters:
        why = one["reason"] or ""
        if one["tainted_at"]:
            why = "to be replaced: learnt what is forgotten since"
        parts += listed(one["id"], one["state"], one["mails"], one["metrics"], why)
    return Group(*parts)


def _training(training: dict[str, Any]) -> Text:
    if training["running"]:
        return Text("\ntraining    runs now")
    new = f"{training['new_mails']} new mails"
    cut_off = "; a run goes on from its checkpoint" if training["unfinished_run"] else ""
    waits = f"; waits for {training['waits_for']}" if training["waits_for"] else ""
    next_at = f"; next at {training['next_at']}" if training["next_at"] else ""
    return Text(f"\ntraining    {new}{cut_off}{waits}{next_at}")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts.items())
