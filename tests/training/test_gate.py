"""Who may serve."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from panzad.training.gate import decide

LOSS = st.floats(0.1, 9)


class TestDecide:
    def test_a_better_adapter_serves(self) -> None:
        verdict = decide(2.0, 1.8, 1.7)
        assert verdict.promote
        assert verdict.reason == (
            "held-out loss 1.700 beats the base model's 2.000, the serving adapter's 1.800"
        )

    def test_an_equal_one_does_not(self) -> None:
        assert not decide(2.0, 1.7, 1.7).promote

    def test_no_number_never_serves(self) -> None:
        assert not decide(2.0, None, float("nan")).promote

    @given(LOSS, st.none() | LOSS, LOSS)
    def test_whatever_serves_beats_all_rivals(
        self, base: float, champion: float | None, loss: float
    ) -> None:
        better = loss < base and (champion is None or loss < champion)
        assert decide(base, champion, loss).promote is better
