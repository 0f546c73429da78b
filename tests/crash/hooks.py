"""In a process of panzad: notices each durable step, tells of it, and dies at the one it is told.

Nothing of panzad knows of this. What makes a step is wrapped: SQLite's connection, the functions of
`os` that rename and remove, and IMAPClient's commands that change a mailbox. Where a step is made
is read from the stack.
"""

from __future__ import annotations

import imaplib
import json
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any, Literal

from imapclient import IMAPClient

from panzad.store import database
from tests.crash import places

# `sent` is when the server has a command and panzad has not read its answer.
Moment = Literal["before", "sent", "after"]


@dataclass(frozen=True, slots=True)
class Kill:
    """When a process is to die: the moment of a place's so many-th passing, counted from 1."""

    place: str
    passing: int
    moment: Moment


class Watch:
    """Counts the passings of each place; writes each moment into a file, and dies at one.

    Passing the place `stop` asks the process to end. Files outside of `folder` outlive nothing.
    """

    def __init__(self, folder: Path, record: Path, kill: Kill | None, stop: str) -> None:
        self.folder = folder
        self._record = record.open("a", buffering=1, encoding="utf-8")
        self._kill = kill
        self._stop = stop
        self._passings: Counter[str] = Counter()
        self._sending: tuple[str, int] | None = None

    @contextmanager
    def step(self) -> Generator[None]:
        """Around a durable step of whoever calls; what is no step of panzad's passes unseen."""
        place = _place()
        if place is None:
            yield
            return
        self._passings[place] += 1
        passing = self._passings[place]
        self._at(place, passing, "before")
        self._sending = place, passing
        try:
            yield
        finally:
            self._sending = None
        self._at(place, passing, "after")

    def sent(self) -> None:
        """The server has the command that is under way."""
        if self._sending is not None:
            self._at(*self._sending, "sent")

    def _at(self, place: str, passing: int, moment: Moment) -> None:
        self._record.write(json.dumps([place, passing, moment]) + "\n")
        if self._kill == Kill(place, passing, moment):
            os.kill(os.getpid(), signal.SIGKILL)
        if (place, moment) == (self._stop, "after"):
            os.kill(os.getpid(), signal.SIGTERM)


def _place() -> str | None:
    """Where in panzad the stack stands; `?` and the line for a step in no known place."""
    frame: FrameType | None = sys._getframe(1)
    first = ""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(places.ROOT):
            module = places.module_of(path)
            if place := places.by_line().get((module, frame.f_lineno)):
                return place
            if f"{module}.{frame.f_code.co_qualname}" not in places.CARRIERS:
                first = first or f"?{module}:{frame.f_lineno}"
        frame = frame.f_back
    return first or None


def install(watch: Watch) -> None:
    """Wrap all that makes a durable step in this process."""

    def stepping(call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def stepped(*arguments: Any, **options: Any) -> Any:
            with watch.step():
                return call(*arguments, **options)

        return stepped

    def on_file(call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def stepped(path: Any, *arguments: Any, **options: Any) -> Any:
            # Names without a folder are those of a folder that is being removed.
            if Path(path).is_absolute() and not Path(path).is_relative_to(watch.folder):
                return call(path, *arguments, **options)
            with watch.step():
                return call(path, *arguments, **options)

        return stepped

    class Connection(sqlite3.Connection):
        commit = stepping(sqlite3.Connection.commit)
        backup = stepping(sqlite3.Connection.backup)

        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if not sql.startswith(("VACUUM", "PRAGMA wal_checkpoint")):
                return super().execute(sql, *parameters)
            with watch.step():
                return super().execute(sql, *parameters)

    connect = sqlite3.connect

    @wraps(connect)
    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        return connect(*arguments, **options, factory=Connection)

    database.sqlite3.connect = connected  # pyright: ignore[reportAttributeAccessIssue]
    for name in ("rename", "replace", "unlink", "remove", "rmdir"):
        setattr(os, name, on_file(getattr(os, name)))
    for name in places.SERVER:
        if hasattr(IMAPClient, name):
            setattr(IMAPClient, name, stepping(getattr(IMAPClient, name)))
    complete = imaplib.IMAP4._command_complete  # pyright: ignore[reportAttributeAccessIssue]

    def completed(self: imaplib.IMAP4, name: str, tag: bytes) -> Any:
        watch.sent()
        return complete(self, name, tag)

    imaplib.IMAP4._command_complete = completed  # pyright: ignore[reportAttributeAccessIssue]
