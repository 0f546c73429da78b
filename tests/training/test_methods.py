"""The learning rate over a run."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.training.methods import METHODS


class TestRate:
    @given(st.sampled_from(sorted(METHODS)), st.integers(1, 500))
    def test_it_rises_to_the_full_rate_and_falls_but_never_to_nothing(
        self, name: str, steps: int
    ) -> None:
        method = METHODS[name]
        rates = [method.rate(step, steps) for step in range(steps)]
        top = rates.index(max(rates))
        assert rates[top] == pytest.approx(method.learning_rate)
        assert all(one < other for one, other in pairwise(rates[: top + 1]))
        assert all(one >= other for one, other in pairwise(rates[top:]))
        assert min(rates) > 0
