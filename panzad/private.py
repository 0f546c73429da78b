"""What panzad keeps is its user's alone: made so, and refused where others can read it."""

from __future__ import annotations

import os
from pathlib import Path

from panzad.config import Auth, Config, OAuth2, Paths
from panzad.errors import ConfigError, StateDamaged

OTHERS = 0o077


def make_private() -> None:
    """Whatever this process and its children make is for its user only."""
    os.umask(OTHERS)


def check_state(paths: Paths) -> None:
    """Raises StateDamaged where others may read, or change, what panzad keeps of the mail."""
    beside = (paths.database.with_name(paths.database.name + end) for end in ("-wal", "-shm"))
    for path in (paths.state, paths.database, *beside, paths.log, paths.adapters, paths.index):
        if mode := _open_to_others(path):
            raise StateDamaged(
                f"others can use {path} (mode {mode:04o})", f"run `chmod -R go-rwx {path}`"
            )


def check_config(config: Config, path: Path) -> None:
    """Raises ConfigError where a secret stands in a file that others may read."""
    mode = _open_to_others(path)
    if mode and any(_told(one.auth) for one in config.accounts.values()):
        raise ConfigError(
            f"{path} holds a password and others can use it (mode {mode:04o})",
            f"run `chmod go-rwx {path}`, or take the password from auth.command or auth.keyring",
        )


def _told(auth: Auth | OAuth2) -> bool:
    return (auth.client_secret if isinstance(auth, OAuth2) else auth.password) is not None


def _open_to_others(path: Path) -> int:
    """The mode of a file or folder that is not its owner's alone; 0 of one that is, or is not."""
    try:
        mode = path.stat().st_mode & 0o7777
    except OSError:
        return 0
    return mode if mode & OTHERS else 0
