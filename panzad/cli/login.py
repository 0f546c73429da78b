"""`panzad login`: the user grants access to a mailbox by OAuth 2, once."""

from __future__ import annotations

import os
import threading
import webbrowser
from typing import TYPE_CHECKING

import click

from panzad.cli.app import App, accounts_named
from panzad.config import Config, OAuth2
from panzad.daemon.bell import ring
from panzad.errors import UsageError

if TYPE_CHECKING:
    from panzad.secrets.oauth import DeviceCode


@click.command()
@click.argument("account", required=False)
@click.option("--device", is_flag=True, help="Grant it on another device, by typing a code there.")
@click.pass_obj
def login(app: App, account: str | None, device: bool) -> None:
    """Grant panzad access to an account's mail by OAuth 2, in a browser.

    The access is kept in the keyring and renewed by itself, until you take it back at the provider.
    """
    from panzad.mailbox import connect
    from panzad.secrets.browser import granted_in_browser
    from panzad.secrets.device import granted_on_device
    from panzad.secrets.grants import granted
    from panzad.secrets.oauth import client_of

    app.log("login")
    config = app.config()
    name, auth = _meant(config, account)
    mailbox = config.accounts[name]
    client = client_of(name, auth, report=config.report.mail)
    if device:
        tokens = granted_on_device(client, _show_code)
    else:
        tokens = granted_in_browser(client, mailbox.user, _show_page)
    granted(name, client, tokens)
    click.echo(f"access to {name} is granted, and kept in the keyring")
    ring(app.paths.state)
    with connect(name, mailbox) as session:
        click.echo(f"logged in to {session.host} as {mailbox.user}")


def _meant(config: Config, account: str | None) -> tuple[str, OAuth2]:
    """The account that is to be granted. Raises UsageError where it is not clear which."""
    named = accounts_named(config, () if account is None else (account,))
    found = [(name, one.auth) for name, one in named.items() if isinstance(one.auth, OAuth2)]
    match found:
        case [one]:
            return one
        case []:
            raise UsageError(
                f"account {account} does not log in by OAuth 2"
                if account
                else "no account logs in by OAuth 2",
                'set auth = { method = "oauth2", … } (see config.example.toml)',
            )
        case _:
            names = ", ".join(name for name, _ in found)
            raise UsageError("several accounts log in by OAuth 2", f"name one of {names}")


def _show_page(url: str, port: int) -> None:
    click.echo(f"Grant panzad access to your mail on this page:\n\n{url}\n")
    # Without a display the module would start a browser for the terminal over what stands here.
    if any(os.environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")):
        # Some browsers do not return before they are closed.
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
    else:
        click.echo(
            f"From another machine, first: ssh -L {port}:127.0.0.1:{port} THIS_MACHINE\n"
            "(the browser must come back to here)"
        )


def _show_code(code: DeviceCode) -> None:
    click.echo(f"On any device open {code.url}\nand type {code.user_code}")
