"""A day of a mailbox over a bad network, and how it ends: as over a good one, or not.

`schedule` draws the troubles from a seed and nothing else. `live` has a user and panzad go through
the day, panzad over the door that makes the troubles, with its own pauses by a clock that only they
move. What the mailbox and the database hold in the end is a value, to be compared.
"""

from __future__ import annotations

import contextlib
import socket
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Any, Literal, get_args
from unittest import mock

from panzad.config import Config, ImapServer, Privacy
from panzad.daemon.backoff import Backoff
from panzad.drafting.followup import follow_up
from panzad.errors import NetworkError
from panzad.imap.session import Session
from panzad.learning.sync import sync_account
from panzad.mailbox import Mailbox, chosen
from panzad.store.database import Database
from tests.drafting.steps import QUESTION, TODAY, flag, round_, unflag
from tests.panzad_fixtures import account_on
from tests.servers.dovecot import DovecotServer
from tests.servers.faults import WAYS, Fault, FaultProxy, Kind
from tests.servers.mailbox import TestMailbox, mail, note

PASSWORD = "geheim"
YESTERDAY = format_datetime(datetime.now(UTC) - timedelta(days=1))
# What stands for the 30 seconds that panzad waits for an answer, and for a second of them.
PATIENCE = 0.5
PACE = PATIENCE / 30
# How far apart passes over the mailbox are, in seconds of the clock that is moved.
PASS_SECONDS = 300.0
# No day has more troubles than tries to get over them.
MOST_FAILURES = 60

Absence = Literal["no", "refused", "nameless"]
Rows = list[tuple[object, ...]]
_COMMANDS = ("APPEND", "FETCH", "SEARCH", "STORE", "EXAMINE", "SELECT", "LOGIN", "LIST", "LOGOUT")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault, and how the server is absent afterwards, for how many seconds: it refuses
    connections, or its name does not resolve."""

    fault: Fault
    absence: Absence
    seconds: float


def schedule(seed: int, number: int) -> tuple[Trouble, ...]:
    """The troubles of a day: the same for the same seed and number."""
    rng = Random(f"{seed}:{number}")
    return tuple(_trouble(rng) for _ in range(rng.randint(1, 8)))


def _trouble(rng: Random) -> Trouble:
    """Half of the faults come at any octet, half within a command or soon after it."""
    command = rng.choice(("", rng.choice(_COMMANDS)))
    octets = int(rng.expovariate(1 / 200)) if command else rng.randrange(8000)
    fault = Fault(rng.choice(list(Kind)), rng.choice(WAYS), octets, command)
    absence: Absence = rng.choice(("no", rng.choice(get_args(Absence))))
    return Trouble(fault, absence, rng.uniform(1, 3600))


@dataclass(frozen=True, slots=True)
class End:
    """What the mailbox and the database hold, without moments and made-up ids.

    `folders` are the mails of each folder with their flags, `mails` and `places` what is learnt
    and where it lies, `marks` and `drafts` how each mark ended, `cursors` how far each folder is
    synced.
    """

    folders: Rows
    mails: Rows
    places: Rows
    marks: Rows
    drafts: Rows
    cursors: Rows

    def differences(self, other: End) -> list[str]:
        """What is more or less than in `other`, a line each."""
        found: list[str] = []
        for field in fields(self):
            here, there = Counter(getattr(self, field.name)), Counter(getattr(other, field.name))
            found += [f"more {field.name}: {row!r}" for row in here - there]
            found += [f"less {field.name}: {row!r}" for row in there - here]
        return found


_TABLES = {
    "mails": "SELECT m.message_id, date, subject, sender, recipients, parents, reason, own_text,"
    " thread, thread_wanted, language, layout, html, signature, p.state, p.instruction, p.repeats"
    " FROM mails m LEFT JOIN pairs p ON p.mail_id = m.id",
    "places": "SELECT f.name, uid, m.message_id, l.reason FROM locations l"
    " JOIN folders f ON f.id = l.folder_id LEFT JOIN mails m ON m.id = l.mail_id",
    "marks": "SELECT message_id, folder, uid, kind, state, present, wanted, vanished, answers,"
    " note, reason, keyword_state, draft_uid, attempts, retry_at, task, text, draft FROM marks",
    "drafts": "SELECT m.message_id, audience, instruction, d.text, missing_since, mail_id"
    " FROM drafts d JOIN marks m ON m.id = d.mark_id",
    "cursors": "SELECT name, role, last_uid, baseline_mark FROM folders",
}


@dataclass(frozen=True, slots=True)
class Lived:
    """A day that is over. `faults` happened, `failures` were met, in `hours` by the moved clock."""

    end: End
    faults: tuple[Fault, ...]
    failures: int
    logins: int
    hours: float


def live(server: DovecotServer, user: str, state: Path, troubles: tuple[Trouble, ...]) -> Lived:
    """Live the day in a new mailbox, with the database in the folder `state`.

    Raises whatever else than a NetworkError panzad raises, and RuntimeError when it does not get
    through.
    """
    server.add_user(user, PASSWORD)
    place = ImapServer(host=server.host, port=server.port, security="none")
    mailbox = TestMailbox(place, user, PASSWORD)
    with FaultProxy(server.port, pace=PACE) as door, _closing(Database(state / "db")) as db:
        panzad = _Panzad(db, mailbox, door, troubles)
        for happens in (_morning, _noon, _evening):
            happens(mailbox)
            panzad.works()
        panzad.recovers()
        panzad.works()
        panzad.leaves()
        end = End(
            folders=_folders(mailbox), **{name: _rows(db, sql) for name, sql in _TABLES.items()}
        )
        logins = door.commands["LOGIN"]
    return Lived(end, tuple(door.happened), panzad.failures, logins, panzad.now / 3600)


def _morning(mailbox: TestMailbox) -> None:
    """Mail is there, one flagged long ago; two answers are sent."""
    old = _letter("Old", "<old@example.net>")
    mailbox.append("INBOX", QUESTION, flags=())
    mailbox.append("INBOX", old, flags=("\\Flagged", "\\Seen"))
    mailbox.append("Sent", _answer(1), _answer(2))


def _noon(mailbox: TestMailbox) -> None:
    """The question is flagged, another comes and is flagged too; one more answer is sent."""
    flag(mailbox, "INBOX", 1)
    mailbox.append("INBOX", _letter("Size", "<size@example.net>"), flags=("\\Flagged",))
    mailbox.append("Sent", _answer(3))


def _evening(mailbox: TestMailbox) -> None:
    """An answer is deleted, all flags are taken off, and an own draft is flagged."""
    mailbox.expunge("Sent", 1)
    unflag(mailbox)
    own_draft = note("yes, Thursday 3pm\n")
    mailbox.append("Drafts", own_draft, flags=("\\Draft", "\\Flagged"))


def _letter(subject: str, message_id: str) -> bytes:
    return mail(
        subject, sender="eve@example.net", To="me@example.org", Message_ID=message_id, Date=TODAY
    )


def _answer(number: int) -> bytes:
    """An answer to the question, from before its flag: it is no answer in place of a draft."""
    return mail(
        "Re: Lunch",
        f"Thursday is full. Friday? That is my answer number {number}.\n",
        To="bob@example.net",
        Message_ID=f"<answer.{number}@example.org>",
        In_Reply_To="<lunch.1@example.net>",
        Date=YESTERDAY,
    )


class _Panzad:
    """What the daemon does for an account, one thing after the other."""

    def __init__(
        self, db: Database, mailbox: TestMailbox, door: FaultProxy, troubles: tuple[Trouble, ...]
    ) -> None:
        self.now = 0.0
        self.failures = 0
        self._db = db
        self._door = door
        place = mailbox.server.model_copy(update={"port": door.port})
        self._account = account_on(mailbox).model_copy(update={"imap": place})
        self._password = mailbox.password
        self._config = Config(accounts={"work": self._account})
        self._pauses = {
            work: Backoff(Random(0), lambda: self.now) for work in (self._marks, self._sync)
        }
        self._for_marks: Mailbox | None = None
        self._troubles = troubles
        self._absence: Absence = "no"
        self._back_at = 0.0
        door.fails(*(trouble.fault for trouble in troubles))

    def works(self) -> None:
        """Look, draft, deliver, sync and follow up, until all of it has worked."""
        for work, pauses in self._pauses.items():
            while (failure := self._failure_of(work)) is not None:
                self.now += pauses.wait(failure)
                self.failures += 1
                if self.failures > MOST_FAILURES:
                    raise RuntimeError("it does not get through") from failure
            pauses.works()
        self.now += PASS_SECONDS

    def recovers(self) -> None:
        """The network is good from now on."""
        self._door.heals()
        self._troubles = ()
        self._returns()

    def leaves(self) -> None:
        """Close what is open."""
        if self._for_marks is not None:
            self._for_marks.session.close()

    def _failure_of(self, work: Callable[[], None]) -> NetworkError | None:
        happened = len(self._door.happened)
        try:
            work()
        except NetworkError as failure:
            for trouble in self._troubles[happened : len(self._door.happened)]:
                self._absence, self._back_at = trouble.absence, self.now + trouble.seconds
            if self._absence == "refused":
                self._door.goes_away()
            return failure
        return None

    def _marks(self) -> None:
        """The connection for marks stays open as long as it works."""
        if self._for_marks is None:
            self._for_marks = self._opened()
        try:
            round_(self._db, self._for_marks, self._config)
        except NetworkError:
            self._for_marks.session.close()
            self._for_marks = None
            raise

    def _sync(self) -> None:
        box = self._opened()
        with box.session:
            sync_account(self._db, box, Privacy())
            follow_up(self._db, box, self._config, datetime.now(UTC))

    def _opened(self) -> Mailbox:
        if self.now >= self._back_at:
            self._returns()
        with _no_names() if self._absence == "nameless" else contextlib.nullcontext():
            session = Session.connect(
                self._account.imap, self._account.user, self._password, timeout=PATIENCE
            )
        try:
            return Mailbox("work", self._account, session, chosen(session, self._account))
        except NetworkError:
            session.close()
            raise

    def _returns(self) -> None:
        if self._absence == "refused":
            self._door.comes_back()
        self._absence = "no"


@contextmanager
def _no_names() -> Iterator[None]:
    failure = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    with mock.patch("socket.getaddrinfo", side_effect=failure):
        yield


@contextmanager
def _closing(db: Database) -> Generator[Database]:
    try:
        yield db
    finally:
        db.close()


def _folders(mailbox: TestMailbox) -> Rows:
    found: Rows = []
    with mailbox.client() as client:
        for _, _, name in client.list_folders():
            client.select_folder(name, readonly=True)
            answers: Any = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
            for one in answers.values():
                flags = tuple(sorted(set(one[b"FLAGS"]) - {b"\\Recent"}))
                found.append((name, _lasting(one[b"BODY[]"]), flags))
    return found


def _lasting(raw: bytes) -> bytes:
    """A mail; a draft of panzad's without the id and the moment that it was given."""
    if b"\r\nX-Panzad: " not in raw:
        return raw
    lines = raw.split(b"\r\n")
    made_up = (b"Message-ID: ", b"Date: ", b"X-Panzad: ")
    return b"\r\n".join(line for line in lines if not line.startswith(made_up))


def _rows(db: Database, sql: str) -> Rows:
    return [tuple(row) for row in db.connection.execute(sql)]
