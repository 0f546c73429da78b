"""Fetches an account's password from the source that its config names."""

from __future__ import annotations

import getpass
import os
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import structlog

from panzad.config import Auth
from panzad.errors import LoginError

COMMAND_SECONDS = 60
KEYRING_SERVICE = "panzad"

log = structlog.get_logger("panzad.secrets")


def password_of(account: str, auth: Auth) -> str:
    """The password of an account. Raises LoginError naming the source and the remedy."""
    if auth.command is not None:
        what = f"the password command of account {account}"
        return from_command(auth.command, what, "auth.command")
    if auth.credential is not None:
        return _from_credential(account, auth.credential)
    if auth.keyring:
        return _from_keyring(account)
    if auth.prompt:
        return _from_terminal(account)
    if auth.password is None:
        raise LoginError(f"account {account} names no source of its password", "see auth in config")
    log.warning("password.in_config", account=account, remedy="use auth.command or auth.keyring")
    return auth.password.get_secret_value()


def from_command(command: str, what: str, key: str) -> str:
    """The first line that a command prints: a secret.

    Raises LoginError with `what` for the command and `key` for its place in the config.
    """
    try:
        done = subprocess.run(
            shlex.split(command),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, ValueError) as error:
        raise LoginError(f"{what} cannot be run ({error})", f"mend {key}") from None
    except subprocess.TimeoutExpired:
        raise LoginError(f"{what} took over {COMMAND_SECONDS} s", "unlock its store") from None
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines or not lines[0]:
        raise LoginError(
            f"{what} gave nothing (exit status {done.returncode})", "run it by hand to see why"
        )
    return lines[0]


def _from_credential(account: str, name: str) -> str:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise LoginError(
            f"account {account} wants the systemd credential {name}, but there is none here",
            f"add LoadCredential={name}:PATH to the unit, or start panzad from it",
        )
    try:
        return Path(folder, name).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise LoginError(
            f"cannot read the systemd credential {name} ({error.strerror})",
            f"add LoadCredential={name}:PATH to the unit",
        ) from None


def _from_keyring(account: str) -> str:
    # Imported here: the backends cost the idle daemon memory that most accounts never need.
    import keyring
    from keyring.errors import KeyringError

    remedy = f"store it by `keyring set {KEYRING_SERVICE} {account}`"
    try:
        found = keyring.get_password(KEYRING_SERVICE, account)
    except KeyringError as error:
        raise LoginError(f"the keyring cannot be read ({error})", remedy) from None
    if not found:
        raise LoginError(f"the keyring has no password for account {account}", remedy)
    return found


def _from_terminal(account: str) -> str:
    if not sys.stdin.isatty():
        raise LoginError(
            f"the password of account {account} is to be asked for, but there is no terminal",
            "start panzad from a terminal, or use auth.command, keyring or credential",
        )
    with warnings.catch_warnings():
        # Where the terminal cannot be silenced it would show the password.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            found = getpass.getpass(f"Password of account {account}: ")
        except (EOFError, getpass.GetPassWarning):
            found = ""
    if not found:
        raise LoginError(f"no password was given for account {account}", "try again")
    return found
