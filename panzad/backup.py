"""Backup and restore: one zip file with the database, the adapters and the config.

The database is copied by SQLite's backup interface, so a daemon may run. Every file has its
SHA-256 in the manifest. A restore unpacks and checks everything beside the state before it touches
it; then new adapters come first, the database changes in one transaction, and only then old
adapters leave. Killed at any point, the state is the old one or the new one, whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from panzad import __version__
from panzad.config import Paths
from panzad.engines import adapter_files
from panzad.errors import DatabaseDamaged, ModelDamaged, PanzadError, StateLocked, unusable
from panzad.files import flush
from panzad.learning import forgetting
from panzad.locks import held
from panzad.store import adapters, forgotten
from panzad.store.database import Database
from panzad.store.schema import MIGRATIONS
from panzad.training.adapters import remove

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "panzad.db"
CONFIG = "config.toml"
# What a manifest may name: nothing else is ever unpacked.
_MEMBER = re.compile(r"panzad\.db|config\.toml|adapters/[\w-][\w.-]*/[\w-][\w.-]*")
# What zipfile raises for bytes that are no archive of ours: a flipped flag may even ask for a
# password (RuntimeError) or an unknown compression (NotImplementedError).
_UNREADABLE = (
    OSError,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    RuntimeError,
    zipfile.BadZipFile,
)
# What is not the fault of the bytes: there is no room for them, or they may not be read or written.
_NO_ROOM = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}
)
_STAGED = ".restore"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds."""

    made_at: str
    files: int
    bytes: int


def back_up(db: Database, paths: Paths, target: Path) -> Contents:
    """Write a backup to `target`, readable by its owner only; whole or not at all.

    Raises PanzadError where the file cannot be written.
    """
    target = target.absolute()  # even "." has a name then
    partial = target.with_name(f".{target.name}.partial")
    copy = partial.with_name(partial.name + ".db")
    try:
        copy.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
        copy.touch(mode=0o600)
        db.copy_to(copy)
        partial.touch(mode=0o600)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            contents = _fill(archive, _members(db, paths, copy))
        flush(partial)
        partial.replace(target)
        flush(target.parent)
    except OSError as error:
        raise PanzadError(
            f"cannot write {target} ({error.strerror})", "choose another place"
        ) from error
    finally:
        copy.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
    return contents


def _members(db: Database, paths: Paths, copy: Path) -> Iterator[tuple[str, Path]]:
    yield DATABASE, copy
    if paths.config.is_file():
        yield CONFIG, paths.config
    for one in adapters.listed(db):
        directory = paths.adapters / one.id
        if one.state in ("serving", "kept", "refused"):
            try:
                files = (adapter_files.MANIFEST, *adapter_files.verify(directory))
            except ModelDamaged:
                continue  # What is damaged already is no use in a backup.
            yield from ((f"adapters/{one.id}/{name}", directory / name) for name in files)


def _fill(archive: zipfile.ZipFile, members: Iterator[tuple[str, Path]]) -> Contents:
    digests: dict[str, str] = {}
    size = 0
    for name, path in members:
        with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as sink:
            digests[name] = _copy(source, sink)
        size += path.stat().st_size
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {
        "format": FORMAT,
        "panzad": __version__,
        "schema": len(MIGRATIONS),
        "made_at": made_at,
        "files": digests,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, indent=2))
    return Contents(made_at, len(digests), size)


def restore(paths: Paths, source: Path) -> Contents:
    """Make the state what it was when the backup was made; a config that is there stays.

    What was forgotten since stays forgotten. Raises StateLocked while panzad runs, and PanzadError
    for a file that is damaged, no backup, or of a newer panzad: then nothing has changed.
    """
    paths.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = paths.state / _STAGED
    with ExitStack() as locks:
        _hold_all(paths, locks)
        shutil.rmtree(staged, ignore_errors=True)
        try:
            contents = _unpacked(source, staged)
            _taken_over(paths, staged)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return contents


def _hold_all(paths: Paths, locks: ExitStack) -> None:
    names = {
        "daemon",
        "worker",
        "train",
        "learn",
        *(one.stem for one in paths.locks.glob("*.lock")),
    }
    for name in sorted(names):
        try:
            locks.enter_context(held(paths.locks, name, wait=False))
        except StateLocked as error:
            raise StateLocked(error.what, "stop panzad, then restore") from None


def _unpacked(source: Path, staged: Path) -> Contents:
    """The backup's files under `staged`, each with the checksum that the manifest names."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            _accepted(source, manifest)
            size = 0
            for name, expected in manifest["files"].items():
                path = staged / name
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path.touch(mode=0o600)
                with archive.open(name) as member, path.open("wb") as sink:
                    if _copy(member, sink) != expected:
                        raise _damaged(source, f"{name} is not what it was")
                    sink.flush()
                    os.fsync(sink.fileno())
                size += path.stat().st_size
            return Contents(manifest["made_at"], len(manifest["files"]), size)
    except PanzadError:
        raise
    except FileNotFoundError:
        raise PanzadError(f"there is no file {source}", "name a backup") from None
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise unusable(error, staged) from error
        raise _damaged(source, type(error).__name__) from error
    except zlib.error as error:
        raise _damaged(source, str(error)) from error


def _accepted(source: Path, manifest: dict[str, Any]) -> None:
    newer = manifest["format"] > FORMAT or manifest["schema"] > len(MIGRATIONS)
    if newer:
        raise PanzadError(
            f"{source} was made by a newer panzad ({manifest['panzad']})",
            "install that version, then restore",
        )
    names = manifest["files"]
    if DATABASE not in names or not all(_MEMBER.fullmatch(name) for name in names):
        raise _damaged(source, "its manifest names other files")


def _taken_over(paths: Paths, staged: Path) -> None:
    with closing(Database(staged / DATABASE)) as new:
        new.check()
        with closing(_current(paths)) as old:
            if not forgotten.carry_over(old, new):
                raise PanzadError(
                    "the backup and this state have each forgotten something",
                    "restore into an empty folder (`--state DIR`), and forget there again",
                )
            if forgetting.finish(new):
                new.compact()
            for directory in sorted((staged / "adapters").glob("*")):
                _put(directory, paths.adapters / directory.name)
            old.become(new)
            _drop_unknown(paths, {one.id for one in adapters.listed(old)})
    if (staged / CONFIG).exists() and not paths.config.exists():
        paths.config.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (staged / CONFIG).replace(paths.config)


def _current(paths: Paths) -> Database:
    """The present database; one that is damaged is moved aside and an empty one takes its place."""
    try:
        db = Database(paths.database)
        db.check()
    except DatabaseDamaged:
        aside = paths.state / "quarantine" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
        aside.mkdir(parents=True, exist_ok=True, mode=0o700)
        for suffix in ("", "-wal", "-shm"):
            path = paths.database.with_name(paths.database.name + suffix)
            if path.exists():
                path.rename(aside / path.name)
        return Database(paths.database)
    return db


def _put(directory: Path, target: Path) -> None:
    """Bring in one adapter, unless it is there and whole."""
    try:
        adapter_files.verify(target)
    except ModelDamaged:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        remove(target)
        directory.rename(target)
        flush(target.parent)


def _drop_unknown(paths: Paths, known: set[str]) -> None:
    for directory in paths.adapters.glob("*"):
        if directory.is_dir() and directory.name not in known:
            remove(directory)


def _copy(source: Any, sink: Any) -> str:
    """Copy a stream; the SHA-256 of what went through."""
    digest = hashlib.sha256()
    while block := source.read(1 << 20):
        digest.update(block)
        sink.write(block)
    return digest.hexdigest()


def _damaged(source: Path, why: str) -> PanzadError:
    return PanzadError(f"{source} is damaged or no backup ({why})", "use another backup")
