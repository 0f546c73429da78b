"""Text as the database can hold it."""

from __future__ import annotations


def storable(text: str) -> str:
    """`text` with `?` for lone surrogates, which SQLite's UTF-8 cannot hold.

    They come from bytes of no known charset in what a server says.
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
