"""When a night's training is due: pure functions of the clock, the window and what is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from panzad.config import Window


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the schedule weighs: pairs finished since the last run was begun and those that can be
    played back still, a run that was cut off, when one was last tried, and whether the adapter that
    serves may have learnt from what is forgotten."""

    new_pairs: int
    waiting: int
    unfinished_run: bool
    last_attempt: datetime | None
    tainted: bool = False


def window_start(window: Window, now: datetime) -> datetime | None:
    """When the window that holds `now` (local time) began; None outside of it."""
    if not window.holds(now.timetz().replace(tzinfo=None)):
        return None
    start = now.replace(hour=window.start.hour, minute=window.start.minute, second=0, microsecond=0)
    return start if start <= now else start - timedelta(days=1)


def training_due(window: Window, now: datetime, learnt: Learnt, min_new: int) -> bool:
    """Whether to train now: in the window, not tried in it yet, enough is new and all played back.

    A run that was cut off goes on in every window until it is finished. An adapter that knows what
    is forgotten is replaced however few mails are new.
    """
    start = window_start(window, now)
    if start is None or (learnt.last_attempt is not None and learnt.last_attempt >= start):
        return False
    enough = learnt.tainted or learnt.new_pairs >= min_new
    return learnt.unfinished_run or (enough and learnt.waiting == 0)


def next_window(window: Window, now: datetime, last_attempt: datetime | None) -> datetime:
    """When training may start next: now, or at the next beginning of the window."""
    start = window_start(window, now)
    if start is not None and (last_attempt is None or last_attempt < start):
        return now
    today = now.replace(hour=window.start.hour, minute=window.start.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)
