"""What a user, the daemon and its worker do to a mailbox, for the tests of the rounds."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from panzad.config import Config, Paths
from panzad.drafting import deliver, rounds
from panzad.drafting.deliver import Places
from panzad.drafting.task import Asked, DraftTask, dumped_request, loaded
from panzad.mail.message import Message
from panzad.mail.parse import parse
from panzad.mailbox import Mailbox
from panzad.overview import overview
from panzad.store import marks
from panzad.store.database import Database
from panzad.store.marks import Appending, Mark, NewMark
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


def round_(db: Database, box: Mailbox, config: Config, text: str = "Yes, noon.") -> list[DraftTask]:
    """One round; the text stands where the model worker would have written it.

    Returns the tasks that were gathered.
    """
    rounds.look(db, box)
    rounds.gather_due(db, box, config)
    tasks: list[DraftTask] = []
    for mark in marks.due(db, "gathered"):
        assert mark.task is not None
        tasks.append(loaded(mark.task))
        with db.transaction() as tx:
            assert marks.written(tx, mark.id, text, None)
    rounds.deliver_due(db, box)
    return tasks


def newest(db: Database) -> Mark:
    return marks.recent(db, "work", 1)[0]


def drafts(mailbox: TestMailbox, folder: str = "Drafts") -> list[tuple[Message, set[bytes]]]:
    """The mails in Drafts with their flags, as another client sees them."""
    with mailbox.client() as client:
        client.select_folder(folder, readonly=True)
        found: Any = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
    return [(parse(one[b"BODY[]"]), set(one[b"FLAGS"])) for _, one in sorted(found.items())]


def flag(mailbox: TestMailbox, folder: str, position: int) -> None:
    """Flag the mail at a position, counted from 1 (pymap's UIDs begin at 101)."""
    with mailbox.client() as client:
        client.select_folder(folder)
        client.add_flags([client.search()[position - 1]], ["\\Flagged"])


def unflag(mailbox: TestMailbox, folder: str = "INBOX") -> None:
    with mailbox.client() as client:
        client.select_folder(folder)
        client.remove_flags(client.search(), ["\\Flagged"])


def flags_of(mailbox: TestMailbox, folder: str, position: int) -> set[bytes]:
    with mailbox.client() as client:
        client.select_folder(folder, readonly=True)
        found: Any = client.get_flags([client.search()[position - 1]])
        [flags] = found.values()
        return set(flags) - {b"\\Recent"}


def move(mailbox: TestMailbox, source: str, target: str) -> None:
    """Move every mail of a folder, with its flags."""
    with mailbox.client() as client:
        client.select_folder(source)
        client.move(client.search(), target)


def prepared(db: Database, box: Mailbox, mailbox: TestMailbox, config: Config) -> Appending:
    """A draft whose APPEND is about to start: what a killed process leaves behind."""
    flag(mailbox, "INBOX", 1)
    rounds.look(db, box)
    rounds.gather_due(db, box, config)
    [mark] = marks.due(db, "gathered")
    with db.transaction() as tx:
        marks.written(tx, mark.id, "Yes, noon.", None)
    [mark] = marks.due(db, "written")
    places = Places(box.folders.drafts, box.folders.sent)
    return deliver._prepared(db, box.session, mark, places, None)  # pyright: ignore[reportPrivateUsage]


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
    return overview(db, paths, config, datetime.now().astimezone())
