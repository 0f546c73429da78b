"""A mailbox on which panzad has looked once."""

from __future__ import annotations

import pytest

from panzad.config import Config
from panzad.mailbox import Mailbox
from panzad.store.database import Database
from tests.drafting.steps import QUESTION, round_
from tests.servers.mailbox import TestMailbox


@pytest.fixture
def watched(db: Database, open_mailbox: Mailbox, mailbox: TestMailbox, config: Config) -> Mailbox:
    """A mailbox that has been looked at once, with one question in INBOX."""
    mailbox.append("INBOX", QUESTION, flags=())
    round_(db, open_mailbox, config)
    return open_mailbox
