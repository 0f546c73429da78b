"""When a night's training is due, and what it waits for: pure functions of values."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from datetime import datetime, timedelta

from panzad.config import Training, Window, parse_window
from panzad.surroundings import Surroundings

# A run that is killed is tried again, smaller, so often a night.
KILLS_A_NIGHT = 3
# For each core so many processes that want to run, over five minutes: somebody is at work.
BUSY = 0.5


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the schedule weighs: pairs finished since the last run was begun and those that can be
    played back still, a run that was cut off, when one was last tried, all finished pairs, and
    whether the adapter that serves may have learnt from what is forgotten."""

    new_pairs: int
    waiting: int
    unfinished_run: bool
    last_attempt: datetime | None
    usable: int
    tainted: bool = False


def window_start(window: Window, now: datetime) -> datetime | None:
    """When the window that holds `now` (local time) began; None outside of it."""
    if not window.holds(now.timetz().replace(tzinfo=None)):
        return None
    start = now.replace(hour=window.start.hour, minute=window.start.minute, second=0, microsecond=0)
    return start if start <= now else start - timedelta(days=1)


def lacking(learnt: Learnt, settings: Training) -> str | None:
    """What a training would lack at any hour; None when there is enough to learn.

    A run that was cut off goes on whatever is new. An adapter that knows what is forgotten is
    replaced however few mails are new.
    """
    if learnt.unfinished_run:
        return None
    if learnt.usable < settings.min_mails:
        return f"{learnt.usable} of the {settings.min_mails} mails that a first adapter needs"
    if not learnt.tainted and learnt.new_pairs < settings.min_new:
        return f"{learnt.new_pairs} of {settings.min_new} new mails"
    if learnt.waiting:
        return f"{learnt.waiting} mails still wait for their instruction"
    return None


def untimely(now: datetime, learnt: Learnt, settings: Training) -> str | None:
    """Why not at this hour; None in the window, unless a run was tried in it already."""
    start = window_start(parse_window(settings.window), now)
    if start is None:
        return f"the night, {settings.window}"
    if learnt.last_attempt is not None and learnt.last_attempt >= start:
        return "the next night; in this one it was tried"
    return None


def unsuited(around: Surroundings, settings: Training, *, running: bool) -> str | None:
    """Why not on this machine as it is; None when it is plugged in and nobody uses it.

    While a run is under way the load is its own and is not asked about.
    """
    if around.on_battery and not settings.on_battery:
        return "mains power"
    if settings.in_use:
        return None
    if around.session_active:
        return "an idle machine; a session is in use"
    if not running and around.load > BUSY * around.cores:
        return "an idle machine; its load is high"
    return None


def tried_again(status: int, kills: int) -> bool:
    """Whether a run that ended with `status`, and not by us, is tried again in the same night.

    SIGKILL is what the kernel sends when memory runs out; the trainer then begins smaller.
    `kills` is how often that was done this night.
    """
    return status == -signal.SIGKILL and kills < KILLS_A_NIGHT


def next_window(window: Window, now: datetime, last_attempt: datetime | None) -> datetime:
    """When training may start next: now, or at the next beginning of the window."""
    start = window_start(window, now)
    if start is not None and (last_attempt is None or last_attempt < start):
        return now
    today = now.replace(hour=window.start.hour, minute=window.start.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)
