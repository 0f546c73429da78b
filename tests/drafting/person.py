"""What a person does to a mailbox, what panzad makes of it, and what is there then."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from panzad.config import Config, Paths
from panzad.drafting import rounds
from panzad.drafting.task import Asked, DraftTask, dumped_request, loaded
from panzad.mail.message import Message
from panzad.mail.parse import parse
from panzad.mailbox import Mailbox
from panzad.overview import overview
from panzad.schedule import Learnt
from panzad.store import marks
from panzad.store.database import Database
from panzad.store.marks import Mark, NewMark
from tests.servers.mailbox import TestMailbox, mail

TODAY = format_datetime(datetime.now(UTC))
QUESTION = mail(
    "Lunch",
    "Do you have time for lunch on Thursday?\n\nBob\n",
    sender="Bob Ray <bob@example.net>",
    To="Ann Lee <me@example.org>",
    Message_ID="<lunch.1@example.net>",
    Date=TODAY,
)


def round_(db: Database, box: Mailbox, config: Config, text: str = "Yes, noon.") -> None:
    """One round; the text stands where the model worker would have written it."""
    rounds.look(db, box)
    rounds.gather_due(db, box, config)
    for mark in marks.due(db, "gathered"):
        with db.transaction() as tx:
            assert marks.written(tx, mark.id, text, None)
    rounds.deliver_due(db, box)


def newest(db: Database) -> Mark:
    return marks.recent(db, "work", 1)[0]


def task_of(mark: Mark) -> DraftTask:
    assert mark.task is not None
    return loaded(mark.task)


def drafts(mailbox: TestMailbox) -> list[tuple[Message, set[bytes]]]:
    """The mails in Drafts with their flags, as another client sees them."""
    with mailbox.client() as client:
        client.select_folder("Drafts", readonly=True)
        found: Any = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
    return [(parse(one[b"BODY[]"]), set(one[b"FLAGS"])) for _, one in sorted(found.items())]


def flag(mailbox: TestMailbox, folder: str, position: int) -> None:
    """Flag the mail at a position, counted from 1 (pymap's UIDs begin at 101)."""
    with mailbox.client() as client:
        client.select_folder(folder)
        client.add_flags([client.search()[position - 1]], ["\\Flagged"])


def unflag(mailbox: TestMailbox) -> None:
    with mailbox.client() as client:
        client.select_folder("INBOX")
        client.remove_flags(client.search(), ["\\Flagged"])


def ask(db: Database, box: Mailbox, folder: str, position: int, asked: Asked) -> None:
    """What `panzad draft MESSAGE-ID` puts on record."""
    state = box.session.select(folder, readonly=True)
    uid = box.session.client.search()[position - 1]
    row = NewMark(
        "work", folder, state.uidvalidity, uid, "<asked@x>", "reply", present=False,
        task=dumped_request(asked),
    )  # fmt: skip
    with db.transaction() as tx:
        marks.add(tx, row)


def overview_of(db: Database, config: Config) -> dict[str, Any]:
    """What `panzad status` shows."""
    folder = db.path.parent
    paths = Paths(folder / "config.toml", folder, folder)
    return overview(db, paths, config, Learnt(0, 0, False, None), datetime.now().astimezone())


def flags_of_first(mailbox: TestMailbox, folder: str) -> set[bytes]:
    with mailbox.client() as client:
        client.select_folder(folder, readonly=True)
        found: Any = client.get_flags(client.search()[:1])
        [flags] = found.values()
        return set(flags) - {b"\\Recent"}
