"""Watching a folder for hours, by clocks that run as fast as the tests want."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from panzad.errors import NetworkError
from panzad.imap import watch as watch_module
from panzad.imap.session import Session
from panzad.imap.watch import Stop, watch
from tests.imap.scripted import ScriptedServer

MINUTE = 60.0


class Clocks:
    """The clocks of a machine on which nothing takes time but waiting for a silent server.

    After each wait `meanwhile` is called; `waits` counts them.
    """

    def __init__(self, meanwhile: Callable[[Clocks], None]) -> None:
        self.awake = 0.0
        self.asleep = 0.0
        self.waits = 0
        self._meanwhile = meanwhile

    def module(self) -> SimpleNamespace:
        """What stands in for `time`."""
        return SimpleNamespace(
            CLOCK_BOOTTIME=time.CLOCK_BOOTTIME,
            CLOCK_MONOTONIC=time.CLOCK_MONOTONIC,
            monotonic=lambda: self.awake,
            clock_gettime=lambda clock: (
                self.awake + (self.asleep if clock == time.CLOCK_BOOTTIME else 0.0)
            ),
        )

    def poll(self, milliseconds: float) -> list[object]:
        self.awake += milliseconds / 1000
        self.waits += 1
        self._meanwhile(self)
        return []

    def register(self, *_: object) -> None:
        """Whatever is waited for: nothing comes."""


@contextmanager
def living_by(monkeypatch: pytest.MonkeyPatch, clocks: Clocks) -> Iterator[Session]:
    """A session with a server that says nothing in IDLE, watched by these clocks."""
    with ScriptedServer() as server, server.session() as session:
        monkeypatch.setattr(watch_module, "time", clocks.module())
        waiting = SimpleNamespace(POLLIN=0, poll=lambda: clocks)
        monkeypatch.setattr(watch_module, "select", waiting)
        yield session


def test_every_idle_is_over_long_before_servers_forget_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outlook stops telling after ten minutes without saying so, others hang up after 30."""
    stop = Stop()
    clocks = Clocks(lambda clocks: stop.set() if clocks.awake > 60 * MINUTE else None)
    begun: list[float] = []
    lasted: list[float] = []
    looks: list[float] = []
    with living_by(monkeypatch, clocks) as session:
        idle, done = session.client.idle, session.client.idle_done
        monkeypatch.setattr(session.client, "idle", lambda: (begun.append(clocks.awake), idle()))
        monkeypatch.setattr(
            session.client,
            "idle_done",
            lambda: (lasted.append(clocks.awake - begun[-1]), done())[1],
        )
        watch(session, "INBOX", lambda _: looks.append(clocks.awake), stop)
    assert max(lasted) <= MINUTE
    assert 60 <= len(lasted) <= 90, "no more than the hour needs"
    assert 60 <= len(looks) <= 90


def test_nothing_wakes_it_more_than_a_few_times_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop()
    clocks = Clocks(lambda clocks: stop.set() if clocks.awake > 60 * MINUTE else None)
    with living_by(monkeypatch, clocks) as session:
        watch(session, "INBOX", lambda _: None, stop)
    assert clocks.waits <= 7 * 60


def test_it_is_quiet_when_a_whole_window_has_brought_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not after the short ones, which are there for what the look before may have hidden."""
    stop = Stop()
    clocks = Clocks(lambda clocks: stop.set() if clocks.awake > 60 * MINUTE else None)
    quiet: list[bool] = []
    with living_by(monkeypatch, clocks) as session:
        watch(session, "INBOX", quiet.append, stop)
    assert quiet[:7] == [False] * 7, "at first, and after 1, 2, 4 ... 32 seconds"
    assert len(quiet) > 60
    assert all(quiet[7:])


def test_after_a_suspend_the_link_is_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    def closes_the_lid(clocks: Clocks) -> None:
        if clocks.awake > 10 * MINUTE:
            clocks.asleep = 8 * 60 * MINUTE

    clocks = Clocks(closes_the_lid)
    with (
        living_by(monkeypatch, clocks) as session,
        pytest.raises(NetworkError, match="asleep"),
    ):
        watch(session, "INBOX", lambda _: None, Stop())
    assert clocks.awake < 10 * MINUTE + 11, "some seconds after the lid was opened"


def test_a_short_nap_is_no_reason_to_log_in_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop()

    def nods_off(clocks: Clocks) -> None:
        clocks.asleep = 0.01 * clocks.awake
        if clocks.awake > 60 * MINUTE:
            stop.set()

    with living_by(monkeypatch, Clocks(nods_off)) as session:
        watch(session, "INBOX", lambda _: None, stop)
