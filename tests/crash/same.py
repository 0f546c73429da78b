"""What two runs have to end with alike, and what may differ between them: said here only."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from panzad.engines.checksums import hash_file
from tests.crash.world import World

# Drawn by chance: an adapter's id, the token in a draft's Message-ID. When something was.
_ADAPTER = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
_ASIDE = re.compile(r"quarantine/\d{8}-\d{6}")
_TOKEN = re.compile(r"panzad\.(\d+)\.[0-9a-f]{12}")
_MOMENT = re.compile(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
# By the key that is made by chance, when something is first forgotten.
_KEYED = {("forgotten", "digest"), ("forgotten", "cause")}
# How long something took; how often something was tried or told, of which a killed try is one.
_MEASURED = {"seconds", "tokens_per_second", "created"}
_COUNTED = {("problems", "times")}
# Read by none of panzad's decisions: locks, logs; and what is compared as rows.
_UNREAD = re.compile(r"(locks/|panzad\.log|config\.toml|panzad\.db|bell$|models/checked)")


def end_of(world: World) -> dict[str, Any]:
    """All that outlives the processes: rows, files, and every mail on the server."""
    found = {"rows": _rows(world.state / "panzad.db"), "files": _files(world.folder)}
    return _without_chance({**found, "mail": _mail(world)}, world)


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The lines in which two ends are not the same."""
    ours, theirs = (json.dumps(end, indent=1).splitlines() for end in (one, other))
    found = unified_diff(ours, theirs, n=4, lineterm="")
    return [line for line in found if not line.startswith("@@")]


def _rows(database: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(database)) as db:
        db.row_factory = sqlite3.Row
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert not db.execute("PRAGMA foreign_key_check").fetchall()
        tables = [
            row["name"]
            for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not row["name"].startswith("mail_search_")
        ]
        return {
            table: [
                {name: _value(table, name, row) for name in row.keys()}  # noqa: SIM118
                for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608
            ]
            for table in tables
        }


def _value(table: str, name: str, row: sqlite3.Row) -> Any:
    value = row[name]
    if value is None:
        return None
    if name.endswith("_at") or name == "at" or _MOMENT.fullmatch(str(value)):
        return "then"
    if (table, name) in _KEYED | _COUNTED or (
        table == "notes" and name == "value" and row["key"] == "forgotten.key"
    ):
        return "by chance"
    if table == "notes" and name == "value" and row["key"] == "privacy":
        # Up to which mail they are judged: those of the killed run by the one after it already.
        return json.loads(value)[:-1]
    if (table, name) == ("adapters", "metrics"):
        return _unmeasured(json.loads(value))
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value


def _files(folder: Path) -> dict[str, Any]:
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: _content(path)
        for name, path in sorted(found.items())
        if not _UNREAD.search(name.removeprefix("state/"))
    }


def _content(path: Path) -> Any:
    if zipfile.is_zipfile(path) and path.suffix != ".pt":
        return _archive(path)
    if path.name == "curve.jsonl":
        return [_unmeasured(json.loads(line)) for line in path.read_text().splitlines()]
    if path.name == "manifest.json":
        values = _unmeasured(json.loads(path.read_bytes()))
        # The curve's checksum is of what was measured: that each is right is to be the same.
        files = values.get("files", {})
        return {
            **values,
            "files": {name: hash_file(path.with_name(name)) == files[name] for name in files},
        }
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _archive(path: Path) -> Any:
    """A backup: its database as rows, of its manifest the names."""
    with zipfile.ZipFile(path) as archive, TemporaryDirectory() as folder:
        archive.extract("panzad.db", folder)
        rest = [name for name in archive.namelist() if name not in ("panzad.db", "manifest.json")]
        return [rest, _rows(Path(folder) / "panzad.db")]


def _unmeasured(values: Any) -> Any:
    if isinstance(values, list):
        return [_unmeasured(one) for one in values]
    if not isinstance(values, dict):
        return values
    return {key: _unmeasured(one) for key, one in values.items() if key not in _MEASURED}


def _mail(world: World) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    with world.mailbox.client() as client:
        for _, _, folder in client.list_folders():
            client.select_folder(folder, readonly=True)
            mails: Any = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
            found[folder] = [
                (uid, sorted(set(one[b"FLAGS"]) - {b"\\Recent"}), _letter(one[b"BODY[]"]))
                for uid, one in sorted(mails.items())
            ]
    return found


def _letter(raw: bytes) -> str:
    text = raw.decode("ascii", "backslashreplace")
    return re.sub(r"(?m)^Date: .*$", "Date: then", text) if "\nX-Panzad: " in text else text


def _without_chance(found: dict[str, Any], world: World) -> dict[str, Any]:
    text = json.dumps(found, default=repr, sort_keys=True)
    text = re.sub(rf"{re.escape(str(world.folder.parent))}/\d+", "world", text)
    for number, name in enumerate(sorted(set(_ADAPTER.findall(text))), start=1):
        text = text.replace(name, f"adapter {number}")
    return json.loads(_ASIDE.sub("quarantine/then", _TOKEN.sub(r"panzad.\1.token", text)))
