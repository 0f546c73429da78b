"""What every command starts from: the paths, the settings, the database, the log."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click

from panzad import config as settings
from panzad.config import Account, Config, Paths
from panzad.errors import UsageError
from panzad.private import check_config, check_state
from panzad.store.database import Database

_F = TypeVar("_F", bound=Callable[..., Any])


class App:
    """The global options, and what follows from them, made when first used."""

    def __init__(self, config: Path | None, state: Path | None, verbose: bool) -> None:
        self.config_option = config
        self.state_option = state
        self.verbose = verbose

    @cached_property
    def paths(self) -> Paths:
        """Where everything is."""
        return settings.locate(self.config_option, self.state_option)

    def config(self) -> Config:
        """The settings. Raises ConfigError."""
        config = settings.load(self.paths.config)
        check_config(config, self.paths.config)
        return config

    @cached_property
    def db(self) -> Database:
        """The database. Raises StateDamaged, also where others could read it."""
        check_state(self.paths)
        return Database(self.paths.database)

    def log(self, process: str) -> None:
        """Set up the log of this process."""
        from panzad.logs import configure

        file = self.paths.log if self.paths.state.is_dir() else None
        configure(verbose=self.verbose, process=process, file=file)

    @property
    def child_options(self) -> list[str]:
        """The global options, for a child process."""
        options: list[str] = []
        if self.config_option is not None:
            options += ["--config", str(self.config_option)]
        if self.state_option is not None:
            options += ["--state", str(self.state_option)]
        return options


def account_named(config: Config, name: str | None) -> tuple[str, Account]:
    """The account with this name, or the first one. Raises UsageError for an unknown one."""
    named = accounts_named(config, [name] if name else [])
    return next(iter(named.items()))


def accounts_named(config: Config, names: Sequence[str]) -> dict[str, Account]:
    """The accounts with these names, or all. Raises UsageError for an unknown one."""
    for name in names:
        if name not in config.accounts:
            raise UsageError(
                f"there is no account {name}", f"the config has {', '.join(config.accounts)}"
            )
    return {name: config.accounts[name] for name in names or config.accounts}


def json_option(shown: str = "One JSON object on standard output.") -> Callable[[_F], _F]:
    """The option `--json` of a command, which it takes as `as_json`; `shown` is for its help."""
    return click.option("--json", "as_json", is_flag=True, help=shown)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for: `status` needs no torch."""

    def __init__(self, *args: Any, commands_at: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self._commands_at.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        return getattr(importlib.import_module(module), name)
