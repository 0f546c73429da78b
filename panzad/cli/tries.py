"""Work on several accounts of which some may fail: the others go on, the first error ends it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import structlog

from panzad.errors import PanzadError

log = structlog.get_logger("panzad.cli")


class Tries:
    """Keeps the first of the errors, to be raised when all else is done."""

    def __init__(self) -> None:
        self._first: PanzadError | None = None

    @contextmanager
    def one(self, what: str) -> Generator[None]:
        """Try one piece of the work; `what` names it in the log when it fails."""
        try:
            yield
        except PanzadError as error:
            self.failed(what, error)

    def failed(self, what: str, error: PanzadError) -> None:
        """This piece failed."""
        log.warning("command.partly_failed", what=what, error=str(error))
        self._first = self._first or error

    def end(self) -> None:
        """All is tried. Raises the first error there was."""
        if self._first is not None:
            raise self._first
