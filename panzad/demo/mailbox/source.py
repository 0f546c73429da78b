"""Reads the sample mailbox's source files: who writes, and who wrote what in which thread.

`people.toml` names the owner and gives each person a name, an address, a mail client and, where
they use one, a signature. A thread file has a `subject` and its `[[mail]]` tables in order; each
answers the one before it, so recipients, subject and ids follow from the order. A mail holds
`from` (a key of people.toml), `date`, `text` (one paragraph a line), and where it differs from
the habit: `to`, `cc`, `client`, `signature = true`, `awaits_answer = true`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from panzad.mail.message import Address

Client = Literal[
    "thunderbird-top",
    "thunderbird-bottom",
    "thunderbird-inline",
    "thunderbird-forward",
    "gmail",
    "outlook",
    "responder",
]

_MAIL_KEYS = frozenset(("from", "date", "text", "to", "cc", "client", "signature", "awaits_answer"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes mail, the client they mostly use, and their signature (may be empty)."""

    address: Address
    client: Client
    signature: str


@dataclass(frozen=True, slots=True)
class People:
    """Everybody in the mailbox by the key that thread files use."""

    owner: Person
    by_key: Mapping[str, Person]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as written: `text` without quote and signature, `client` says how both are added.

    `thunderbird-inline` answers between `>` lines that stand in `text`; a `responder` is the
    holiday notice that a server sends by itself.
    """

    message_id: str
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime
    subject: str
    client: Client
    text: str
    signature: str
    awaits_answer: bool


def read_people(text: str) -> People:
    """The people of `people.toml`. Raises ValueError when an entry is not understood."""
    table = tomllib.loads(text)
    by_key = {
        key: Person(
            Address(entry["name"], entry["address"]),
            _client(entry["client"]),
            entry.get("signature", "").strip("\n"),
        )
        for key, entry in table["people"].items()
    }
    return People(by_key[table["owner"]], by_key)


def read_thread(slug: str, text: str, people: People) -> tuple[Letter, ...]:
    """The mails of one thread file, oldest first; `slug` is its name and goes into the ids.

    Raises ValueError naming the thread when a mail is not understood.
    """
    table = tomllib.loads(text)
    letters: list[Letter] = []
    for entry in table["mail"]:
        try:
            letters.append(_letter(slug, table["subject"], entry, letters, people))
        except (KeyError, ValueError) as error:
            raise ValueError(f"{slug}.toml, mail {len(letters) + 1}: {error}") from error
    return tuple(letters)


def _letter(
    slug: str, subject: str, entry: dict[str, Any], before: Sequence[Letter], people: People
) -> Letter:
    if unknown := entry.keys() - _MAIL_KEYS:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))}")
    person = people.by_key[entry["from"]]
    sender = person.address
    client = _client(entry.get("client", person.client))
    date: datetime = entry["date"]
    if date.tzinfo is None or (before and date <= before[-1].date):
        raise ValueError(f"date {date} needs an offset and must follow the mail before it")
    parent = before[-1] if before else None
    return Letter(
        message_id=f"<{slug}.{len(before) + 1}@{sender.domain}>",
        sender=sender,
        to=_addresses(entry["to"], people) if "to" in entry else _answered(sender, parent, people),
        cc=_addresses(entry.get("cc", ()), people),
        date=date,
        subject=_prefix(client, parent) + subject,
        client=client,
        text=entry["text"].strip("\n"),
        signature=person.signature if entry.get("signature", False) else "",
        awaits_answer=entry.get("awaits_answer", False),
    )


def _client(name: str) -> Client:
    for client in get_args(Client):
        if client == name:
            return client
    raise ValueError(f"unknown client {name}")


def _addresses(keys: Sequence[str], people: People) -> tuple[Address, ...]:
    return tuple(people.by_key[key].address for key in keys)


def _answered(sender: Address, parent: Letter | None, people: People) -> tuple[Address, ...]:
    """Whom a mail goes to when it does not say: the answered mail's author, else the owner."""
    if parent is None:
        if sender == people.owner.address:
            raise ValueError("a new mail of the owner's needs `to`")
        return (people.owner.address,)
    return parent.to if parent.sender == sender else (parent.sender,)


def _prefix(client: Client, parent: Letter | None) -> str:
    if parent is None:
        return ""
    return "Fwd: " if client == "thunderbird-forward" else "Re: "
