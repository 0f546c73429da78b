"""Counts the commands that a session sends: round trips are what a sync costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from panzad.imap.session import Session


@contextmanager
def commands(session: Session) -> Iterator[list[str]]:
    """The command names sent while the block runs."""
    imaplib_client = session.client._imap
    send = imaplib_client.send
    sent: list[str] = []

    def counted(data: bytes) -> None:
        if data.startswith(imaplib_client.tagpre):
            sent.append(data.decode("ascii", "replace").partition(" ")[2].strip())
        send(data)

    imaplib_client.send = counted
    try:
        yield sent
    finally:
        imaplib_client.send = send
