"""Counts the commands that a session sends: round trips are what a sync costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from panzad.imap.session import Session


@contextmanager
def commands(session: Session) -> Iterator[list[str]]:
    """The commands sent while the block runs, without their tags."""
    link: Any = session.client._imap
    send = link.send
    sent: list[str] = []

    def counted(data: bytes) -> None:
        if data.startswith(link.tagpre):
            sent.append(data.decode("ascii", "replace").partition(" ")[2].strip())
        send(data)

    link.send = counted
    try:
        yield sent
    finally:
        link.send = send
