"""The adapters: which run made each, what it scored, which one serves."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from panzad.store.database import Database, now
from panzad.store.text import readable


@dataclass(frozen=True, slots=True)
class Adapter:
    """One adapter. `plan` is what the run was started with, so that it can be resumed.

    States: `training`, `serving`, `kept` (good, but another serves), `refused` (the gate),
    `failed`. `newest_mail` is the highest mail id that the dataset held. `served_at` is when it
    last came to serve, None where it never did or was gone back from. `tainted_at` says since when
    something that it may have learnt from is forgotten: it is to be trained anew.
    """

    id: str
    state: str
    base: str
    plan: dict[str, Any]
    metrics: dict[str, Any]
    reason: str | None
    mails: int
    newest_mail: int
    created_at: str
    finished_at: str | None
    served_at: str | None
    tainted_at: str | None


def _adapter(row: sqlite3.Row) -> Adapter:
    values = dict(row)
    with readable("adapters"):
        values["plan"] = json.loads(values["plan"])
        values["metrics"] = json.loads(values["metrics"] or "{}")
        return Adapter(**values)


def _one(db: Database, where: str, *values: object) -> Adapter | None:
    row = db.connection.execute(f"SELECT * FROM adapters WHERE {where}", values).fetchone()
    return None if row is None else _adapter(row)


def _newest(db: Database, moment: str, where: str) -> Adapter | None:
    # Moments are kept to the second: of two in the same, the one recorded last is the newer.
    return _one(db, f"{where} ORDER BY {moment} DESC, rowid DESC LIMIT 1")


def listed(db: Database) -> list[Adapter]:
    """All adapters, newest first; of those made in the same second, the one recorded last."""
    rows = db.connection.execute("SELECT * FROM adapters ORDER BY created_at DESC, rowid DESC")
    return [_adapter(row) for row in rows]


def get(db: Database, adapter_id: str) -> Adapter | None:
    """One adapter by its id."""
    return _one(db, "id = ?", adapter_id)


def serving(db: Database) -> Adapter | None:
    """The adapter that writes the drafts."""
    return _one(db, "state = 'serving'")


def training(db: Database) -> Adapter | None:
    """The run that is under way or was cut off."""
    return _one(db, "state = 'training'")


def served_before(db: Database) -> list[Adapter]:
    """The adapters that served before the present one, the last of them first.

    Those gone back from are not among them: who goes back twice comes to the one before the last.
    """
    rows = db.connection.execute(
        "SELECT * FROM adapters WHERE state = 'kept' AND served_at NOT NULL"
        # Moments are kept to the second: of two in the same, the one recorded last is the newer.
        " ORDER BY served_at DESC, rowid DESC"
    )
    return [_adapter(row) for row in rows]


def previous(db: Database) -> Adapter | None:
    """The last adapter before the present one that nothing speaks against."""
    return next((one for one in served_before(db) if doubt(db, one) is None), None)


def doubt(db: Database, one: Adapter) -> str | None:
    """What speaks against an adapter's writing drafts, in words; None when nothing is known."""
    if one.metrics.get("leak"):
        return one.reason
    if one.tainted_at is not None:
        return "it may have learnt from what was forgotten since"
    withdrawn = db.connection.execute(
        "SELECT EXISTS (SELECT 1 FROM mails WHERE reason IS NOT NULL"
        " AND id IN (SELECT value FROM json_each(?)))",
        (json.dumps(one.plan.get("train", [])),),
    ).fetchone()
    return "it learnt from mail that was excluded since" if withdrawn[0] else None


def learnt(db: Database, base: str) -> set[int]:
    """The ids of all mails that adapters of a base model have learnt, if they may be rivals yet."""
    return {
        mail_id
        for one in listed(db)
        if one.base == base and one.state != "failed" and one.tainted_at is None
        for mail_id in one.plan.get("train", ())
    }


def last_finished(db: Database) -> Adapter | None:
    """The newest run that came to an end, whatever its verdict."""
    return _newest(db, "finished_at", "state IN ('serving', 'kept', 'refused')")


def begin(
    tx: sqlite3.Connection,
    adapter_id: str,
    base: str,
    plan: dict[str, Any],
    mails: int,
    newest_mail: int,
) -> None:
    """A training run starts."""
    tx.execute(
        "INSERT INTO adapters (id, state, base, plan, mails, newest_mail, created_at)"
        " VALUES (?, 'training', ?, ?, ?, ?, ?)",
        (adapter_id, base, json.dumps(plan), mails, newest_mail, now()),
    )


def finish(
    tx: sqlite3.Connection, adapter_id: str, metrics: dict[str, Any], reason: str, promote: bool
) -> None:
    """The run is complete and judged; a promoted adapter serves from this commit on."""
    tx.execute(
        "UPDATE adapters SET state = 'refused', metrics = ?, reason = ?, finished_at = ?"
        " WHERE id = ?",
        (json.dumps(metrics), reason, now(), adapter_id),
    )
    if promote:
        serve(tx, adapter_id)


def fail(tx: sqlite3.Connection, adapter_id: str, reason: str) -> None:
    """The run cannot be completed."""
    tx.execute(
        "UPDATE adapters SET state = 'failed', reason = ?, finished_at = ? WHERE id = ?",
        (reason, now(), adapter_id),
    )


def serve(tx: sqlite3.Connection, adapter_id: str) -> None:
    """This adapter writes the drafts from now on; the one before is kept."""
    serve_base(tx)
    tx.execute(
        "UPDATE adapters SET state = 'serving', served_at = ? WHERE id = ?", (now(), adapter_id)
    )


def go_back(tx: sqlite3.Connection, adapter_id: str) -> None:
    """As `serve`, but the present one is not gone back to: it might as well never have served."""
    tx.execute("UPDATE adapters SET served_at = NULL WHERE state = 'serving'")
    serve(tx, adapter_id)


def serve_base(tx: sqlite3.Connection) -> None:
    """No adapter serves any more; the base model writes the drafts."""
    tx.execute("UPDATE adapters SET state = 'kept' WHERE state = 'serving'")


def taint(tx: sqlite3.Connection, mail_id: int) -> None:
    """Of a mail with this id something is forgotten: adapters that may have learnt from it.

    Not only those whose run names the mail: past mails stand in the prompts of others.
    """
    tx.execute(
        "UPDATE adapters SET tainted_at = coalesce(tainted_at, ?) WHERE newest_mail >= ?",
        (now(), mail_id),
    )


def tainted(db: Database) -> list[Adapter]:
    """Finished adapters that may have learnt from what is forgotten."""
    return [one for one in listed(db) if one.tainted_at and one.state != "training"]


def remove(tx: sqlite3.Connection, adapter_id: str) -> None:
    """Forget an adapter (its files are the caller's business)."""
    tx.execute("DELETE FROM adapters WHERE id = ?", (adapter_id,))
