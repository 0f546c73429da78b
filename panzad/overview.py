"""What `panzad status` shows, read from the database alone; the daemon need not run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from panzad.config import Config, Paths, Training, parse_window
from panzad.errors import ConfigError
from panzad.locks import is_held
from panzad.recall import EMBEDDER
from panzad.schedule import Learnt, lacking, next_window, unsuited, untimely
from panzad.store import adapters, embeddings, folders, mails, marks, pairs, problems
from panzad.store.database import Database
from panzad.surroundings import look

RECENT_MARKS = 10
ATTEMPT = "training.attempted_at"  # the note that a night's training was begun
MARK_KEYS = (
    "id",
    "kind",
    "state",
    "folder",
    "uid",
    "message_id",
    "draft_message_id",
    "adapter",
    "reason",
    "note",
    "marked_at",
    "changed_at",
)


def learnt(db: Database, accounts: Collection[str]) -> Learnt:
    """What there is to train on from the configured accounts, as the schedule weighs it."""
    last = adapters.last_finished(db)
    attempted = problems.noted(db, ATTEMPT)
    return Learnt(
        new_pairs=pairs.finished_since(db, last.created_at if last else None, accounts),
        waiting=pairs.workable(db, accounts),
        unfinished_run=adapters.training(db) is not None,
        last_attempt=datetime.fromisoformat(attempted).astimezone() if attempted else None,
        usable=pairs.finished_since(db, None, accounts),
    )


def overview(
    db: Database, paths: Paths, config: Config | ConfigError, now: datetime
) -> dict[str, Any]:
    """Everything there is to tell, as plain values for JSON. `now` is local time.

    A config that cannot be read is told as the problem that it is; the accounts are then those
    that the database knows.
    """
    readable = isinstance(config, Config)
    names = tuple(config.accounts) if readable else folders.accounts(db)
    return {
        "daemon": {"running": is_held(paths.locks, "daemon")},
        "accounts": {name: _account(db, name) for name in names},
        "pairs": pairs.counts(db),
        "index": _index(db),
        "adapters": [_adapter(one) for one in adapters.listed(db)],
        "training": _training(paths, config if readable else None, learnt(db, names), now),
        "problems": _problems(db, None if readable else config),
    }


def _problems(db: Database, broken: ConfigError | None) -> list[dict[str, Any]]:
    standing = [asdict(problem) for problem in problems.listed(db)]
    if broken is None:
        return standing
    shown = {"scope": "config", "what": broken.what, "remedy": broken.remedy, "times": 1}
    return [shown, *(one for one in standing if one["scope"] != "config")]


def _account(db: Database, name: str) -> dict[str, Any]:
    counted = mails.counts(db).get(name)
    return {
        "folders": [
            {
                "name": folder.name,
                "role": folder.role,
                "uidvalidity": folder.uidvalidity,
                "last_uid": folder.last_uid,
                "synced_at": folder.synced_at or folder.baseline_at,
            }
            for folder in folders.listed(db)
            if folder.account == name
        ],
        "mails": asdict(counted) if counted else {"mails": 0, "used": 0, "unused": {}},
        "marks": marks.counts(db, name),
        "recent": [
            {key: getattr(mark, key) for key in MARK_KEYS}
            for mark in marks.recent(db, name, RECENT_MARKS)
        ],
    }


def _index(db: Database) -> dict[str, Any]:
    written = embeddings.index_file(db)
    return {
        "embedder": EMBEDDER,
        "embedded": len(embeddings.ids(db, EMBEDDER)),
        "waiting": embeddings.wanting_count(db, EMBEDDER),
        "generation": written.generation if written else None,
    }


def _adapter(one: adapters.Adapter) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state,
        "mails": one.mails,
        "metrics": one.metrics,
        "reason": one.reason,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
    }


def _training(paths: Paths, config: Config | None, learnt: Learnt, now: datetime) -> dict[str, Any]:
    settings = config.training if config else None
    return {
        "running": is_held(paths.locks, "train"),
        "new_mails": learnt.new_pairs,
        "min_new": settings.min_new if settings else None,
        "usable_mails": learnt.usable,
        "min_mails": settings.min_mails if settings else None,
        "unfinished_run": learnt.unfinished_run,
        "waits_for": _waits_for(settings, learnt, now) if settings else None,
        "next_at": _next_at(settings, learnt, now) if settings else None,
    }


def _waits_for(settings: Training, learnt: Learnt, now: datetime) -> str | None:
    """What the next night's training waits for at this moment."""
    return (
        lacking(learnt, settings)
        or untimely(now, learnt, settings)
        or unsuited(look(), settings, running=False)
    )


def _next_at(settings: Training, learnt: Learnt, now: datetime) -> str | None:
    if lacking(learnt, settings):
        return None
    start = next_window(parse_window(settings.window), now, learnt.last_attempt)
    return start.isoformat(timespec="minutes")
