"""Stand-ins for the children of a daemon."""

from __future__ import annotations

import pytest

from panzad.daemon import children
from tests.daemon.in_process import StandIn


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Worker and trainer are stand-ins; the pids of those that were started."""
    StandIn.pids = []
    monkeypatch.setattr(children, "Child", StandIn)
    return StandIn.pids
