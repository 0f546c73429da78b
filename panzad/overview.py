"""What `panzad status` shows: database, locks and machine are asked; the daemon need not run."""

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
from panzad.store import (
    adapters,
    drafts,
    embeddings,
    folders,
    forgotten,
    mails,
    marks,
    pairs,
    pause,
    problems,
)
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
        tainted=(serving := adapters.serving(db)) is not None and serving.tainted_at is not None,
    )


def overview(
    db: Database, paths: Paths, config: Config | ConfigError, now: datetime
) -> dict[str, Any]:
    """Everything there is to tell, as plain values for JSON. `now` is local time.

    A config that cannot be read is told as the problem that it is; the accounts are then those
    that the database knows.
    """
    readable = config if isinstance(config, Config) else None
    names = tuple(readable.accounts) if readable else folders.accounts(db)
    return {
        "daemon": {
            "running": is_held(paths.locks, "daemon"),
            "paused_since": pause.since(db),
        },
        "accounts": {name: _account(db, name, readable) for name in names},
        "pairs": pairs.counts(db),
        "index": _index(db),
        "adapters": [_adapter(one) for one in adapters.listed(db)],
        "training": _training(paths, readable, learnt(db, names), now),
        "forgotten": forgotten.counts(db),
        "problems": _problems(db, config if isinstance(config, ConfigError) else None),
    }


def in_short(values: dict[str, Any]) -> str:
    """What `overview` told, in a few lines for people. No text of any mail is in it."""
    lines = [
        f"{name}: {one['mails']['used']} of {one['mails']['mails']} sent mails are learnt from"
        for name, one in values["accounts"].items()
    ]
    for adapter in values["adapters"][:1]:
        lines.append(f"adapter {adapter['id']}: {adapter['state']}. {adapter['reason'] or ''}")
    lines += [f"! {one['what']}: {one['remedy']}" for one in values["problems"]]
    return "\n".join(lines)


def _problems(db: Database, broken: ConfigError | None) -> list[dict[str, Any]]:
    standing = [asdict(problem) for problem in problems.listed(db)]
    if broken is None:
        return standing
    shown = {"scope": "config", "what": broken.what, "remedy": broken.remedy, "times": 1}
    return [shown, *(one for one in standing if one["scope"] != "config")]


def _account(db: Database, name: str, config: Config | None) -> dict[str, Any]:
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
        "queue": _queue(db, name, config),
        "drafts": _drafts(db, name),
        "recent": [
            {key: getattr(mark, key) for key in MARK_KEYS}
            for mark in marks.recent(db, name, RECENT_MARKS)
        ],
    }


def _queue(db: Database, name: str, config: Config | None) -> dict[str, Any]:
    """How many marks wait for their draft, and how near the hourly limit is."""
    return {
        "waiting": marks.counts(db, name).get("marked", 0),
        "per_hour": config.drafts.max_per_hour if config else None,
        "drafted_within_the_hour": marks.appended_within_the_hour(db, name),
    }


def _drafts(db: Database, name: str) -> dict[str, Any]:
    """How far the drafts are used, over all and by the week in which that was known.

    `use_rate` is the share of drafts that were sent, `mean_edit_distance` the share of words that
    were changed in those; None without any.
    """
    weeks = drafts.usage(db, name)
    decided, used = sum(one.decided for one in weeks), sum(one.used for one in weeks)
    measured = [(one.distance, one.measured) for one in weeks if one.distance is not None]
    return {
        "pending": len(drafts.awaited(db, name)),
        "decided": decided,
        "used": used,
        "use_rate": used / decided if decided else None,
        "mean_edit_distance": sum(mean * count for mean, count in measured)
        / sum(count for _, count in measured)
        if measured
        else None,
        "unused_in_a_row": drafts.unused_in_a_row(db, name),
        "weeks": [
            {
                "week": one.week,
                "decided": one.decided,
                "used": one.used,
                "unchanged": one.unchanged,
                "use_rate": one.used / one.decided,
                "mean_edit_distance": one.distance,
            }
            for one in weeks
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
        "tainted_at": one.tainted_at,
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
