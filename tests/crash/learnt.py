"""The life of a sent mail that stands in the dataset: its instruction, its vector, the index."""

from __future__ import annotations

from contextlib import closing

from panzad.store.database import Database
from tests.crash.lives import Stage
from tests.crash.world import World
from tests.training.test_adapter_runs import learnt

SMALL = {"panzad.learning.embedding:BATCH": 2}
# The function is gone: as a defect of ours over every mail.
BROKEN = {"panzad.learning.playback:instruct": None}
TEMPLATE = (
    "Dear all, the boathouse is closed on Monday for repairs of the roof and of the long pier."
)
TEXTS = (TEMPLATE, "The key lies in my desk.", TEMPLATE)
SETTINGS = '[model]\nbase = "{base}"\n'


def begin(world: World) -> World:
    """Three mails, of which the last repeats the first."""
    with closing(Database(world.state / "panzad.db")) as db:
        learnt(db, *TEXTS, done=False)
    return world


def changed(world: World) -> World:
    """One mail has left, one has come."""
    with closing(Database(world.state / "panzad.db")) as db:
        learnt(db, *TEXTS, "The boat is ready, it lies at the pier.", done=False)
        with db.transaction() as tx:
            tx.execute("DELETE FROM locations WHERE uid = 2")
            tx.execute("DELETE FROM mails WHERE message_id = '<1@x>'")
    return world


STAGES = (
    Stage(("learn",), begin, constants=SMALL, heavy=True),
    Stage(("learn",), changed, constants=BROKEN, heavy=True),
)
