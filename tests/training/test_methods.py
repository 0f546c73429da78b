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


class TestOver:
    @pytest.mark.parametrize(("epochs", "times"), [(1, 2.0), (2, 1.5), (3, 1.0), (6, 1.0)], ids=str)
    def test_a_shorter_run_takes_larger_steps_and_a_longer_one_the_same(
        self, epochs: int, times: float
    ) -> None:
        lora = METHODS["lora"]
        shorter = lora.over(epochs)
        assert (lora.epochs, shorter.epochs) == (3, epochs)
        assert shorter.learning_rate == pytest.approx(times * lora.learning_rate)
