"""A mailbox on Dovecot whose question has its draft."""

from __future__ import annotations

import pytest

from panzad.config import Config
from panzad.mailbox import Mailbox
from panzad.store.database import Database
from tests.drafting.followup.mail_program import TEXT
from tests.drafting.steps import flag, round_
from tests.servers.mailbox import TestMailbox


@pytest.fixture
def mailbox(dovecot_mailbox: TestMailbox) -> TestMailbox:
    return dovecot_mailbox


@pytest.fixture
def drafted(db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config) -> Mailbox:
    """A mailbox in which the question is flagged and its draft lies in Drafts."""
    flag(mailbox, "INBOX", 1)
    round_(db, watched, config, TEXT)
    return watched
