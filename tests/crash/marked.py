"""The life of a mark: seen, gathered, written, appended, told, and what became of the draft."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from email.utils import format_datetime

from panzad.store import adapters, marks
from panzad.store.database import Database
from tests.crash.hooks import Kill
from tests.crash.lives import Stage
from tests.crash.world import World
from tests.drafting.followup.mail_program import as_thunderbird_saves, taken
from tests.servers.mailbox import mail

SMALL = {"panzad.drafting.drawing:MAX_TOKENS": 8}
# Functions that are gone, as defects of ours over one mark.
NO_TASK = {"panzad.drafting.rounds:task_of": None}
NO_WRITING = {"panzad.desk:loaded": None}
NO_KEYWORD = {"panzad.drafting.rounds:tell_source": None}
NO_LEARNING = {"panzad.worker:enforce": None}
UNUSED = "[drafts]\nunused_limit = 1\n"
MISSPELT = "[drafts]\nnonsense = 1\n"
NOWHERE = '[accounts.work.folders]\ndrafts = "Nowhere"\n'
NOBODY = '[privacy]\nexclude_people = ["bob@example.net"]\n'


SETTINGS = '[model]\nbase = "{base}"\nidle_minutes = 0.001\n'


def question(number: int, **headers: str) -> bytes:
    return mail(
        f"Lunch {number}", "Do you have time for lunch on Thursday?\n\nBob\n",
        sender="Bob Ray <bob@example.net>", To="Ann Lee <me@example.org>",
        Message_ID=f"<lunch.{number}@example.net>", Date=_now(), **headers,
    )  # fmt: skip


def _now() -> str:
    return format_datetime(datetime.now(UTC))


def begin(world: World) -> World:
    """A question that was flagged before panzad came."""
    world.mailbox.append("INBOX", question(1), flags=("\\Flagged",))
    return world


def flagged(number: int, **headers: str) -> Callable[[World], World]:
    def flag(world: World) -> World:
        world.mailbox.append("INBOX", question(number, **headers), flags=("\\Flagged",))
        return world

    return flag


def asked(world: World) -> World:
    """A flag, while an adapter of another base model is the one to serve."""
    with closing(Database(world.state / "panzad.db")) as db, db.transaction() as tx:
        adapters.begin(tx, "20250101-000000-0000", "another", {}, 1, 1)
        adapters.finish(tx, "20250101-000000-0000", {}, "better", promote=True)
    return flagged(2)(world)


def drafted(number: int) -> Callable[[World], World]:
    """A question, and its draft in Drafts."""

    def draft(world: World) -> World:
        flagged(number)(world)
        world.run(("draft",), constants=SMALL, heavy=True)
        return world

    return draft


def edited_and_sent(world: World) -> World:
    draft = as_thunderbird_saves(taken(world.mailbox))
    world.mailbox.append("Sent", draft.replace(b"\r\n\r\n", b"\r\n\r\nYes, at noon.\r\n\r\n", 1))
    return world


def answered_without(world: World) -> World:
    drafted(3)(world)
    own = mail(
        "Re: Lunch 3", "No, I am at sea.\n", To="bob@example.net", Date=_now(),
        In_Reply_To="<lunch.3@example.net>", Message_ID="<own.3@example.org>",
    )  # fmt: skip
    world.mailbox.append("Sent", own)
    return world


def thrown_away(world: World) -> World:
    taken(drafted(4)(world).mailbox)
    return world


def drafted_for_nobody(world: World) -> World:
    """A draft to somebody who was excluded when it was made: a mark is a wish of its own."""
    return drafted(7)(world.configured(NOBODY))


def configured(added: str) -> Callable[[World], World]:
    return lambda world: world.configured(added)


def taken_back(world: World) -> World:
    """A flag is taken off while nobody knows whether its draft has arrived; it has not."""
    cut_off(5, "imap.drafts.append_draft")(world)
    with world.mailbox.client() as client:
        client.select_folder("INBOX")
        client.remove_flags(client.search()[-1:], ["\\Flagged"])
    return world


def cut_off(number: int, place: str) -> Callable[[World], World]:
    """A mark whose draft has come as far as this place, and not past it.

    What is postponed comes due after a minute, which a slow machine takes: it stays so.
    """

    def cut(world: World) -> World:
        with closing(Database(world.state / "panzad.db")) as db, db.transaction() as tx:
            tx.execute("UPDATE marks SET retry_at = '2999' WHERE retry_at NOT NULL")
        kill = Kill(place, 1, "before")
        flagged(number)(world)
        world.run(("draft",), {-signal.SIGKILL}, kill, constants=SMALL, heavy=True)
        return world

    return cut


def paused(world: World) -> World:
    world.run(("pause",))
    return world.configured("")


def unflagged(world: World) -> World:
    world.mailbox.append("INBOX", question(11))
    return world.configured("")


def until_asked(world: World) -> tuple[str, ...]:
    """Who asked for a draft need not ask again once that is on record."""
    with closing(Database(world.state / "panzad.db")) as db:
        known = any(one.message_id == "<lunch.11@example.net>" for one in marks.all_of(db))
    return ("draft",) if known else ASK


ASKED = {"cli.draft._asked"}
ASK = ("draft", "<lunch.11@example.net>")
REFUSED = {"Auto_Submitted": "auto-generated"}
WAITING = "desk.Desk.write_mark"
STAGES = (
    Stage(("draft",), begin),
    Stage(("draft",), asked, constants=SMALL, heavy=True),
    Stage(ASK, unflagged, again=until_asked, constants=SMALL, heavy=True, only=ASKED),
    Stage(("sync",), edited_and_sent),
    Stage(("sync",), answered_without),
    Stage(("sync",), thrown_away),
    Stage(("sync",), drafted_for_nobody),
    Stage(("sync",), configured(UNUSED)),
    Stage(("sync",), configured("")),
    Stage(("draft",), taken_back),
    Stage(("draft",), flagged(6, **REFUSED), constants=NO_KEYWORD),
    Stage(("draft",), flagged(8), constants=NO_TASK),
    Stage(("draft",), cut_off(9, WAITING), constants=NO_WRITING, status=1, again_status=0),
    Stage(("worker",), cut_off(10, WAITING), constants=NO_WRITING | NO_LEARNING),
    Stage(("worker",), configured(MISSPELT), status=3),
    Stage(("run",), paused, stop="daemon.main.Daemon._begin_anew"),
    Stage(("run",), configured(NOWHERE), stop="store.problems.try_report"),
)
