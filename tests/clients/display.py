"""A display without a screen: Xvfb with a window manager, driven by xdotool."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TypeVar

_Found = TypeVar("_Found")

SIZE = "1280x900"
PATIENCE = 90.0


class Display:
    """An X server of its own with openbox, whose windows are found by their titles."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._processes: list[subprocess.Popen[bytes]] = []
        self._number = ""

    def __enter__(self) -> Display:
        reading, writing = os.pipe()
        self._processes.append(
            subprocess.Popen(
                [
                    "Xvfb",
                    "-displayfd",
                    str(writing),
                    "-screen",
                    "0",
                    f"{SIZE}x24",
                    "-nolisten",
                    "tcp",
                ],
                pass_fds=[writing],
                stderr=subprocess.DEVNULL,
            )
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            self._number = told.readline().strip()
        self.start("openbox")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a program on this display needs; nothing of the person who runs the tests."""
        return {
            "PATH": os.environ["PATH"],
            "DISPLAY": f":{self._number}",
            "HOME": str(self._home),
            "XDG_RUNTIME_DIR": str(self._home),
            "LANG": "C.UTF-8",
        }

    def start(self, *command: str) -> None:
        """Start a program that lives as long as the display."""
        self._processes.append(
            subprocess.Popen(
                command,
                env=dict(self.environment),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    def titles(self) -> dict[str, str]:
        """The visible windows: id and title."""
        ids = self._xdotool("search", "--onlyvisible", "--name", "", check=False).split()
        return {one: self._xdotool("getwindowname", one, check=False).strip() for one in ids}

    def window(self, title: str) -> str:
        """The id of the window whose title matches, as soon as there is one; it gets the focus."""

        def found() -> str | None:
            matching = [one for one, name in self.titles().items() if re.search(title, name)]
            return matching[-1] if matching else None

        one = until(found, f"a window named {title}")
        self._xdotool("windowactivate", "--sync", one, check=False)
        return one

    def gone(self, title: str) -> None:
        """Wait until no window has such a title."""
        until(
            lambda: not any(re.search(title, name) for name in self.titles().values()),
            f"the window {title} to close",
        )

    def keys(self, *keys: str) -> None:
        """Press keys in the window that has the focus."""
        self._xdotool("key", "--delay", "80", *keys)

    def type(self, text: str) -> None:
        """Type a text in the window that has the focus."""
        self._xdotool("type", "--delay", "40", text)

    def click(self, x: int, y: int) -> None:
        """Click at a place of the screen."""
        self._xdotool("mousemove", str(x), str(y), "click", "1")

    def screenshot(self, path: Path) -> None:
        """The whole screen as a PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["import", "-window", "root", str(path)], env=dict(self.environment), check=True
        )

    def _xdotool(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["xdotool", *arguments],
            env=dict(self.environment),
            check=check,
            capture_output=True,
            text=True,
        )
        return done.stdout


def until(probe: Callable[[], _Found | None], what: str) -> _Found:
    """What `probe` gives, once it gives something true."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := probe():
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited {PATIENCE:.0f} s for {what}")
