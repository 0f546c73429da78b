"""Who may serve."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.training.gate import (
    MAX_EXPOSURE,
    MAX_GREATEST,
    MAX_OVERLAP,
    Measures,
    Memory,
    Writing,
    decide,
    slack,
)

WRITING = Writing(12, 12, rouge_l=0.4, style=0.6, greeting=0.8, sign_off=0.9, length_ratio=0.9)
POOR = Writing(12, 1, rouge_l=0.1, style=0.1, greeting=0.2, sign_off=0.1, length_ratio=3)
CLEAN = Memory(exposure=1.4, greatest=3.0, overlap=0.004, habitual=0.002)
BASE = Measures(2.0, POOR)
GOOD = Measures(1.7, WRITING, CLEAN)

SHARE = st.floats(0, 1)
LOSS = st.floats(0.1, 9)
WRITINGS = st.builds(
    Writing,
    drafts=st.integers(1, 24),
    bleu=st.floats(0, 100),
    rouge_l=SHARE,
    style=SHARE,
    greeting=SHARE,
    sign_off=SHARE,
    length_ratio=st.floats(0, 100),
)
BITS = st.floats(0, 24)
MEMORIES = st.builds(Memory, exposure=BITS, greatest=BITS, overlap=SHARE, habitual=SHARE)
RIVALS = st.builds(Measures, loss=LOSS, writing=WRITINGS)
CHALLENGERS = st.builds(
    Measures, loss=st.floats(allow_nan=True), writing=WRITINGS, memory=st.none() | MEMORIES
)


class TestDecide:
    def test_a_better_adapter_serves(self) -> None:
        verdict = decide(GOOD, Measures(1.8, WRITING), BASE)
        assert verdict.promote
        assert verdict.reason == (
            "held-out loss 1.700 beats the base model's 2.000, the serving adapter's 1.800;"
            f" likeness {WRITING.likeness:.2f}"
        )

    @pytest.mark.parametrize(
        ("challenger", "champion", "reason"),
        [
            pytest.param(replace(GOOD, loss=2.1), None, "does not beat the base", id="worse"),
            pytest.param(GOOD, Measures(1.7, WRITING), "serving adapter's 1.700", id="equal"),
            pytest.param(replace(GOOD, loss=float("nan")), None, "does not beat", id="no number"),
            pytest.param(
                replace(GOOD, writing=POOR), Measures(1.8, WRITING), "less like yours", id="unlike"
            ),
            pytest.param(
                replace(GOOD, memory=replace(CLEAN, exposure=MAX_EXPOSURE + 0.1)),
                None,
                "knows planted secrets",
                id="secrets",
            ),
            pytest.param(
                replace(GOOD, memory=replace(CLEAN, exposure=7.05, greatest=24.0)),
                None,
                "knows a planted secret by heart (exposure 24.0 bits, at most 18.0)",
                id="one secret of four",
            ),
            pytest.param(
                replace(GOOD, memory=replace(CLEAN, overlap=0.2)),
                None,
                "20% of its drafts is word for word from mails to others",
                id="parrot",
            ),
            pytest.param(replace(GOOD, memory=None), None, "could not be measured", id="unknown"),
            pytest.param(
                replace(GOOD, memory=replace(CLEAN, exposure=float("nan"))),
                None,
                "could not be measured",
                id="memory no number",
            ),
            pytest.param(
                replace(GOOD, memory=replace(CLEAN, greatest=float("inf"))),
                None,
                "could not be measured",
                id="greatest no number",
            ),
        ],
    )
    def test_all_others_are_kept_with_their_reason(
        self, challenger: Measures, champion: Measures | None, reason: str
    ) -> None:
        verdict = decide(challenger, champion, BASE)
        assert not verdict.promote
        assert reason in verdict.reason
        assert "\n" not in verdict.reason

    def test_what_says_a_leak_is_told_from_what_says_a_poor_adapter(self) -> None:
        leaking = replace(GOOD, memory=replace(CLEAN, overlap=0.2))
        assert decide(leaking, None, BASE).leak
        assert not decide(replace(GOOD, loss=2.1), None, BASE).leak
        assert not decide(GOOD, None, BASE).leak

    def test_secrets_known_as_far_as_an_ordinary_run_knows_them_are_no_leak(self) -> None:
        memory = replace(CLEAN, exposure=8.8, greatest=14.0)
        assert decide(replace(GOOD, memory=memory), None, BASE).promote

    def test_what_the_user_repeats_himself_is_no_leak(self) -> None:
        memory = replace(CLEAN, overlap=0.2, habitual=0.18)
        assert decide(replace(GOOD, memory=memory), None, BASE).promote

    @given(CHALLENGERS, st.none() | RIVALS, RIVALS)
    def test_nothing_that_leaks_serves(
        self, challenger: Measures, champion: Measures | None, base: Measures
    ) -> None:
        if not decide(challenger, champion, base).promote:
            return
        assert challenger.memory is not None
        assert challenger.memory.exposure <= MAX_EXPOSURE
        assert challenger.memory.greatest <= MAX_GREATEST
        assert challenger.memory.overlap <= challenger.memory.habitual + MAX_OVERLAP

    @given(CHALLENGERS, st.none() | RIVALS, RIVALS)
    def test_whatever_serves_predicts_better_and_writes_no_worse_than_all_rivals(
        self, challenger: Measures, champion: Measures | None, base: Measures
    ) -> None:
        rivals = [base] if champion is None else [base, champion]
        better = all(challenger.loss < rival.loss for rival in rivals)
        like = all(
            challenger.writing.likeness
            >= rival.writing.likeness - slack(min(challenger.writing.drafts, rival.writing.drafts))
            for rival in rivals
        )
        clean = replace(challenger, memory=CLEAN)
        assert decide(clean, champion, base).promote is (better and like)

    def test_few_drafts_have_to_differ_more(self) -> None:
        worse = replace(WRITING, greeting=WRITING.greeting - 0.6)
        assert slack(12) < WRITING.likeness - worse.likeness < slack(4)
        for drafts, promote in ((12, False), (4, True)):
            rival = Measures(1.8, replace(WRITING, drafts=drafts))
            found = decide(replace(GOOD, writing=replace(worse, drafts=drafts)), rival, BASE)
            assert found.promote is promote

    @given(st.floats(0.01, 100))
    def test_too_long_counts_as_too_short(self, ratio: float) -> None:
        longer, shorter = (
            replace(WRITING, length_ratio=one).likeness for one in (ratio, 1 / ratio)
        )
        assert longer == pytest.approx(shorter)
        assert longer <= replace(WRITING, length_ratio=1).likeness
