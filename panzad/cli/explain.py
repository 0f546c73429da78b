"""`panzad explain`: what panzad makes of mail files, so that a user can see why."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from panzad.cli.app import App, json_option
from panzad.cli.mailfiles import mails_of
from panzad.config import Config
from panzad.learning.intake import (
    EXCLUDED,
    SECRET,
    is_excluded,
    is_secret,
    owner,
    recipients_of,
)
from panzad.learning.privacy import exclusions_of
from panzad.mail.classify import is_list, kind
from panzad.mail.exclusion import Exclusions
from panzad.mail.extract import extract
from panzad.mail.identities import canonical
from panzad.mail.language import language_of
from panzad.mail.message import Address, Extraction, Message
from panzad.mail.parse import parse
from panzad.mail.recipients import reply_recipients, why_no_draft
from panzad.mail.sensitive import masked
from panzad.mail.signatures import name_words, repeated, without_repeated
from panzad.mail.unwrap import unwrapped
from panzad.mail.usable import reason_unused
from panzad.visible import visible

QUOTED_LINES_SHOWN = 3
LONGEST_OK = 12
NOTHING_EXCLUDED = Exclusions()
# One of these stands in every mail that ever was sent or drafted.
_FIELDS = ("From", "Date", "Subject", "Message-ID", "To", "Received")


@dataclass(frozen=True, slots=True)
class Explained:
    """A mail of a file and what is made of it; `own_text` as it is learnt, unwrapped."""

    path: Path
    message_id: str | None
    author: str
    kind: str
    reason: str | None
    language: str
    extraction: Extraction
    own_text: str
    signature: str
    reply_to: tuple[str, ...]
    no_draft: str | None
    in_reply_to: str | None

    def as_dict(self) -> dict[str, Any]:
        """The fields of the contract (DESIGN.md, "CLI contract")."""
        return {
            "path": str(self.path),
            "message_id": self.message_id,
            "kind": self.kind,
            "used": self.reason is None,
            "reason": self.reason,
            "language": self.language or None,
            "unquoted": self.extraction.unquoted,
            "own_text": self.own_text,
            "signature": self.signature,
            "footer": self.extraction.footer,
            "quotes": [
                {"from": quote.author, "date": quote.date, "text": quote.text}
                for quote in self.extraction.quotes
            ],
            "reply_to": list(self.reply_to),
            "in_reply_to": self.in_reply_to,
        }


@click.command()
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH…",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@json_option("One JSON object a line.")
@click.pass_obj
def explain(app: App, paths: tuple[Path, ...], as_json: bool) -> None:
    """Say what is read from mail files (.eml, mbox): own words, quotes, kind, recipients.

    What `[privacy]` in the config excludes is said to be so (folders cannot be told from a file).
    Without a config file every mail is judged as if its sender were you. What several mails of
    one author show together, an unmarked signature, is applied to each of them.
    """
    config = app.config() if app.paths.config.exists() else None
    identities = () if config is None else _identities(config)
    exclusions = NOTHING_EXCLUDED if config is None else exclusions_of(config.privacy)
    found = [
        explained(path, parse(raw), identities, exclusions)
        for path in paths
        for raw in mails_of(path)
    ]
    for one in compared(found, identities):
        if as_json:
            # All ASCII: some readers end a line at U+0085 or U+2028 too.
            click.echo(json.dumps(one.as_dict()))
        else:
            _show(one)


def explained(
    path: Path,
    message: Message,
    identities: Sequence[Address],
    exclusions: Exclusions = NOTHING_EXCLUDED,
) -> Explained:
    """What is made of one mail by itself; `exclusions` are those of the config."""
    extraction = extract(message)
    own_text = unwrapped(extraction.own_text)
    reason = reason_unused(message, extraction, identities or message.from_[:1])
    if is_excluded(exclusions, recipients_of(message), (message.subject, own_text)):
        reason = EXCLUDED
    elif is_secret(masked(own_text)):
        reason = reason or SECRET
    if all(message.header(name) is None for name in _FIELDS):
        reason = "no-header"
    sort = kind(message, [one.email for one in identities])
    if sort == "automatic":
        reason = reason or sort
    addressed = identities or _addressed(message)
    # Where no config says who you are, you may well write to the list.
    posts = not identities and is_list(message, [one.email for one in addressed])
    no_draft = why_no_draft(message, addressed, takes_part=posts)
    recipients = reply_recipients(message, addressed, "auto")
    return Explained(
        path=path,
        message_id=message.message_id,
        author=canonical(message.from_[0].email) if message.from_ else "",
        kind=sort,
        reason=reason,
        language=language_of(own_text, _answered(extraction)),
        extraction=extraction,
        own_text=own_text,
        signature=extraction.signature,
        reply_to=() if no_draft else tuple(one.email for one in (*recipients.to, *recipients.cc)),
        no_draft=no_draft,
        in_reply_to=next(iter(message.in_reply_to), None),
    )


def compared(found: Sequence[Explained], identities: Sequence[Address]) -> Iterator[Explained]:
    """The mails in the light of their author's others: repeated signatures, usual language."""
    by_author: defaultdict[str, list[Explained]] = defaultdict(list)
    for one in found:
        by_author[one.author].append(one)
    lines = {who: repeated(one.own_text for one in mails) for who, mails in by_author.items()}
    usual = {who: _usual(mails) for who, mails in by_author.items()}
    for one in found:
        names = name_words((Address("", one.author), *identities))
        own, signature = without_repeated(one.own_text, lines[one.author], names)
        under = "\n".join(part for part in (signature, one.signature) if part)
        yield replace(
            one,
            own_text=own,
            signature=under,
            language=_language(own, _answered(one.extraction), usual[one.author]),
            reason=one.reason or (None if own else "no-own-text"),
        )


def _language(own: str, answered: str, usual: str) -> str:
    """What a mail tells itself; the files beside it speak only for an "Ok"."""
    found = language_of(own, answered)
    return found if found or len(own) > LONGEST_OK else usual


def _answered(extraction: Extraction) -> str:
    """The language of the newest mail that is quoted."""
    client = extraction.client_language
    return language_of(extraction.quotes[0].text, client) if extraction.quotes else client


def _usual(mails: Sequence[Explained]) -> str:
    counted = Counter(one.language for one in mails if one.language)
    return counted.most_common(1)[0][0] if counted else ""


def _addressed(message: Message) -> tuple[Address, ...]:
    """Whom a mail was for, where no config says who you are: its only recipient."""
    everybody = (*message.to, *message.cc)
    return everybody if len(everybody) == 1 else (Address("", ""),)


def _identities(config: Config) -> tuple[Address, ...]:
    """Every address of every account."""
    return tuple(one for account in config.accounts.values() for one in owner(account))


def _show(one: Explained) -> None:
    click.secho(visible(f"{one.path}  {one.message_id or ''}".rstrip()), bold=True)
    if one.reason == "no-header":
        click.echo("  not a mail: it has no header")
        return
    verdict = "used" if one.reason is None else f"not used ({one.reason})"
    answer = f"no draft: {one.no_draft}"
    if one.no_draft is None:
        answer = f"a reply goes to {', '.join(one.reply_to) or '-'}"
    shown = [f"  {one.kind}, {verdict}, in {one.language or 'an unknown language'}; {answer}"]
    if one.in_reply_to:
        shown.append(f"  answers {one.in_reply_to}")
    for name, text in (
        ("own text", one.own_text),
        ("signature", one.signature),
        ("footer", one.extraction.footer),
    ):
        if text:
            shown += [f"  {name}:", *(f"    {line}" for line in text.split("\n"))]
    for quote in one.extraction.quotes:
        lines = quote.text.split("\n")
        who = " ".join(part for part in (quote.author or "somebody", quote.date) if part)
        shown.append(f"  quotes {who} ({len(lines)} line{'' if len(lines) == 1 else 's'}):")
        more = ["…"] if len(lines) > QUOTED_LINES_SHOWN else []
        shown += [f"    > {line}" for line in (*lines[:QUOTED_LINES_SHOWN], *more)]
    click.echo("\n".join(visible(line) for line in shown))
