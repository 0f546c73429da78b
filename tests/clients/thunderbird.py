"""A real Thunderbird on a display without a screen, as a person uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.clients.display import Display

# Where things are on a screen of 1280 by 900 (Thunderbird 153, cards view).
_INBOX = (130, 160)
_DRAFTS = (130, 188)
_FIRST_CARD = (430, 143)
_STAR_OF_FIRST_CARD = (562, 164)


@dataclass(frozen=True, slots=True)
class Thunderbird:
    """The main window, logged in and in the inbox; screenshots go into `shots`."""

    display: Display
    shots: Path

    def star_the_first_mail(self) -> None:
        """Click on the star of the uppermost mail of the inbox."""
        self.display.click(*_INBOX)
        self.display.click(*_STAR_OF_FIRST_CARD)

    @contextmanager
    def draft(self, subject: str) -> Iterator[Display]:
        """The first draft, opened for editing from the keyboard; closed at the end."""
        self.display.window("Mozilla Thunderbird$")
        self.display.click(*_DRAFTS)
        self.display.window("^Drafts")
        self.display.click(*_FIRST_CARD)
        self.display.keys("Return")
        title = f"^Write: {subject}"
        self.display.window(title)
        yield self.display
        self.display.keys("ctrl+w")
        self.display.gone(title)

    def screenshot(self, name: str) -> None:
        """Keep the screen as it is now."""
        self.display.screenshot(self.shots / f"{name}.png")


@contextmanager
def running(home: Path, profile: Path, password: str, shots: Path) -> Iterator[Thunderbird]:
    """Start Thunderbird and log in at the password prompt."""
    with Display(home) as display:
        display.start("thunderbird", "-profile", str(profile))
        display.window("^Enter your password")
        display.type(password)
        display.keys("Return")
        display.gone("^Enter your password")
        display.window("^Inbox")
        yield Thunderbird(display, shots)
