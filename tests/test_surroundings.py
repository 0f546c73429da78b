"""Mains power and idleness, as the kernel and logind tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from panzad.surroundings import look, on_battery, session_active

ADAPTER = {"type": "Mains", "online": "1"}
UNPLUGGED = {"type": "Mains", "online": "0"}
USB_C = {"type": "USB", "online": "1"}
DRAINING = {"type": "Battery", "status": "Discharging"}
FULL = {"type": "Battery", "status": "Full"}
MOUSE = {"type": "Battery", "status": "Discharging", "scope": "Device"}


class TestOnBattery:
    @pytest.mark.parametrize(
        ("supplies", "expected"),
        [
            ({}, False),
            ({"AC0": ADAPTER, "BAT0": DRAINING}, False),  # a weak charger under load
            ({"ADP1": UNPLUGGED, "BAT0": DRAINING}, True),
            ({"ADP1": UNPLUGGED, "BAT0": FULL, "BAT1": DRAINING}, True),
            ({"ucsi-source-psy-USBC000:001": USB_C, "BAT0": FULL}, False),
            ({"macsmc-battery": DRAINING}, True),  # no entry for the adapter
            ({"BATT": FULL}, False),
            ({"hidpp_battery_0": MOUSE}, False),
            ({"hidpp_battery_0": {**MOUSE, "online": "1"}, "BAT0": DRAINING}, True),
        ],
    )
    def test_by_the_supplies_of_the_machine(
        self, supplies: dict[str, dict[str, str]], expected: bool, tmp_path: Path
    ) -> None:
        for name, values in supplies.items():
            (tmp_path / name).mkdir()
            for key, value in values.items():
                (tmp_path / name / key).write_text(value + "\n")
        assert on_battery(tmp_path) == expected

    def test_a_machine_without_power_supplies_is_plugged_in(self, tmp_path: Path) -> None:
        assert not on_battery(tmp_path / "none")


class TestSessionActive:
    @pytest.mark.parametrize(
        ("script", "expected"),
        [
            ("echo IdleHint=no", True),
            ("echo IdleHint=yes", False),
            ("echo 'System has not been booted with systemd' >&2; exit 1", False),
            ("true", False),
        ],
    )
    def test_by_what_logind_says(self, script: str, expected: bool, tmp_path: Path) -> None:
        tool = tmp_path / "loginctl"
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o700)
        assert session_active(str(tool)) == expected


class TestLook:
    def test_this_machine_can_be_looked_at(self) -> None:
        around = look()
        assert around.cores >= 1
        assert around.load >= 0
