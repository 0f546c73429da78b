"""The daemon as it lives: reloads, faults of one account, the bell, its end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from panzad.config import Account, Auth, Config, ImapServer, Training, locate
from panzad.daemon import children, main
from panzad.daemon.account import AccountLoop
from panzad.daemon.bell import ring
from panzad.overview import ATTEMPT
from panzad.recall import EMBEDDER
from panzad.schedule import KILLS_A_NIGHT, Learnt
from panzad.store import embeddings, folders, locations, mails, pairs, problems
from panzad.store.database import Database
from panzad.surroundings import Surroundings
from tests.daemon.full_disk import FullDatabase
from tests.daemon.process import account, running
from tests.servers.mailbox import TestMailbox, mail

STOP_SECONDS = 5.0


class TestReload:
    def test_a_changed_config_file_takes_effect(
        self, tmp_path: Path, dovecot_mailbox: TestMailbox
    ) -> None:
        config = account("work", dovecot_mailbox)
        with running(tmp_path, config) as daemon:
            (tmp_path / "config.toml").write_text(config + account("second", dovecot_mailbox))
            daemon.logs("daemon.ready", accounts=["work", "second"])
            daemon.logs("sync.done", account="second")

    def test_sighup_reads_the_config_again(
        self, tmp_path: Path, dovecot_mailbox: TestMailbox
    ) -> None:
        """Here the file's folder is another one, where no change is noticed."""
        config = account("work", dovecot_mailbox)
        for name in ("old", "new"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "config.toml").write_text(config)
        link = tmp_path / "config.toml"
        link.symlink_to(tmp_path / "old" / "config.toml")
        with running(tmp_path, config) as daemon:
            more = account("second", dovecot_mailbox)
            (tmp_path / "new" / "config.toml").write_text(config + more)
            link.unlink()
            link.symlink_to(tmp_path / "new" / "config.toml")
            daemon.signal(signal.SIGHUP)
            daemon.logs("daemon.ready", accounts=["work", "second"])

    def test_a_broken_config_is_shown_and_the_settings_before_stay(
        self, tmp_path: Path, dovecot_mailbox: TestMailbox
    ) -> None:
        config = account("work", dovecot_mailbox)
        with running(tmp_path, config) as daemon:
            (tmp_path / "config.toml").write_text(config + "[model]\nidle_minuets = 3\n")
            daemon.logs("config.refused")
            status, shown = daemon.run("status", "--json")
            assert status == 3
            [problem] = json.loads(shown)["problems"]
            assert (problem["scope"], "idle_minuets" in problem["what"]) == ("config", True)
            assert json.loads(shown)["accounts"].keys() == {"work"}
            (tmp_path / "config.toml").write_text(config + "[model]\nidle_minutes = 3\n")
            daemon.logs("daemon.reloaded")
            status, shown = daemon.run("status", "--json")
            assert (status, json.loads(shown)["problems"]) == (0, [])


class TestSecond:
    def test_a_second_daemon_on_the_same_state_refuses(
        self, tmp_path: Path, dovecot_mailbox: TestMailbox
    ) -> None:
        with running(tmp_path, account("work", dovecot_mailbox)) as daemon:
            assert daemon.run("run") == (7, "")
            daemon.logs("sync.done", account="work")
            assert daemon.terminate() < STOP_SECONDS

    def test_a_damaged_database_is_not_served_from(
        self, tmp_path: Path, dovecot_mailbox: TestMailbox
    ) -> None:
        with running(tmp_path, account("work", dovecot_mailbox)) as daemon:
            daemon.logs("sync.done", account="work")
            daemon.terminate()
        path = tmp_path / "panzad.db"
        content = bytearray(path.read_bytes())
        content[4096:] = b"\x55" * (len(content) - 4096)
        path.write_bytes(content)
        assert daemon.run("run") == (7, "")


class TestAccounts:
    def test_a_broken_account_does_not_hold_up_the_other(
        self, tmp_path: Path, dovecot_mailbox: TestMailbox
    ) -> None:
        broken = account("broken", dovecot_mailbox, password="wrong")
        with running(tmp_path, broken + account("work", dovecot_mailbox)) as daemon:
            daemon.logs("loop.paused", scope="marks:broken")
            daemon.logs("loop.paused", scope="sync:broken")
            daemon.logs("sync.done", account="work")
            daemon.wait(lambda: "INBOX" in str(daemon.run("status", "--json")[1]))
            dovecot_mailbox.append("INBOX", mail("Old", sender="bob@example.net"), flags=())
            dovecot_mailbox.flag("INBOX", 1)
            daemon.logs("mark.refused", account="work")
            status = json.loads(daemon.run("status", "--json")[1])
            assert {one["scope"] for one in status["problems"]} == {"marks:broken", "sync:broken"}
            assert all("refused the login" in one["what"] for one in status["problems"])
            assert daemon.terminate() < STOP_SECONDS

    def test_the_problems_of_a_removed_account_are_over(
        self, tmp_path: Path, dovecot_mailbox: TestMailbox
    ) -> None:
        work = account("work", dovecot_mailbox)
        broken = account("broken", dovecot_mailbox, password="wrong")
        with running(tmp_path, work + broken) as daemon:
            daemon.logs("loop.paused", scope="marks:broken")
            daemon.logs("loop.paused", scope="sync:broken")
            (tmp_path / "config.toml").write_text(work)
            daemon.logs("daemon.ready", accounts=["work"])
            assert json.loads(daemon.run("status", "--json")[1])["problems"] == []

    def test_the_password_command_is_run_once(
        self, tmp_path: Path, dovecot_mailbox: TestMailbox
    ) -> None:
        """It may ask a person, and there are four connections."""
        asked = tmp_path / "asked"
        script = tmp_path / "password"
        script.write_text(f"#!/bin/sh\necho x >> {asked}\necho {dovecot_mailbox.password}\n")
        script.chmod(0o700)
        config = account("work", dovecot_mailbox)
        config = config.replace(f"echo {dovecot_mailbox.password}", str(script))
        with running(tmp_path, config) as daemon:
            daemon.logs("sync.done", account="work")
            daemon.wait(lambda: "Drafts" in str(daemon.run("status", "--json")[1]))
            dovecot_mailbox.append("INBOX", mail("Old", sender="bob@example.net"), flags=())
            dovecot_mailbox.flag("INBOX", 1)
            daemon.logs("mark.refused", account="work")
        assert asked.read_text() == "x\n"


STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
signal.pause()
"""


WILLING = """
import signal
print("ready", flush=True)
signal.pause()
"""


class StandIn(children.Child):
    """A child in the middle of a long computation; it hears no SIGTERM unless told otherwise."""

    pids: list[int]
    script = STUBBORN

    def __init__(self, name: str, arguments: list[str]) -> None:
        super().__init__(name, ["-c", self.script])

    async def start(self) -> asyncio.subprocess.Process:
        process = await super().start()
        self.pids.append(process.pid)
        return process


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Worker and trainer are stand-ins; the pids of those that were started."""
    StandIn.pids = []
    monkeypatch.setattr(children, "Child", StandIn)
    return StandIn.pids


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def unreachable(**more: Any) -> Config:
    imap = ImapServer(host="localhost", port=1, security="none")
    auth = Auth(password=SecretStr("geheim"))
    one = Account(address="me@example.org", imap=imap, auth=auth)
    return Config(accounts={"work": one}, **more)


def daemon_does(
    state: Path, config: Config, until: Callable[[main.Daemon], Awaitable[object]]
) -> float:
    """Run a daemon in this process until `until` is done; the seconds its end then takes."""
    state.joinpath("config.toml").touch()

    async def both() -> float:
        daemon = main.Daemon(locate(None, state), config, [])
        task = asyncio.create_task(daemon.run())
        async with asyncio.timeout(20):
            await until(daemon)
        assert not task.done()
        started = time.monotonic()
        os.kill(os.getpid(), signal.SIGTERM)
        await task
        return time.monotonic() - started

    return asyncio.run(both())


async def until(what: Callable[[], bool]) -> None:
    while not what():  # noqa: ASYNC110 - what other threads and processes do rings no event here
        await asyncio.sleep(0.01)  # a poll, bounded by the caller's timeout


ENOUGH = Learnt(new_pairs=20, waiting=0, unfinished_run=False, last_attempt=None, usable=100)
QUIET = Surroundings(on_battery=False, session_active=False, load=0.0, cores=2)


class Night:
    """A night on a machine whose state the test decides, with enough mails to learn from."""

    def __init__(self) -> None:
        self.around = QUIET

    def learnt(self, db: Database, _accounts: object) -> Learnt:
        noted = problems.noted(db, ATTEMPT)
        return replace(ENOUGH, last_attempt=datetime.fromisoformat(noted) if noted else None)

    def daemon(self, state: Path) -> main.Daemon:
        config = unreachable(training=Training(window="01:00-06:00"))
        return main.Daemon(locate(None, state), config, [])

    async def at(self, daemon: main.Daemon, clock: str) -> None:
        """The daemon looks at this hour."""
        self.here = datetime.fromisoformat(f"2026-05-04T{clock}").astimezone()
        await daemon._scheduled(self.here)  # pyright: ignore[reportPrivateUsage]


@pytest.fixture
def night(monkeypatch: pytest.MonkeyPatch) -> Night:
    found = Night()
    monkeypatch.setattr(StandIn, "script", WILLING)
    monkeypatch.setattr(main, "learnt", found.learnt)
    monkeypatch.setattr(main, "look", lambda: found.around)
    monkeypatch.setattr(main, "now", lambda: found.here.isoformat())
    return found


class TestBell:
    def test_it_makes_every_account_look_and_wakes_the_worker(
        self, tmp_path: Path, stand_ins: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looked: list[AccountLoop] = []
        asked: list[main.Daemon] = []
        work: list[bool] = []

        def has_work(daemon: main.Daemon) -> bool:
            asked.append(daemon)
            return bool(work)

        monkeypatch.setattr(AccountLoop, "poke", lambda account: looked.append(account))
        monkeypatch.setattr(main.Daemon, "_has_work", has_work)

        async def heard(_: main.Daemon) -> None:
            await until(lambda: bool(asked))
            assert looked == []
            work.append(True)
            ring(tmp_path)
            await until(lambda: bool(looked) and bool(stand_ins))

        daemon_does(tmp_path, unreachable(), heard)


class TestWork:
    def test_a_mail_that_was_only_removed_is_work_for_the_index(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "panzad.db")
        place = folders.known(db, "work", "Sent", "sent").id
        mail_ = mails.NewMail("<1@x>", "2026-05-01", "", "", (), (), None, "text", (), False)
        with db.transaction() as tx:
            mail_id = mails.store(tx, "work", place, 1, mail_)
            pairs.finish(tx, mail_id, "say hello", "model")
            embeddings.keep(tx, EMBEDDER, {mail_id: b""})
            embeddings.record_index(tx, embeddings.IndexFile(1, "f", EMBEDDER, "s"))
        daemon = main.Daemon(locate(None, tmp_path), unreachable(), [])
        assert not daemon._has_work()  # pyright: ignore[reportPrivateUsage]
        with db.transaction() as tx:
            locations.vanish(tx, place, frozenset({1}))
            locations.drop_unlocated(tx, "work")
        assert daemon._has_work()  # pyright: ignore[reportPrivateUsage]
        db.close()


class TestStop:
    def test_generation_and_training_do_not_hold_up_the_end(
        self, tmp_path: Path, stand_ins: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(main.Daemon, "_has_work", lambda _: True)
        monkeypatch.setattr(main, "learnt", lambda *_: ENOUGH)
        monkeypatch.setattr(main, "look", lambda: QUIET)

        async def both_run(_: main.Daemon) -> None:
            await until(lambda: len(stand_ins) == 2)

        config = unreachable(training=Training(window="00:00-00:00"))
        assert daemon_does(tmp_path, config, both_run) < STOP_SECONDS
        assert not any(map(alive, stand_ins))


class TestNight:
    def test_a_training_begins_in_its_window_and_ends_with_it(
        self, tmp_path: Path, stand_ins: list[int], night: Night
    ) -> None:
        async def passes() -> None:
            daemon = night.daemon(tmp_path)
            await night.at(daemon, "00:59")
            assert stand_ins == []
            await night.at(daemon, "01:00")
            await until(lambda: len(stand_ins) == 1)
            await night.at(daemon, "05:59")
            assert alive(stand_ins[0])
            await night.at(daemon, "06:00")
            assert not alive(stand_ins[0])
            await night.at(daemon, "06:01")
            assert len(stand_ins) == 1

        asyncio.run(passes())

    @pytest.mark.parametrize(
        "needed",
        [replace(QUIET, on_battery=True), replace(QUIET, session_active=True)],
        ids=["unplugged", "in use"],
    )
    def test_a_machine_that_is_needed_gets_its_rest_and_the_run_goes_on_the_same_night(
        self, needed: Surroundings, tmp_path: Path, stand_ins: list[int], night: Night
    ) -> None:
        async def passes() -> None:
            daemon = night.daemon(tmp_path)
            night.around = needed
            await night.at(daemon, "01:00")
            assert stand_ins == []
            night.around = QUIET
            await night.at(daemon, "01:10")
            await until(lambda: len(stand_ins) == 1)
            night.around = needed
            await night.at(daemon, "01:20")
            assert not alive(stand_ins[0])
            await night.at(daemon, "01:30")
            assert len(stand_ins) == 1
            night.around = QUIET
            await night.at(daemon, "01:40")
            await until(lambda: len(stand_ins) == 2)
            await night.at(daemon, "06:00")

        asyncio.run(passes())

    def test_a_run_that_the_kernel_kills_is_tried_again_but_not_for_ever(
        self, tmp_path: Path, stand_ins: list[int], night: Night
    ) -> None:
        async def passes() -> None:
            daemon = night.daemon(tmp_path)
            for tried in range(1, KILLS_A_NIGHT + 2):
                await night.at(daemon, f"01:0{tried}")
                await until(lambda tried=tried: len(stand_ins) == tried)
                os.kill(stand_ins[-1], signal.SIGKILL)
                training = daemon._training  # pyright: ignore[reportPrivateUsage]
                assert training is not None
                await training
            await night.at(daemon, "01:30")
            assert len(stand_ins) == KILLS_A_NIGHT + 1

        asyncio.run(passes())


class TestFullDisk:
    def test_the_daemon_goes_on(
        self, tmp_path: Path, stand_ins: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(main, "Database", FullDatabase)
        monkeypatch.setattr(main, "learnt", lambda *_: ENOUGH)
        monkeypatch.setattr(main, "look", lambda: QUIET)
        with capture_logs() as logs:

            async def all_have_failed(_: main.Daemon) -> None:
                scopes = {"marks:work", "sync:work", "schedule"}
                await until(
                    lambda: (
                        {one["scope"] for one in logs if one["event"] == "loop.paused"} == scopes
                    )
                )

            config = unreachable(training=Training(window="00:00-00:00"))
            assert daemon_does(tmp_path, config, all_have_failed) < STOP_SECONDS
        unrecorded = [one for one in logs if one["event"] == "problem.unrecorded"]
        assert all("is full" in one["why"] for one in unrecorded)
        assert len(unrecorded) == 3
        assert stand_ins == []
