"""The life of what is forgotten: its tombstone, and how all that holds it is rid of it."""

from __future__ import annotations

from contextlib import closing

from panzad.recall import EMBEDDER
from panzad.store import adapters, drafts, embeddings, marks
from panzad.store.database import Database
from panzad.store.embeddings import IndexFile
from panzad.store.mails import ThreadTurn
from panzad.store.marks import NewMark
from tests.crash.lives import Stage
from tests.crash.world import World
from tests.learning.test_forgetting import keep

SMALL = {"panzad.learning.forgetting:BATCH": 2, "panzad.learning.privacy:BATCH": 2}
EVE = "eve@x.org"
RUN = "20250101-000000-0000"


def begin(world: World) -> World:
    """Mails to and of somebody, a reply, marks, a draft, an index file, a run, a logged line."""
    with closing(Database(world.state / "panzad.db")) as db:
        for number in range(1, 6):
            keep(db, number, to=EVE if number % 2 else "bob@x.org")
        keep(db, 6, turns=(ThreadTurn("Cy", "cy@x.org", "", "Yes?"),), parents=("<p@x>",))
        with db.transaction() as tx:
            mark = marks.add(tx, NewMark("work", "INBOX", 1, 1, "<a@x>", "reply"))
            marks.gathered(tx, mark, f'{{"to": "{EVE}"}}', None, "")
            over = marks.add(tx, NewMark("work", "INBOX", 1, 2, "<b@x>", "reply"))
            drafts.keep(tx, over, [EVE], "Say yes", "Yes, gladly.")
            adapters.begin(tx, RUN, "base", {}, 1, 5)
            embeddings.record_index(tx, IndexFile(1, "mails-1.hnsw", EMBEDDER, ""))
    for path in (
        world.state / "index" / "mails-1.hnsw",
        world.state / "adapters" / RUN / "weights",
    ):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"of six mails")
    (world.state / "panzad.log").write_text(f'{{"to": "{EVE}"}}\n{{"to": "bob"}}\n')
    return world


STAGES = (
    Stage(("forget", "--yes", EVE), begin, constants=SMALL),
    Stage(("forget", "--lift", EVE), again_status=1),
    Stage(("forget", "--yes", "Archive/Private")),
)
