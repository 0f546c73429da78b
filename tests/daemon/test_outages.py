"""Outages as one account's loop lives through them, hours of them: how often it knocks and logs in.

Providers lock accounts that log in too often.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from panzad.config import Account, Config
from panzad.daemon.account import AccountLoop
from panzad.daemon.backoff import NETWORK_FIRST, NETWORK_LONGEST
from panzad.store import marks
from panzad.store.database import Database
from tests.daemon.hasty import run_hastily
from tests.drafting.steps import QUESTION
from tests.panzad_fixtures import account_on
from tests.servers.dovecot import DovecotServer
from tests.servers.faults import FaultProxy
from tests.servers.habits import Habits, HabitServer
from tests.servers.mailbox import TestMailbox


def through(mailbox: TestMailbox, port: int) -> Account:
    place = mailbox.server.model_copy(update={"port": port})
    account = account_on(mailbox)
    return account.model_copy(update={"imap": place})


@asynccontextmanager
async def kept(db: Database, account: Account, locks: Path) -> AsyncIterator[AccountLoop]:
    """The daemon's loop for an account, while the block runs."""
    loop = AccountLoop(db, Config(accounts={"work": account}), "work", locks, lambda: None)
    running = asyncio.create_task(loop.run())
    try:
        yield loop
    finally:
        running.cancel()
        await asyncio.wait([running])


async def until(what: Callable[[], object], every: float) -> None:
    while not what():  # noqa: ASYNC110 - what is waited for happens in threads
        await asyncio.sleep(every)


@pytest.mark.parametrize(
    ("refused", "least", "most"),
    [
        ({"^LOGIN": "NO [AUTHENTICATIONFAILED] wrong"}, 4, 10),
        ({"^LOGIN": "NO [UNAVAILABLE] later"}, 10, 30),
        # Three for each try: one for the marks, one for each watched folder; and the syncs'.
        ({"^IDLE": "NO not now"}, 20, 50),
    ],
    ids=["password-refused", "no-logins-for-now", "login-works-and-the-watch-does-not"],
)
def test_an_hour_of_failures_is_no_storm_of_logins(
    monkeypatch: pytest.MonkeyPatch,
    db: Database,
    dovecot_mailbox: TestMailbox,
    tmp_path: Path,
    refused: dict[str, str],
    least: int,
    most: int,
) -> None:
    async def an_hour(account: Account) -> None:
        async with kept(db, account, tmp_path):
            await asyncio.sleep(3600)

    habits = Habits(refused=refused)
    with HabitServer(dovecot_mailbox.server.port, habits) as door:
        run_hastily(monkeypatch, an_hour(through(dovecot_mailbox, door.port)))
        assert least <= sum(one.startswith("LOGIN") for one in door.commands) <= most


def test_a_server_that_was_gone_for_an_hour_is_worked_with_within_one_step(
    monkeypatch: pytest.MonkeyPatch,
    db: Database,
    dovecot: DovecotServer,
    dovecot_mailbox: TestMailbox,
    tmp_path: Path,
) -> None:
    async def outage(door: FaultProxy) -> float:
        loop = asyncio.get_running_loop()
        async with kept(db, through(dovecot_mailbox, door.port), tmp_path):
            await until(lambda: door.commands["IDLE"] == 2, every=0.02)
            door.goes_away()
            dovecot_mailbox.append("INBOX", QUESTION, flags=("\\Flagged",))
            await asyncio.sleep(3600)
            assert not marks.recent(db, "work", 1)
            door.comes_back()
            back = loop.time()
            await until(lambda: marks.recent(db, "work", 1), every=1)
            return loop.time() - back

    with FaultProxy(dovecot.port) as door, capture_logs() as logged:
        seconds = run_hastily(monkeypatch, outage(door))
    assert seconds <= 1.2 * NETWORK_LONGEST
    pauses = [
        one["seconds"]
        for one in logged
        if one["event"] == "loop.paused" and one["scope"] == "marks:work"
    ]
    assert pauses[0] <= 1.2 * NETWORK_FIRST
    assert 8 <= len(pauses) <= 14, "doubled each time, no busy loop"
