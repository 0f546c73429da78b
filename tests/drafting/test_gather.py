"""Of a thread nothing is read out of a folder that the user excludes or has forgotten."""

from __future__ import annotations

import pytest

from panzad.config import Config, Privacy
from panzad.drafting import gather
from panzad.drafting.task import DraftTask
from panzad.learning.forgetting import forget
from panzad.mail.forgetting import Target
from panzad.mail.parse import parse
from panzad.mailbox import Mailbox
from panzad.store.database import Database
from tests.drafting.steps import TODAY
from tests.servers.mailbox import TestMailbox, mail

OWN = mail(
    "Lunch",
    "The table by the window?\n",
    To="bob@example.net",
    Message_ID="<own@example.org>",
    Date=TODAY,
)
ANSWER = mail(
    "Re: Lunch",
    "Rather the garden.\n",
    sender="Bob Ray <bob@example.net>",
    To="me@example.org",
    Message_ID="<answer@example.net>",
    In_Reply_To="<own@example.org>",
    Date=TODAY,
)
NOTE = mail(
    "Re: Lunch",
    "the garden is fine\n",
    To="bob@example.net",
    Message_ID="<note@example.org>",
    In_Reply_To="<own@example.org>",
)
NOTHING, NO_SENT = Privacy(), Privacy(exclude_folders=("Sent",))


@pytest.fixture(autouse=True)
def in_sent(mailbox: TestMailbox) -> None:
    mailbox.append("Sent", OWN)


def texts(task: DraftTask | gather.Refusal) -> list[str]:
    assert isinstance(task, DraftTask)
    return [turn.text.strip() for turn in task.thread]


@pytest.mark.parametrize(
    ("privacy", "thread"),
    [(NOTHING, ["The table by the window?", "Rather the garden."]),
     (NO_SENT, ["Rather the garden."])],
    ids=["nothing", "sent"],
)  # fmt: skip
def test_an_excluded_folder_gives_nothing_to_the_thread_of_a_reply(
    db: Database, open_mailbox: Mailbox, config: Config, privacy: Privacy, thread: list[str]
) -> None:
    config = config.model_copy(update={"privacy": privacy})
    task = gather.reply_task(db, open_mailbox, config, parse(ANSWER), None)
    assert texts(task) == thread


@pytest.mark.parametrize(
    ("privacy", "thread"),
    [(NOTHING, ["The table by the window?"]), (NO_SENT, [])],
    ids=["nothing", "sent"],
)
def test_nor_the_mail_that_an_own_draft_answers(
    db: Database, open_mailbox: Mailbox, config: Config, privacy: Privacy, thread: list[str]
) -> None:
    config = config.model_copy(update={"privacy": privacy})
    task = gather.instruction_task(db, open_mailbox, config, parse(NOTE))
    assert texts(task) == thread


def test_a_forgotten_folder_gives_nothing_either(
    db: Database, open_mailbox: Mailbox, config: Config
) -> None:
    forget(db, Target("folder", "Sent"))
    task = gather.reply_task(db, open_mailbox, config, parse(ANSWER), None)
    assert texts(task) == ["Rather the garden."]
