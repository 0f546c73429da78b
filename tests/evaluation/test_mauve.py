"""MAUVE over features."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.evaluation.mauve import MIN_TEXTS, area, mauve


def cloud(centre: float, seed: int, count: int = 2 * MIN_TEXTS) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(count, 8)) + centre * np.eye(8)[0]).astype(np.float32)


class TestMauve:
    def test_texts_of_one_kind_are_alike(self) -> None:
        assert mauve(cloud(0, 1), cloud(0, 2)) > 0.9

    def test_the_farther_apart_the_lower(self) -> None:
        near, far = (mauve(cloud(0, 1), cloud(centre, 2)) for centre in (1, 6))
        assert far < near < 0.9
        assert far < 0.05

    def test_too_few_texts_have_no_figure(self) -> None:
        with pytest.raises(ValueError, match=f"needs {MIN_TEXTS} texts"):
            mauve(cloud(0, 1), cloud(0, 2, MIN_TEXTS - 1))


class TestArea:
    def test_equal_histograms_have_all_of_it(self) -> None:
        half = np.array([0.25, 0.75])
        assert area(half, half) == pytest.approx(1)

    def test_two_cells_by_hand(self) -> None:
        """Disjoint: exp(-5 KL) = (1 - w)^5 and w^5; the integral of 5 w^5 (1 - w)^4 is 1/252."""
        disjoint = area(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
        assert disjoint == pytest.approx(1 / 252, rel=0.05)

    @given(st.lists(st.floats(0.01, 1), min_size=6, max_size=6))
    def test_it_is_the_same_from_either_side(self, weights: list[float]) -> None:
        one, two = np.array(weights[:3]), np.array(weights[3:])
        one, two = one / one.sum(), two / two.sum()
        assert area(one, two) == pytest.approx(area(two, one), abs=1e-6)
        assert 0 < area(one, two) <= 1 + 1e-9
