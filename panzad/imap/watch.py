"""Waits for changes in a folder: IDLE where the server has it, NOOP every little while elsewhere.

The folder is looked at again after every window, whether the server told of a change or not:
IMAPClient drops what a server tells in answer to other commands, an EXISTS beside `+ idling` can
be lost, and Yandex tells of flags only when it feels like it. A server that has twice told nothing
in IDLE of what NOOP then brought is polled from then on.
"""

from __future__ import annotations

import enum
import os
import select
import threading
import time
import weakref
from collections.abc import Callable

import structlog

from panzad.errors import NetworkError
from panzad.imap.refusals import suggested_pause
from panzad.imap.session import Session

# A mark has to be seen within 2 seconds.
_POLL_SECONDS = 1.5
# Short enough for NAT tables and for half-open links to be noticed, and shorter than the minute
# after which servers that do not watch their files look by themselves (Courier, Cyrus).
_WINDOW_SECONDS = 50.0
# After a look, a short window: a change during the look may have been told to its commands.
_SETTLE_SECONDS = 1.0
# Once may be chance: what is told beside `+ idling` is read late too.
_LATE_TIMES = 2
# Nor tells a shorter window: Dovecot gathers changes for half a second before it tells them, and
# what comes at the end of a window would look late.
_TELLING_SECONDS = 4.0
# How soon it is noticed that the machine was asleep: no wait ends by itself because of that.
_AWAKE_SECONDS = 10.0
_ASLEEP_SECONDS = 30.0
_STOPPING_SECONDS = 1.0

log = structlog.get_logger()


class _News(enum.Enum):
    """What a window of waiting brought; LATE is a change that was there and not told."""

    NONE = enum.auto()
    CHANGE = enum.auto()
    LATE = enum.auto()


class Stop:
    """Tells watches in other threads to end; they wait for it and for a server at once.

    An Event cannot be polled beside a socket: each watch would have to wake twice a second for it.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reading, self._writing = os.pipe()
        for end in (self._reading, self._writing):
            weakref.finalize(self, os.close, end)

    def set(self) -> None:
        """End them, now and for good."""
        if not self._event.is_set():
            self._event.set()
            # Never read: it is there for every watch.
            os.write(self._writing, b"\0")

    def is_set(self) -> bool:
        """Whether they are to end."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until they are to end, at most so long; whether they are."""
        return self._event.wait(seconds)

    def fileno(self) -> int:
        """What is readable when they are to end."""
        return self._reading


def watch(
    session: Session,
    folder: str,
    on_change: Callable[[bool], None],
    stop: Stop,
    *,
    window: float = _WINDOW_SECONDS,
) -> None:
    """Call `on_change` at once, after each change, and at least every `window` seconds.

    It is given whether all was quiet for a whole such window: then a look that there has just been
    will do. `on_change` runs in this thread and may use the session. Returns within about two
    seconds after `stop` is set. Raises NetworkError when the link is dead, ended by the server
    (BYE), or when the machine slept meanwhile; and whatever `on_change` raises.
    """
    idle = "IDLE" in session.capabilities
    length, late = _SETTLE_SECONDS, 0
    quiet = False
    while not stop.is_set():
        on_change(quiet)
        session.selected_as(folder, readonly=True)
        try:
            news = (_idle if idle else _poll)(session, min(length, window), stop)
        except NetworkError:
            if stop.is_set():
                return
            raise
        quiet = news is _News.NONE and length >= window
        told = news is not _News.LATE or length >= _TELLING_SECONDS
        if news is not _News.NONE and told:
            late = late + 1 if news is _News.LATE else 0
        length = _SETTLE_SECONDS if news is not _News.NONE and told else 2 * length
        if idle and late >= _LATE_TIMES:
            log.info("watch.idle_tells_late", host=session.host, folder=folder)
            idle = False


def _idle(session: Session, seconds: float, stop: Stop) -> _News:
    """IDLE (RFC 2177) until something comes, `seconds` are over or `stop` is set.

    Only `idle_done` reads: unlike `idle_check` it reads whole lines, and raises at BYE and at the
    end of the stream, where `idle_check` returns [] for ever (mjs/imapclient#565).
    """
    end = time.monotonic() + seconds
    while not stop.is_set() and time.monotonic() < end:
        # Untagged lines before `+` are legal, and IMAPClient takes them for an error: NOOP first
        # brings what is waiting.
        if _told(session):
            return _News.CHANGE
        with session.translated("wait for mail"):
            session.client.idle()
            in_time = _wait_readable(session, end, stop)
            if stop.is_set():
                session.answer_within(_STOPPING_SECONDS)
            _, news = session.client.idle_done()
        if _is_change(news):
            return _News.CHANGE if in_time else _News.LATE
    return _News.LATE if not stop.is_set() and _told(session) else _News.NONE


def _poll(session: Session, seconds: float, stop: Stop) -> _News:
    """NOOP now and then until something comes, `seconds` are over or `stop` is set."""
    end = time.monotonic() + seconds
    while not stop.wait(min(_POLL_SECONDS, max(0.0, end - time.monotonic()))):
        if _told(session):
            return _News.CHANGE
        if time.monotonic() >= end:
            break
    return _News.NONE


def _told(session: Session) -> bool:
    with session.translated("say what is new"):
        _, news = session.client.noop()
    return _is_change(news)


def _is_change(news: list[tuple[object, ...]]) -> bool:
    """Whether untagged responses tell of mail or flags; `* OK Still here` does not."""
    for response in news:
        if response and response[0] == b"BYE":
            raise NetworkError(
                "the server ended the connection",
                "it is connected to again",
                retry_after=suggested_pause(str(response)),
            )
    return any(len(response) > 1 and isinstance(response[0], int) for response in news)


def _wait_readable(session: Session, end: float, stop: Stop) -> bool:
    """Whether the server said something before `end` and `stop`."""
    poller = select.poll()
    poller.register(session.client.socket(), select.POLLIN)
    poller.register(stop, select.POLLIN)
    asleep = _time_asleep()
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        ready = poller.poll(min(left, _AWAKE_SECONDS) * 1000)
        if any(one != stop.fileno() for one, _ in ready):
            return True
        if _time_asleep() - asleep > _ASLEEP_SECONDS:
            # After a suspend the link is most likely dead, and TCP would not say so for long.
            raise NetworkError("the machine was asleep", f"{session.host} is connected to again")
    return False


def _time_asleep() -> float:
    """Seconds this machine has spent suspended (Linux; elsewhere 0)."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
