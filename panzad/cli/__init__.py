"""The panzad command: global options, and one module per command group."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any

import click

from panzad import __version__
from panzad.cli.app import App, LazyGroup
from panzad.errors import PanzadError, unusable
from panzad.private import make_private
from panzad.store.database import Unreadable, explained

COMMANDS = {
    "init": "panzad.cli.setup:init",
    "login": "panzad.cli.login:login",
    "check": "panzad.cli.setup:check",
    "run": "panzad.cli.run:run",
    "status": "panzad.cli.status:status",
    "sync": "panzad.cli.learn:sync",
    "learn": "panzad.cli.learn:learn",
    "train": "panzad.cli.train:train",
    "draft": "panzad.cli.draft:draft",
    "write": "panzad.cli.draft:write",
    "evaluate": "panzad.cli.evaluate:evaluate",
    "adapters": "panzad.cli.adapters:adapters",
    "models": "panzad.cli.models:models",
    "explain": "panzad.cli.explain:explain",
    "import": "panzad.cli.importing:import_",
    "export": "panzad.cli.export:export",
    "pause": "panzad.cli.pause:pause",
    "resume": "panzad.cli.pause:resume",
    "logs": "panzad.cli.logs:logs",
    "report": "panzad.cli.logs:report",
    "forget": "panzad.cli.forget:forget",
    "backup": "panzad.cli.backup:backup",
    "restore": "panzad.cli.backup:restore",
    "demo": "panzad.cli.demo:demo",
}


class Commands(LazyGroup):
    """The commands; a database or file that cannot be used is told like every other error."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Unreadable as error:
            raise explained(error, ctx.obj.paths.database) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # of a pager that was left; click knows what to do
                raise
            raise unusable(error) from error


@click.group(cls=Commands, commands_at=COMMANDS)
@click.option("--config", type=click.Path(path_type=Path), help="The config file to read.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep everything (config, database, models, adapters) under this folder.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log more, to standard error.")
@click.version_option(__version__, prog_name="panzad")
@click.pass_context
def cli(context: click.Context, config: Path | None, state: Path | None, verbose: bool) -> None:
    """panzad drafts your mail as you would write it, from your own past mail, on your machine."""
    context.obj = App(config, state, verbose)


def main() -> None:
    """Run the command; an error a user can act on is one line and a documented exit code."""
    make_private()
    try:
        cli(prog_name="panzad")
    except PanzadError as error:
        click.echo(f"panzad: {error}", err=True)
        sys.exit(error.exit_code)
