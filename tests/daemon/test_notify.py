"""What systemd is told, and what the unit file promises."""

from __future__ import annotations

import configparser
import os
import socket
from pathlib import Path

import pytest

from panzad.daemon import notify
from panzad.errors import ConfigError


class TestNotify:
    def test_assignments_reach_the_service_manager(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(path))
            manager.settimeout(5)
            monkeypatch.setenv("NOTIFY_SOCKET", str(path))
            notify.notify(READY="1", STATUS="2 accounts")
            assert manager.recv(999) == b"READY=1\nSTATUS=2 accounts"

    def test_without_a_manager_nothing_happens(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
        notify.notify(READY="1")

    def test_a_manager_that_is_gone_is_no_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
        notify.notify(READY="1")


class TestWatchdogSeconds:
    def test_is_what_the_unit_asks_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WATCHDOG_USEC", "60000000")
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
        assert notify.watchdog_seconds() == 60

    def test_another_process_is_not_watched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WATCHDOG_USEC", "60000000")
        monkeypatch.setenv("WATCHDOG_PID", "1")
        assert notify.watchdog_seconds() is None


def unit() -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    parsed.read("systemd/panzad.service")
    return parsed


class TestUnit:
    def test_a_state_that_cannot_be_used_is_tried_again_without_hurry(self) -> None:
        """A full disk has room again one day; a config error waits for its user."""
        service = unit()["Service"]
        assert service["RestartPreventExitStatus"] == str(ConfigError.exit_code)
        assert int(service["RestartSec"]) >= 30

    def test_names_no_unit_that_a_user_manager_lacks(self) -> None:
        assert "network-online.target" not in Path("systemd/panzad.service").read_text()

    def test_is_hardened_without_what_breaks_torch(self) -> None:
        service = unit()["Service"]
        assert service["Type"] == "notify"
        assert service["Restart"] == "on-failure"
        assert service["NoNewPrivileges"] == "yes"
        assert int(service["WatchdogSec"]) > 0
        assert "MemoryDenyWriteExecute" not in service
        assert "PrivateDevices" not in service
