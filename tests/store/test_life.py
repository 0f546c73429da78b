"""The life of a mark: every transition of the table is possible on record, and no other."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from panzad.store import life, marks
from panzad.store.database import Database
from panzad.store.marks import Appending, NewMark

STATES = sorted(life.TRANSITIONS)
Step = Callable[[sqlite3.Connection, int], object]


def ended_as(state: str) -> Step:
    return lambda tx, number: marks.ended(tx, number, state)


STEPS: dict[str, Step] = {
    "gathered": lambda tx, number: marks.gathered(tx, number, "{}", None, ""),
    "written": lambda tx, number: marks.written(tx, number, "Yes.", None),
    "appending": lambda tx, number: marks.appending(
        tx, number, Appending(b"", "<draft@x>", "Drafts", 1, 1)
    ),
    "appended": lambda tx, number: marks.appended(tx, number, 1),
    "cancelled": lambda tx, number: marks.cancel(tx, number),
    "refused": lambda tx, number: marks.refuse(tx, number, "too old"),
    "failed": lambda tx, number: marks.fail(tx, number, "the server says no"),
    **{
        state: ended_as(state)
        for state in (
            "stale", "sent-unchanged", "sent-edited", "discarded", "answered-without",
        )
    },
}  # fmt: skip


def in_state(db: Database, state: str) -> int:
    with db.transaction() as tx:
        number = marks.add(tx, NewMark("work", "INBOX", 1, 1, "<a@x>", "reply"))
        tx.execute("UPDATE marks SET state = ? WHERE id = ?", (state, number))
    return number


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", sorted(STEPS))
def test_a_mark_goes_where_the_table_lets_it_and_nowhere_else(
    db: Database, before: str, after: str
) -> None:
    number = in_state(db, before)
    try:
        with db.transaction() as tx:
            STEPS[after](tx, number)
    except life.IllegalStep:
        pass
    mark = marks.get(db, number)
    assert mark is not None
    expected = after if after in life.TRANSITIONS[before] else before
    assert mark.state == expected


@pytest.mark.parametrize("state", sorted(life.TRANSITIONS.keys() - life.FIRST))
def test_no_mark_begins_in_a_later_state(db: Database, state: str) -> None:
    new = NewMark("work", "INBOX", 1, 1, "<a@example.org>", "reply", state, present=True)
    with pytest.raises(life.IllegalStep), db.transaction() as tx:
        marks.add(tx, new)


def test_every_state_but_the_first_ones_is_reached_by_a_step() -> None:
    assert STEPS.keys() | life.FIRST == life.TRANSITIONS.keys()
    reached = set(life.FIRST)
    while more := {after for one in reached for after in life.TRANSITIONS[one]} - reached:
        reached |= more
    assert reached == life.TRANSITIONS.keys()


def test_the_database_knows_these_states_and_no_other(db: Database) -> None:
    for state in STATES:
        in_state(db, state)
        with db.transaction() as tx:
            tx.execute("UPDATE marks SET present = 0")
    with pytest.raises(sqlite3.IntegrityError):
        in_state(db, "lost")


def test_the_table_in_the_docs_is_this_one() -> None:
    text = (Path(__file__).parents[2] / "docs" / "drafts.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \|.*\| ([^|]*)\|$", text, re.MULTILINE)
    told = {state: set(re.findall(r"`([a-z-]+)`", after)) for state, after in rows}
    assert told == {state: set(after) for state, after in life.TRANSITIONS.items()}
