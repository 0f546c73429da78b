"""Text as the database can hold it."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager


def storable(text: str) -> str:
    """`text` with `?` for lone surrogates, which SQLite's UTF-8 cannot hold.

    They come from bytes of no known charset in what a server says.
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def readable(what: str) -> Generator[None]:
    """Where a value that SQLite took for whole cannot be read, the database is damaged.

    Raises sqlite3.DatabaseError, without the value: it may be mail.
    """
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise sqlite3.DatabaseError(f"a row of {what} cannot be read") from None
