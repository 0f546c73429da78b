"""Searches the files for what was forgotten: the bytes as they lie on the disk, not what SQL tells.

Two searches. Right after a `panzad forget` the words are still known: pieces of every text that
left are looked for, but for those that stand in what stays. Later only digests are: then every
address and Message-ID that stands anywhere is compared with them.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from panzad.config import Paths
from panzad.learning.forgetting import draft_is_forgotten, is_forgotten, known, left_of
from panzad.mail.forgetting import Forgotten
from panzad.store import drafts, folders, mails, marks, pairs, search
from panzad.store.database import Database

PIECE = 24
MOST_PIECES = 300
# Quick in the gigabytes of weights: an address is looked at from its @ on, and then before it.
_NAME = re.compile(rb"<[^<>\s]{3,250}>|@[\w.-]{0,254}\w")
_LOCAL_PART = 65


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched, and where something is left; `places` never say what."""

    files: int
    bytes: int
    places: tuple[str, ...]

    def also(self, places: Iterable[str]) -> Searched:
        """The same search with what was found elsewhere."""
        return replace(self, places=(*self.places, *places))


def leaving(db: Database, forgotten: Forgotten) -> tuple[bytes, ...]:
    """Pieces of the texts that leave when `forgotten` takes effect, and that stand in none that
    stay. To be asked before it does."""
    going: list[str] = []
    staying: list[str] = []
    instructions = {one.mail.id: one.instruction for one in pairs.finished(db)}
    for mail in mails.every(db):
        texts = [mail.subject, mail.own_text, instructions.get(mail.id, "")]
        turns = [turn.text for turn in mail.thread]
        if is_forgotten(mail, forgotten):
            going += [*texts, *turns]
            continue
        left = left_of(mail, forgotten)
        kept = [left.subject, left.own_text, texts[2], *(turn.text for turn in left.thread)]
        staying += kept
        going += [one for one in (*texts, *turns) if one not in kept]
    for draft in drafts.every(db):
        (going if draft_is_forgotten(draft, forgotten) else staying).extend(draft.texts)
    candidates = [one for text in going for one in _pieces(text)]
    candidates = candidates[:: len(candidates) // (4 * MOST_PIECES) + 1]
    rest = "\n".join(staying)
    pieces = [one for one in candidates if one not in rest]
    pieces = pieces[:: len(pieces) // MOST_PIECES + 1]
    return tuple(one.encode("utf-8", "replace") for one in pieces)


def _pieces(text: str) -> Iterator[str]:
    """Pieces of a text as every form of storage has them: no line ends, nothing JSON escapes."""
    for line in re.split(r'[\n\r"\\\t]', text):
        for at in range(0, len(line) - PIECE + 1, PIECE):
            yield line[at : at + PIECE]
        if 12 <= len(line) < PIECE:
            yield line


def search_words(db: Database, paths: Paths, pieces: Sequence[bytes]) -> Searched:
    """Look for words that have left: these in every file, any in the full-text index."""
    searched = _searched(paths, lambda content: any(content.find(one) >= 0 for one in pieces))
    return searched.also(("the full-text index",) if search.has_strays(db) else ())


def search_names(db: Database, paths: Paths) -> Searched:
    """Look for addresses, Message-IDs and folders that are forgotten."""
    forgotten = known(db)
    searched = _searched(paths, lambda content: _names_forgotten(content, forgotten))
    found: list[str] = []
    if any(one.role == "sent" and forgotten.folder(one.name) for one in folders.listed(db)):
        found.append("the table of folders")
    if any(forgotten.folder(mark.folder) for mark in marks.past(db)):
        found.append("the table of marks")
    if any(is_forgotten(mail, forgotten) for mail in mails.every(db)):
        found.append("the table of mails")
    return searched.also(found)


def _searched(paths: Paths, holds: Callable[[mmap.mmap | bytes], bool]) -> Searched:
    """Every file that panzad writes, asked whether it holds something."""
    found: list[str] = []
    files = private_files(paths)
    size = 0
    for path in files:
        with opened(path) as content:
            size += len(content)
            if holds(content):
                found.append(str(path))
    return Searched(len(files), size, tuple(found))


def _names_forgotten(content: mmap.mmap | bytes, forgotten: Forgotten) -> bool:
    names: set[bytes] = set()
    for one in _NAME.finditer(content):
        start = one.start() if one[0].startswith(b"<") else max(0, one.start() - _LOCAL_PART)
        names.add(content[start : one.end()])
    return any(any(forgotten.named(one.decode("utf-8", "replace"))) for one in names)


def private_files(paths: Paths) -> list[Path]:
    """Every file that panzad writes: database with its journals, logs, index, adapters, what was
    moved aside. Base models come from elsewhere, and the config is the user's own."""
    ours = {paths.state, paths.data}
    return sorted(
        {
            path
            for root in ours
            if root.is_dir()
            for path in root.rglob("*")
            if path.is_file()
            and not path.is_symlink()
            and paths.models not in path.parents
            and path != paths.config
        }
    )


@contextmanager
def opened(path: Path) -> Iterator[mmap.mmap | bytes]:
    """The bytes of a file, without reading it whole; none of one that is gone meanwhile."""
    with ExitStack() as stack:
        content: mmap.mmap | bytes = b""
        # An empty file cannot be mapped.
        with suppress(ValueError, FileNotFoundError):
            file = stack.enter_context(path.open("rb"))
            content = stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        yield content
