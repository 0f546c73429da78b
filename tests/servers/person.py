"""A mailbox's owner at another mail program, with panzad on the same mailbox."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from imapclient import IMAPClient

from panzad.config import Config, Folders, Privacy
from panzad.drafting.task import DraftTask
from panzad.learning.sync import sync_account
from panzad.mail.message import Message
from panzad.mailbox import Mailbox, opened
from panzad.store.database import Database
from tests.drafting.steps import QUESTION, TODAY, drafts, round_
from tests.servers.mailbox import TestMailbox, mail

FLAGGED = "\\Flagged"
ORDERS = "Aufträge & Größen 日本"


@dataclass(frozen=True, slots=True)
class Person:
    """The mailbox's owner at another mail program, and panzad on the same mailbox."""

    mailbox: TestMailbox
    panzad: Mailbox
    db: Database
    config: Config

    @property
    def sent(self) -> str:
        return self.panzad.folders.sent[0]

    @property
    def drafts(self) -> list[tuple[Message, set[bytes]]]:
        return drafts(self.mailbox, self.panzad.folders.drafts)

    @property
    def orders(self) -> str:
        return self.mailbox.folder(ORDERS)

    def puts(self, folder: str, *raws: bytes) -> None:
        with self.mailbox.client() as client:
            for raw in raws:
                client.append(folder, raw, ["\\Seen"])

    def opens(self, client: IMAPClient, folder: str) -> list[int]:
        """The UIDs of a folder, selected for writing."""
        client.select_folder(folder)
        return client.search("ALL")

    def flags(self, folder: str = "INBOX", position: int = -1) -> None:
        with self.mailbox.client() as client:
            client.add_flags([self.opens(client, folder)[position]], [FLAGGED])

    def round(self, text: str = "Yes, noon.") -> list[DraftTask]:
        """panzad looks, gathers, has `text` written, and delivers."""
        return round_(self.db, self.panzad, self.config, text)

    def syncs(self) -> int:
        """panzad takes in sent mail; how many it took."""
        return sync_account(self.db, self.panzad, Privacy())


def reply(number: int, **headers: str) -> bytes:
    return mail(
        "Re: Lunch",
        f"Thursday is full. Friday? That is my answer number {number}.\n",
        sender="Ann Lee <me@example.org>",
        To="bob@example.net",
        Message_ID=f"<answer.{number}@example.org>",
        In_Reply_To="<lunch.1@example.net>",
        References="<lunch.1@example.net>",
        Date=TODAY,
        **headers,
    )


def watching_orders(mailbox: TestMailbox, config: Config) -> Config:
    """Marks are seen in INBOX and in a new folder whose name needs modified UTF-7."""
    with mailbox.client() as client:
        client.create_folder(mailbox.folder(ORDERS))
    watched = Folders(watch=("INBOX", ORDERS))
    account = config.accounts["work"].model_copy(update={"folders": watched})
    return config.model_copy(update={"accounts": {"work": account}})


@contextmanager
def visiting(mailbox: TestMailbox, config: Config, db: Database) -> Generator[Person]:
    """Somebody at a mailbox as it is."""
    with opened("work", config.accounts["work"]) as box:
        yield Person(mailbox, box, db, config)


@contextmanager
def at_home(mailbox: TestMailbox, config: Config, db: Database) -> Generator[Person]:
    """Somebody with one question in INBOX, on whose mailbox panzad has looked once."""
    mailbox.append("INBOX", QUESTION, flags=())
    with visiting(mailbox, config, db) as person:
        person.round()
        yield person
