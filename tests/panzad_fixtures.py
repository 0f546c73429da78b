"""A mailbox as panzad opens it, over the mailboxes of the test servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from panzad.config import Account, Auth, Config
from panzad.mailbox import Mailbox, opened
from panzad.store.database import Database
from tests.servers.mailbox import TestMailbox

NAME = "work"


def account_on(mailbox: TestMailbox) -> Account:
    return Account(
        address="me@example.org",
        aliases=("alias@example.org",),
        name="Ann Lee",
        imap=mailbox.server,
        auth=Auth(user=mailbox.user, password=SecretStr(mailbox.password)),
        signature="Ann Lee\nACME",
    )


@pytest.fixture
def config(mailbox: TestMailbox) -> Config:
    return Config(accounts={NAME: account_on(mailbox)})


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = Database(tmp_path / "panzad.db")
    yield db
    db.close()


@pytest.fixture
def open_mailbox(config: Config) -> Iterator[Mailbox]:
    with opened(NAME, config.accounts[NAME]) as mailbox:
        yield mailbox
