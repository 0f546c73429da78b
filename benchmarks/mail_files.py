"""Reads the mails of a folder of corpora, whatever files they lie in, for the mail benchmarks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from panzad.mail import mbox

_KINDS = frozenset({".eml", ".msg", ".txt", ".mbox", ".jsonl"})
_FIELD = re.compile(rb"(?:From |>?From:?|[!-9;-~]+[ \t]*:)")
_PLAIN = b"Content-Type: text/plain; charset=utf-8\n\n"


def mails(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every mail below `folder` in a fixed order: (corpus, bytes).

    The corpus is the folder that a file lies in, relative to `folder`. mbox files are split,
    lines of JSON (a text under `email`) and text files without a header get a plain one.
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _KINDS or not path.is_file():
            continue
        corpus = path.parent.relative_to(folder).as_posix()
        for raw in mails_of(path):
            yield corpus, raw


def mails_of(path: Path) -> Iterator[bytes]:
    """Every mail of one file."""
    match path.suffix.lower():
        case ".mbox":
            with path.open("rb") as file:
                yield from mbox.messages(file)
        case ".jsonl":
            for line in path.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                if "email" in entry:
                    subject = " ".join((entry.get("subject") or "").split())
                    yield f"Subject: {subject}\n".encode() + _PLAIN + entry["email"].encode()
        case _:
            raw = path.read_bytes()
            # A bare text is no mail yet; a torture mail with a broken header is one as it is.
            bare = path.suffix.lower() == ".txt" and not _FIELD.match(raw)
            yield _PLAIN + raw if bare else raw
