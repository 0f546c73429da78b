"""The life of a backup: written, and brought back over what came after it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from panzad.config import locate
from panzad.learning import forgetting
from panzad.mail.forgetting import Target
from panzad.store.database import Database
from tests.crash.lives import Stage
from tests.crash.world import World
from tests.test_backup import Place


def _place(world: World) -> Place:
    place = Place.__new__(Place)
    place.paths = locate(None, world.state)
    place.db = Database(place.paths.database)
    return place


def begin(world: World) -> World:
    """Two mails and an adapter; and what a backup left that was cut off."""
    place = _place(world)
    place.add(1)
    place.add(2, to="eve@x.org")
    place.train("first")
    place.db.close()
    for name in (".saved.partial", ".saved.partial.db"):
        (world.folder / name).write_bytes(b"half a backup")
    return world


def later(world: World) -> World:
    """One mail and one adapter more, somebody forgotten, and no config; half a restore."""
    place = _place(world)
    place.add(3)
    place.train("second")
    forgetting.forget(place.db, Target("address", "eve@x.org"))
    place.db.close()
    (world.state / "adapters" / "first" / "adapter.gguf").write_bytes(b"damaged")
    (world.state / "config.toml").unlink()
    (world.state / ".restore").mkdir()
    (world.state / ".restore" / "panzad.db").write_bytes(b"half a database")
    return world


def damaged(world: World) -> World:
    """The database is spoilt, and beside it lies the log of a process that was killed."""
    database = world.state / "panzad.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("INSERT INTO notes VALUES ('of', 'the spoilt one')")
        log = Path(f"{database}-wal").read_bytes()
    content = bytearray(database.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    database.write_bytes(content)
    Path(f"{database}-wal").write_bytes(log)
    return world


STAGES = (
    Stage(("backup", "{folder}/saved"), begin),
    Stage(("restore", "{folder}/saved"), later),
    Stage(("restore", "{folder}/saved"), damaged),
)
