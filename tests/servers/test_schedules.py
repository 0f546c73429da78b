"""Random bad networks: in the end the mailbox and the database are as over a good one.

A short run of `python -m benchmarks.faults`; PANZAD_FAULT_SCHEDULES says how many days are lived.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.servers.dovecot import DovecotServer
from tests.servers.schedules import Lived, live, schedule

COUNT = int(os.environ.get("PANZAD_FAULT_SCHEDULES", "20"))
SEED = 7


@pytest.fixture(scope="module")
def undisturbed(dovecot: DovecotServer, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return live(dovecot, "undisturbed@example.org", tmp_path_factory.mktemp("undisturbed"), ())


def test_an_undisturbed_day_ends_with_a_draft_for_each_mark(undisturbed: Lived) -> None:
    end = undisturbed.end
    assert len([mail for mail in end.folders if mail[0] == "Drafts"]) == 4, "one is the user's own"
    assert [mark[4] for mark in end.marks if mark[4] != "ignored"] == ["appended"] * 3
    assert len(end.mails) == 2
    assert undisturbed.failures == 0


@pytest.mark.parametrize("number", range(COUNT))
def test_a_day_of_troubles_ends_as_an_undisturbed_one(
    dovecot: DovecotServer, undisturbed: Lived, tmp_path: Path, number: int
) -> None:
    lived = live(dovecot, f"day{number}@example.org", tmp_path, schedule(SEED, number))
    assert lived.end.differences(undisturbed.end) == []


def test_a_schedule_is_its_seed_and_its_number() -> None:
    assert schedule(1, 2) == schedule(1, 2)
    assert schedule(1, 2) != schedule(1, 3)
    assert schedule(1, 2) != schedule(2, 2)
