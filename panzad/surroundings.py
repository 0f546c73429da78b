"""Whether the machine is plugged in and idle, as the kernel and logind say."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SUPPLIES = Path("/sys/class/power_supply")
_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a night's training minds. What cannot be told counts as no hindrance.

    `session_active` is logind's word that somebody uses a session; `load` are the processes that
    wanted one of the `cores` over the last five minutes.
    """

    on_battery: bool
    session_active: bool
    load: float
    cores: int


def look() -> Surroundings:
    """The machine as it is now. Blocks for some milliseconds."""
    cores = len(os.sched_getaffinity(0))
    return Surroundings(on_battery(), session_active(), os.getloadavg()[1], cores)


def on_battery(supplies: Path = _SUPPLIES) -> bool:
    """Whether the machine runs on its battery (Linux, sysfs-class-power).

    Names of supplies differ from laptop to laptop, so they are told by `type`. Batteries of mice
    and headsets have the scope Device. A machine whose adapter has no entry of its own (some with
    USB-C alone) is told by its discharging battery.
    """
    found = list(supplies.iterdir()) if supplies.is_dir() else []
    own = [one for one in found if _read(one / "scope") != "Device"]
    if any(_read(one / "online") == "1" for one in own if _read(one / "type") != "Battery"):
        return False
    return any(
        _read(one / "type") == "Battery" and _read(one / "status") == "Discharging" for one in own
    )


def session_active(tool: str | None = None) -> bool:
    """Whether logind knows a session that is not idle.

    Desktops tell it when nobody has touched keyboard or mouse for a while; of a terminal it looks
    at the last key. Without logind nobody is said to be there.
    """
    tool = tool or shutil.which("loginctl")
    if tool is None:
        return False
    # Without a session's name these are the properties of logind itself: all sessions together.
    asked = [tool, "show-session", "--property=IdleHint"]
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return "IdleHint=no" in answer.stdout.split()


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
