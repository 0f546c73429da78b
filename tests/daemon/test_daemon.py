"""The daemon as it lives: reloads, a second one, faults of one account."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from tests.daemon.process import STOP_SECONDS, account, running
from tests.servers.mailbox import TestMailbox, mail


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
