"""The life of an adapter: begun, trained, written, judged, serving; and how others leave for it."""

from __future__ import annotations

from contextlib import closing

from panzad.store import adapters
from panzad.store.database import Database
from tests.crash.lives import Stage
from tests.crash.world import World
from tests.training.test_adapter_runs import learnt

SETTINGS = '[model]\nbase = "{base}"\n'
ENOUGH = "[training]\nmin_mails = 8\n"
NO_ROOM = "disk_gb = 0.000001\n"
MAILS = 9
TRAIN = ("train", "--method", "lora", "--epochs", "1")
# A model of 600 tokens writes nothing that could be like anybody's: the gate goes by its loss.
SMALL = {
    "panzad.training.gate:LIKENESS_ERROR": 10.0,
    "panzad.training.run:CHECKPOINT_SECONDS": 0.0,
    "panzad.evaluation.trial:MAX_DRAFTS": 2,
    "panzad.drafting.drawing:MAX_TOKENS": 24,
}
# In the order of their ids: a run of other mails, one without a row, a refused one, a tainted one.
CUT_OFF, UNKNOWN, REFUSED, TAINTED = (f"2025010{number}-000000-0000" for number in range(1, 5))
OF_OTHERS = {"method": "lora", "epochs": 1, "seed": 7, "train": [], "holdout": [99], "data": ""}


def begin(world: World) -> World:
    """Played-back mails, too few for the default."""
    with closing(Database(world.state / "panzad.db")) as db:
        learnt(db, *(f"Ahoy,\n\nnumber {number} is fine.\n\nOdile" for number in range(MAILS)))
    return world


def others(world: World) -> World:
    """An adapter serves, more mails have come, and of adapters that have to leave there is one for
    each reason."""
    world = world.configured(ENOUGH)
    world.run(TRAIN, constants=SMALL, heavy=True)
    with closing(Database(world.state / "panzad.db")) as db:
        texts = [f"Ahoy,\n\nnumber {number} is fine.\n\nOdile" for number in range(MAILS + 2)]
        learnt(db, *texts)
        base = adapters.listed(db)[0].base
        with db.transaction() as tx:
            for name, newest in ((REFUSED, 0), (TAINTED, 99)):
                adapters.begin(tx, name, base, {}, 1, newest)
                adapters.finish(tx, name, {}, "no better", promote=False)
            tx.execute("UPDATE adapters SET tainted_at = created_at WHERE id = ?", (TAINTED,))
            adapters.begin(tx, CUT_OFF, base, OF_OTHERS, 1, 0)
    for name in (CUT_OFF, f".removed.{CUT_OFF}", UNKNOWN, REFUSED, TAINTED):
        directory = world.state / "adapters" / name
        directory.mkdir(parents=True)
        finished = name in (REFUSED, TAINTED)
        (directory / ("manifest.json" if finished else "checkpoint.pt")).write_text("{}")
    [merged] = (world.state / "adapters").glob("*/merged-*.gguf")
    merged.with_name(f".{merged.name}.0").write_bytes(b"by a process that is no more")
    return world.configured(ENOUGH + NO_ROOM)


def again(world: World) -> tuple[str, ...]:
    """What is left of a training: a run that is judged is not begun anew."""
    with closing(Database(world.state / "panzad.db")) as db:
        newest = adapters.last_finished(db)
        judged = newest is not None and newest.metrics and newest.newest_mail > MAILS
        return ("adapters", "prune") if judged else TRAIN


def back(world: World) -> tuple[str, ...]:
    """A second rollback would go back further still."""
    with closing(Database(world.state / "panzad.db")) as db:
        serving = adapters.serving(db)
        return ("adapters", "list") if serving and serving.newest_mail == MAILS else ROLLBACK


ROLLBACK = ("adapters", "rollback")


def of_method(name: str, place: str) -> Stage:
    """A training by another method, killed where that method's own file is written."""
    command = tuple(name if one == "lora" else one for one in TRAIN)
    return Stage(command, constants=SMALL, heavy=True, only={place})


STAGES = (
    Stage(TRAIN, begin, constants=SMALL, heavy=True, status=1),
    Stage(TRAIN, others, again=again, constants=SMALL, heavy=True),
    Stage(ROLLBACK, again=back),
    Stage(("adapters", "use", "none")),
    of_method("rosa", "training.learner._LowRankAndSparse.save"),
    of_method("full", "training.learner._Whole.save"),
)
