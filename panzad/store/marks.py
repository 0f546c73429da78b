"""The marks: one row for each time a user asked for a draft, and how far it has come.

States: `marked` → `gathered` → `written` → `appending` → `appended` → what became of the draft
(`life` has the table); or `ignored` (stood there before panzad), `cancelled` (unmarked in time, or
another mark has the draft), `refused` (no draft, with the reason), `failed`. `present` says that
the mark still stands on the server; `vanished` that its mail went from the folder with the mark on;
`wanted` that the draft is still asked for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from panzad.store import life
from panzad.store.database import Database, now
from panzad.store.text import storable

# No step is postponed for longer: a later moment was reckoned by a clock that was wrong then.
LONGEST_RETRY = timedelta(hours=1)

_DUE = "(retry_at IS NULL OR retry_at <= ? OR retry_at > ?)"


def among(states: Collection[str]) -> str:
    """That a mark is in one of these states, as SQL."""
    return f"state IN ({', '.join(repr(one) for one in sorted(states))})"


_UNFINISHED = among(life.UNFINISHED)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark and its draft. `task` is the gathered work as JSON, `draft` the mail as appended."""

    id: int
    account: str
    folder: str
    uidvalidity: int
    uid: int
    message_id: str
    kind: str
    state: str
    present: int
    task: str | None
    text: str | None
    adapter: str | None
    draft: bytes | None
    draft_message_id: str | None
    drafts_folder: str | None
    drafts_uidvalidity: int | None
    drafts_uidnext: int | None
    draft_uid: int | None
    keyword_state: str | None
    reason: str | None
    attempts: int
    retry_at: str | None
    marked_at: str
    changed_at: str
    appended_at: str | None
    vanished: int
    wanted: int
    answers: str | None
    note: str


@dataclass(frozen=True, slots=True)
class NewMark:
    """A mark seen on the server, or asked for by a command (`present` False)."""

    account: str
    folder: str
    uidvalidity: int
    uid: int
    message_id: str
    kind: str
    state: str = "marked"
    present: bool = True
    task: str | None = None


def _selected(db: Database, which: str, *values: object) -> list[Mark]:
    rows = db.connection.execute(f"SELECT * FROM marks {which}", values)
    return [Mark(**dict(row)) for row in rows]


def add(tx: sqlite3.Connection, mark: NewMark) -> int:
    """A new mark. Returns its id."""
    life.check(None, mark.state)
    moment = now()
    cursor = tx.execute(
        "INSERT INTO marks (account, folder, uidvalidity, uid, message_id, kind, state, present,"
        " task, marked_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            mark.account,
            storable(mark.folder),
            mark.uidvalidity,
            mark.uid,
            storable(mark.message_id),
            mark.kind,
            mark.state,
            int(mark.present),
            mark.task,
            moment,
            moment,
        ),
    )
    return cursor.lastrowid or 0


def get(db: Database, mark_id: int) -> Mark | None:
    """One mark by its id."""
    return next(iter(_selected(db, "WHERE id = ?", mark_id)), None)


def present(db: Database, account: str) -> list[Mark]:
    """The marks that stood on the server when it was last looked at."""
    return _selected(db, "WHERE account = ? AND present = 1", account)


def vanished(db: Database, account: str) -> list[Mark]:
    """Marks whose mails went from their folders with the mark on, oldest first.

    A cancelled one asks anew when it comes up again; it is not among them.
    """
    return _selected(
        db, "WHERE account = ? AND vanished = 1 AND state != 'cancelled' ORDER BY id", account
    )


def due(db: Database, state: str, account: str | None = None) -> list[Mark]:
    """Marks in a state whose next attempt is due, newest first."""
    due_now = f"WHERE state = ? AND (? IS NULL OR account = ?) AND {_DUE} ORDER BY id DESC"
    return _selected(db, due_now, state, account, account, *_due_now())


def _due_now() -> tuple[str, str]:
    """The values of _DUE: after and up to which moment a step waits."""
    return now(), _from_now(LONGEST_RETRY)


def _from_now(distance: timedelta) -> str:
    return (datetime.now(UTC) + distance).isoformat(timespec="seconds")


def unkeyworded(db: Database, account: str) -> list[Mark]:
    """Finished marks whose source mail has not been given its keyword yet."""
    return _selected(
        db,
        "WHERE account = ? AND keyword_state IS NULL"
        " AND (appended_at IS NOT NULL OR state IN ('failed', 'refused')) ORDER BY id",
        account,
    )


def next_retry(db: Database, account: str) -> str | None:
    """When the earliest postponed mark of an account will be due; None when none is postponed."""
    row = db.connection.execute(
        f"SELECT min(retry_at) AS at FROM marks WHERE account = ? AND NOT {_DUE} AND {_UNFINISHED}",
        (account, *_due_now()),
    ).fetchone()
    return row["at"]


def any_due(db: Database, account: str) -> bool:
    """Whether an account has unfinished marks whose next attempt is due."""
    row = db.connection.execute(
        f"SELECT 1 FROM marks WHERE account = ? AND {_DUE} AND {_UNFINISHED}",
        (account, *_due_now()),
    ).fetchone()
    return row is not None


def retry_now(tx: sqlite3.Connection) -> None:
    """What stood in the way of postponed marks may be gone: all are due at once."""
    tx.execute(f"UPDATE marks SET retry_at = NULL WHERE retry_at IS NOT NULL AND {_UNFINISHED}")


def is_draft_of_ours(db: Database, account: str, message_id: str) -> bool:
    """Whether a mail with this id was written by panzad."""
    row = db.connection.execute(
        "SELECT 1 FROM marks WHERE account = ? AND draft_message_id = ?", (account, message_id)
    ).fetchone()
    return row is not None


def asked_before(db: Database, mark: Mark) -> bool:
    """Whether the mail of a mark was marked before, since panzad came."""
    row = db.connection.execute(
        "SELECT 1 FROM marks WHERE account = ? AND message_id = ? AND kind = ? AND id < ?"
        " AND state != 'ignored'",
        (mark.account, mark.message_id, mark.kind, mark.id),
    ).fetchone()
    return row is not None


def appended_within_the_hour(db: Database, account: str) -> int:
    """How many drafts were appended in the last hour."""
    row = db.connection.execute(
        "SELECT count(*) AS n FROM marks WHERE account = ? AND appended_at BETWEEN ? AND ?",
        (account, _from_now(-timedelta(hours=1)), now()),
    ).fetchone()
    return row["n"]


def _change(tx: sqlite3.Connection, mark_id: int, **columns: object) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)
    values = (storable(one) if isinstance(one, str) else one for one in columns.values())
    tx.execute(f"UPDATE marks SET {names}, changed_at = ? WHERE id = ?", (*values, now(), mark_id))


def _enter(tx: sqlite3.Connection, mark_id: int, state: str, **columns: object) -> None:
    """The mark's next state. Raises IllegalStep for one that does not follow from its present."""
    row = tx.execute("SELECT state FROM marks WHERE id = ?", (mark_id,)).fetchone()
    life.check(row["state"], state)
    _change(tx, mark_id, state=state, **columns)


def _settle(tx: sqlite3.Connection, mark_id: int, state: str, **columns: object) -> None:
    """The mark's work is done: of the mails that were gathered for it nothing is kept."""
    _enter(tx, mark_id, state, task=None, text=None, draft=None, retry_at=None, **columns)


def leave(tx: sqlite3.Connection, mark_id: int, *, cancel: bool, vanished: bool = False) -> None:
    """The mark is gone from the server; `cancel` stops the draft that it asked for."""
    columns = {"present": 0, "wanted": 0, "vanished": int(vanished)}
    if cancel:
        _settle(tx, mark_id, "cancelled", **columns)
    else:
        _change(tx, mark_id, **columns)


def move(tx: sqlite3.Connection, mark_id: int, folder: str, uidvalidity: int, uid: int) -> None:
    """The marked mail lies elsewhere now (moved, or the folder has a new UIDVALIDITY)."""
    _change(
        tx, mark_id, folder=folder, uidvalidity=uidvalidity, uid=uid, present=1, wanted=1,
        vanished=0,
    )  # fmt: skip


def gathered(
    tx: sqlite3.Connection, mark_id: int, task: str, answers: str | None, note: str
) -> None:
    """All that the model needs for the draft is here.

    `answers` is the id of the mail that the draft will answer, `note` what the user is told of it;
    both outlive the task.
    """
    _enter(
        tx, mark_id, "gathered", task=task, answers=answers, note=note, reason=None, retry_at=None
    )


def written(tx: sqlite3.Connection, mark_id: int, text: str, adapter: str | None) -> bool:
    """The model has written the text; False when the mark was cancelled meanwhile."""
    row = tx.execute("SELECT state FROM marks WHERE id = ?", (mark_id,)).fetchone()
    if row is None or row["state"] != "gathered":
        return False
    _enter(tx, mark_id, "written", text=text, adapter=adapter, reason=None, retry_at=None)
    return True


@dataclass(frozen=True, slots=True)
class Appending:
    """What is fixed before an APPEND starts, so that it can be found again after a crash."""

    draft: bytes
    message_id: str
    folder: str
    uidvalidity: int
    uidnext: int | None


def appending(tx: sqlite3.Connection, mark_id: int, plan: Appending) -> None:
    """The APPEND is about to start."""
    _enter(
        tx,
        mark_id,
        "appending",
        draft=plan.draft,
        draft_message_id=plan.message_id,
        drafts_folder=plan.folder,
        drafts_uidvalidity=plan.uidvalidity,
        drafts_uidnext=plan.uidnext,
    )


def appended(tx: sqlite3.Connection, mark_id: int, uid: int | None) -> None:
    """The draft is in the mailbox."""
    _settle(tx, mark_id, "appended", draft_uid=uid, appended_at=now(), reason=None)


def ended(tx: sqlite3.Connection, mark_id: int, state: str) -> None:
    """What became of the draft, or that nothing did for long (`stale`)."""
    _enter(tx, mark_id, state)


def refuse(tx: sqlite3.Connection, mark_id: int, reason: str) -> None:
    """There will be no draft, for a reason that the user is shown."""
    _settle(tx, mark_id, "refused", reason=reason)


def cancel(tx: sqlite3.Connection, mark_id: int, reason: str | None = None) -> None:
    """There will be no draft of this mark's own, and nothing is wrong with that."""
    _settle(tx, mark_id, "cancelled", reason=reason)


def postpone(tx: sqlite3.Connection, mark_id: int, reason: str, until: str) -> None:
    """Something stood in the way; the same step is tried again later."""
    _change(tx, mark_id, reason=reason, retry_at=until)
    tx.execute("UPDATE marks SET attempts = attempts + 1 WHERE id = ?", (mark_id,))


def fail(tx: sqlite3.Connection, mark_id: int, reason: str) -> None:
    """Given up."""
    _settle(tx, mark_id, "failed", reason=reason)


def unfinished(db: Database) -> list[Mark]:
    """Marks of all accounts whose rows hold, or may come to hold, text of mails."""
    return _selected(db, f"WHERE {_UNFINISHED} ORDER BY id")


def past(db: Database) -> list[Mark]:
    """Settled marks that do not stand on the server any more."""
    return _selected(db, f"WHERE present = 0 AND NOT ({_UNFINISHED}) ORDER BY id")


def all_of(db: Database) -> list[Mark]:
    """Every mark of every account, in order."""
    return _selected(db, "ORDER BY id")


def told(db: Database) -> list[Mark]:
    """Marks with something for the user to read."""
    return _selected(db, "WHERE reason IS NOT NULL OR note != ''")


def retell(tx: sqlite3.Connection, mark_id: int, reason: str | None, note: str) -> None:
    """What the user is told of a mark, with less in it."""
    _change(tx, mark_id, reason=reason, note=note)


def remove(tx: sqlite3.Connection, mark_id: int) -> None:
    """Forget that there was a mark."""
    tx.execute("DELETE FROM marks WHERE id = ?", (mark_id,))


def keyworded(tx: sqlite3.Connection, mark_id: int, state: str) -> None:
    """`set`, or why the source mail has no keyword (`not-allowed`, `gone`, `failed`)."""
    tx.execute("UPDATE marks SET keyword_state = ? WHERE id = ?", (state, mark_id))


def counts(db: Database, account: str) -> dict[str, int]:
    """How many marks are in each state."""
    rows = db.connection.execute(
        "SELECT state, count(*) AS n FROM marks WHERE account = ? GROUP BY state ORDER BY state",
        (account,),
    )
    return {row["state"]: row["n"] for row in rows}


def recent(db: Database, account: str, limit: int) -> list[Mark]:
    """The newest marks, without those that were ignored."""
    newest = "WHERE account = ? AND state != 'ignored' ORDER BY id DESC LIMIT ?"
    return _selected(db, newest, account, limit)
