"""No durable step is without a name: what the source has, the table of points has, and no more."""

from __future__ import annotations

import pytest

from tests.crash import places, points


def test_every_step_in_the_source_stands_in_the_table() -> None:
    named = {one for one in places.found() if not points.is_elsewhere(one)}
    assert named == set(points.told())


@pytest.mark.parametrize("beginning", points.ELSEWHERE)
def test_what_is_excused_is_still_there(beginning: str) -> None:
    assert any(one.startswith(beginning) for one in places.found())
