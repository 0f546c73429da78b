"""`panzad init` writes a config file; `panzad check` says whether everything is in place."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import click

from panzad import config as settings
from panzad.cli.app import App, json_option
from panzad.config import Account, Config
from panzad.errors import ConfigError, PanzadError

_TEMPLATE = """\
# Written by `panzad init`; config.example.toml explains every key.
[accounts.{account}]
address = {address}
name = {name}
imap = {{ host = {host}, port = {port}, security = {security} }}
auth = {{ user = {user}, {source} }}
"""
_HOSTS = {"google": "imap.gmail.com", "microsoft": "outlook.office365.com"}


def _account_name(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not settings.is_account_name(value):
        raise click.BadParameter("a name may hold letters, digits, - and _ only")
    return value


def _own_address(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not settings.is_address(value.strip()):
        raise click.BadParameter("that is no mail address, such as me@example.org")
    return value.strip()


@click.command()
@click.option(
    "--account", default="mail", callback=_account_name, help="A short name for the account."
)
@click.option("--address", prompt="Your mail address", callback=_own_address)
@click.option("--name", prompt="Your name")
@click.option("--host", help="The IMAP server.")
@click.option("--port", type=click.IntRange(1, 65535), help="Its port.")
@click.option("--security", type=click.Choice(["tls", "starttls", "none"]), default="tls")
@click.option("--user", help="The login name; the address by default.")
@click.option("--command", help="A command that prints the password.")
@click.option("--keyring", is_flag=True, help="The password is in the keyring.")
@click.option("--oauth2", type=click.Choice(list(_HOSTS)), help="Log in without a password.")
@click.option("--client-id", help="With --oauth2: your registration of panzad with the provider.")
@click.pass_obj
def init(
    app: App,
    account: str,
    address: str,
    name: str,
    host: str | None,
    port: int | None,
    security: str,
    user: str | None,
    command: str | None,
    keyring: bool,
    oauth2: str | None,
    client_id: str | None,
) -> None:
    """Write a config file for one account."""
    path = app.paths.config
    if path.exists():
        raise ConfigError(f"{path} exists already", "edit it, or move it away")
    known = _HOSTS[oauth2] if oauth2 else f"imap.{address.rpartition('@')[2]}"
    host = host or click.prompt("IMAP server", default=known)
    if oauth2:
        client_id = client_id or click.prompt("The client id that the provider gave you")
    elif not command and not keyring:
        command = click.prompt(
            "A command that prints the password (empty: take it from the keyring)",
            default="",
            show_default=False,
        )
    text = _TEMPLATE.format(
        account=account,
        address=_quoted(address),
        name=_quoted(name),
        host=_quoted(str(host)),
        port=port or (993 if security == "tls" else 143),
        security=_quoted(security),
        user=_quoted(user or address),
        source=_source(command, oauth2, client_id),
    )
    settings.parse(text, str(path))
    _write_private(path, text)
    click.echo(f"wrote {path}")
    if oauth2:
        click.echo(f"grant access to your mail: panzad login {account}")
    elif not command:
        click.echo(f"store the password: keyring set panzad {account}")
    click.echo("then: panzad check")


def _source(command: str | None, oauth2: str | None, client_id: str | None) -> str:
    """What `auth` says beside the user."""
    if oauth2:
        keys = {"method": "oauth2", "provider": oauth2, "client_id": client_id or ""}
        return ", ".join(f"{key} = {_quoted(value)}" for key, value in keys.items())
    return f"command = {_quoted(command)}" if command else "keyring = true"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's, but for surrogate pairs (`\\ud83d…`) and a bare DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


@click.command()
@json_option("A JSON list on standard output.")
@click.pass_obj
def check(app: App, as_json: bool) -> None:
    """Try everything panzad needs: config, model, passwords, servers, folders."""
    app.log("check")
    config = app.config()
    results: list[dict[str, str]] = [{"what": "config", "result": "ok", "detail": ""}]
    first_error: PanzadError | None = None
    for what, probe in _probes(app, config):
        try:
            results.append({"what": what, "result": "ok", "detail": probe()})
        except PanzadError as error:
            first_error = first_error or error
            results.append({"what": what, "result": "failed", "detail": str(error)})
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False))
    else:
        for one in results:
            click.echo(f"{one['result']:7}{one['what']:20}{one['detail']}")
    if first_error is not None:
        raise SystemExit(first_error.exit_code)


def _probes(app: App, config: Config) -> list[tuple[str, Callable[[], str]]]:
    accounts = [
        (f"account {name}", lambda name=name, account=account: _account(name, account))
        for name, account in config.accounts.items()
    ]
    return [("state", lambda: _state(app)), ("model", lambda: _model(app, config)), *accounts]


def _state(app: App) -> str:
    app.db.check()
    return str(app.db.path)


def _model(app: App, config: Config) -> str:
    from panzad.engines.catalogue import resolve

    files = resolve(config.model.base, app.paths.models)
    return f"{files.name} ({files.path})"


def _account(name: str, account: Account) -> str:
    from panzad.mailbox import opened

    with opened(name, account) as mailbox:
        folders = mailbox.folders
        capabilities = mailbox.session.capabilities
        found = [name for name in ("IDLE", "CONDSTORE", "UIDPLUS") if name in capabilities]
        return (
            f"sent {', '.join(folders.sent)}; drafts {folders.drafts};"
            f" watch {', '.join(folders.marks)}; server has {', '.join(found) or 'plain IMAP'}"
        )
