"""`panzad explain`: what panzad makes of mail files, so that a user can see why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from panzad.cli.app import App
from panzad.errors import UsageError
from panzad.mail import mbox
from panzad.mail.classify import kind
from panzad.mail.extract import extract
from panzad.mail.message import Address, Message
from panzad.mail.parse import parse
from panzad.mail.recipients import reply_recipients
from panzad.mail.usable import reason_unused


@click.command()
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH…",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def explain(app: App, paths: tuple[Path, ...], as_json: bool) -> None:
    """Say what is read from mail files (.eml, mbox): own words, quotes, kind, recipients.

    Without a config file every mail is judged as if its sender were you.
    """
    identities = _identities(app)
    for path in paths:
        for raw in _mails(path):
            found = explained(parse(raw), identities)
            if as_json:
                click.echo(json.dumps({"path": str(path), **found}, ensure_ascii=False))
            else:
                _show(path, found)


def explained(message: Message, identities: Sequence[Address]) -> dict[str, Any]:
    """The explanation of one mail (DESIGN.md, "CLI contract"), all but its path."""
    extraction = extract(message)
    own = identities or message.from_
    reason = reason_unused(message, extraction, frozenset(one.email for one in own))
    recipients = reply_recipients(message, identities or _addressed(message), "auto")
    return {
        "message_id": message.message_id,
        "kind": kind(message),
        "used": reason is None,
        "reason": reason,
        # Detected and stored with the deepened extraction (issue 3).
        "language": None,
        "unquoted": extraction.unquoted,
        "own_text": extraction.own_text,
        "signature": extraction.signature,
        "footer": extraction.footer,
        "quotes": [
            {"from": quote.author, "date": quote.date, "text": quote.text}
            for quote in extraction.quotes
        ],
        "reply_to": [one.email for one in (*recipients.to, *recipients.cc)],
        "in_reply_to": next(iter(message.in_reply_to), None),
    }


def _addressed(message: Message) -> tuple[Address, ...]:
    """Whom a mail was for, where no config says who you are: its only recipient."""
    everybody = (*message.to, *message.cc)
    return everybody if len(everybody) == 1 else (Address("", ""),)


def _identities(app: App) -> tuple[Address, ...]:
    """Every address of every account; none without a config file."""
    if not app.paths.config.exists():
        return ()
    return tuple(
        Address(account.name, email)
        for account in app.config().accounts.values()
        for email in account.identities
    )


def _mails(path: Path) -> Iterator[bytes]:
    """The mails of a file. Raises UsageError when it cannot be read."""
    try:
        with path.open("rb") as file:
            if file.peek(5).startswith(b"From "):
                yield from mbox.messages(file)
            else:
                yield file.read()
    except OSError as error:
        raise UsageError(f"cannot read {path} ({error.strerror})", "check its mode") from error


def _show(path: Path, found: dict[str, Any]) -> None:
    verdict = "used" if found["used"] else f"not used ({found['reason']})"
    click.secho(f"{path}  {found['message_id'] or ''}", bold=True)
    click.echo(
        f"  {found['kind']}, {verdict}; a reply goes to {', '.join(found['reply_to']) or '-'}"
    )
    for name in ("own_text", "signature", "footer"):
        if found[name]:
            click.echo(f"  {name.replace('_', ' ')}:")
            click.echo("".join(f"    {line}\n" for line in found[name].split("\n")), nl=False)
    for quote in found["quotes"]:
        lines = quote["text"].count("\n") + 1
        click.echo(f"  quotes {quote['from'] or 'somebody'} {quote['date']} ({lines} lines)")
