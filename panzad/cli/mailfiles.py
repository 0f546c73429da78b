"""Mails out of files and folders: .eml, mbox, Maildir, a mail program's folder of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from panzad.errors import UsageError
from panzad.mail import mbox

# What Thunderbird keeps beside its mboxes, and where Maildir puts mail that is still coming in.
_NO_MAIL = (".msf", ".dat", ".json", ".sqlite", ".html")
_TEMPORARY = "tmp"


def mails_of(path: Path) -> Iterator[bytes]:
    """The mails of a file. Raises UsageError when it cannot be read."""
    try:
        with path.open("rb") as file:
            if file.peek(5).startswith(b"From "):
                yield from mbox.messages(file)
            else:
                yield file.read()
    except OSError as error:
        raise UsageError(f"cannot read {path} ({error.strerror})", "check its mode") from error


def mails_under(path: Path) -> Iterator[bytes]:
    """The mails of a file, or of all files under a folder."""
    if not path.is_dir():
        yield from mails_of(path)
        return
    for one in sorted(path.rglob("*")):
        if one.is_file() and one.parent.name != _TEMPORARY and one.suffix not in _NO_MAIL:
            yield from mails_of(one)
