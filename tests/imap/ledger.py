"""What the learning room does with sync events, in memory: pending until a cursor is committed."""

from __future__ import annotations

from collections.abc import Iterable
from email import message_from_bytes

from panzad.imap.fetch import Fetched, Unreadable
from panzad.imap.plan import Cursor, Known
from panzad.imap.session import Session
from panzad.imap.sync import Checkpoint, Done, Rematched, SyncEvent, Vanished, changes

NEVER_SYNCED = Known(None, 0, None, frozenset())


class Killed(Exception):
    """The process died here."""


class Ledger:
    """Mails by UID as committed, with the cursor; `fetches` counts mails ever fetched."""

    def __init__(self) -> None:
        self.mails: dict[int, bytes | None] = {}
        self.cursor: Cursor | None = None
        self.fetches = 0
        self.events: list[str] = []

    @property
    def known(self) -> Known:
        if self.cursor is None:
            return NEVER_SYNCED
        one = self.cursor
        return Known(one.uidvalidity, one.last_uid, one.highestmodseq, frozenset(self.mails))

    @property
    def subjects(self) -> list[str]:
        return sorted(
            message_from_bytes(raw)["Subject"] for raw in self.mails.values() if raw is not None
        )

    def message_ids(self) -> dict[int, str]:
        return {
            uid: message_from_bytes(raw)["Message-ID"]
            for uid, raw in self.mails.items()
            if raw is not None
        }

    def sync(self, session: Session, folder: str, *, die_after: int | None = None) -> None:
        """One sync; `die_after` events the process is killed, and what is pending is lost."""
        self.events = []
        self.take(changes(session, folder, self.known, self.message_ids), die_after)

    def take(self, events: Iterable[SyncEvent], die_after: int | None = None) -> None:
        pending = dict(self.mails)
        for count, event in enumerate(events):
            if count == die_after:
                raise Killed
            self.events.append(type(event).__name__)
            match event:
                case Fetched(uid, raw, _):
                    pending[uid] = raw
                    self.fetches += 1
                case Unreadable(uid, _):
                    pending[uid] = None
                case Vanished(uids):
                    for uid in uids:
                        del pending[uid]
                case Rematched(uids):
                    pending = {new: pending[old] for old, new in uids.items()}
                case Checkpoint(cursor, _) | Done(cursor):
                    self.mails, self.cursor = dict(pending), cursor
