"""Which adapter is the newest when several were made within one second."""

from __future__ import annotations

import pytest

from panzad.store import adapters
from panzad.store.database import Database

MOMENT = "2026-11-24T02:00:00+00:00"
#: Ids end in random digits, so their order says nothing of which was made first.
FIRST, SECOND = "20261124-020000-ffff", "20261124-020000-0001"


@pytest.fixture
def two_in_one_second(db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(adapters, "now", lambda: MOMENT)
    with db.transaction() as tx:
        for adapter_id in (FIRST, SECOND):
            adapters.begin(tx, adapter_id, "base", {}, mails=1, newest_mail=1)
            adapters.finish(tx, adapter_id, {}, "better", promote=True)
    return db


def test_the_one_recorded_last_is_listed_first(two_in_one_second: Database) -> None:
    assert [one.id for one in adapters.listed(two_in_one_second)] == [SECOND, FIRST]


def test_the_one_recorded_last_is_the_last_that_finished(two_in_one_second: Database) -> None:
    last = adapters.last_finished(two_in_one_second)
    assert last is not None
    assert last.id == SECOND


def test_a_rollback_goes_to_the_one_that_served_before(two_in_one_second: Database) -> None:
    before = adapters.previous(two_in_one_second)
    assert before is not None
    assert before.id == FIRST
