"""Learning from edits against its definition (arXiv 2305.18290, equation 7), and in a real run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import log_softmax
from transformers import LlamaConfig, LlamaForCausalLM

from panzad.engines.catalogue import ModelFiles
from panzad.training import loss as loss_room
from panzad.training.dataset import Sample, Tokens
from panzad.training.outset import Progress
from panzad.training.preference import (
    BETA,
    Contrast,
    Preferences,
    dpo_loss,
    likelihoods,
    pull,
)
from panzad.training.run import Outcome, train
from tests.training.test_run import METHOD, same_weights, sample

CHOSEN = Tokens((1, 2, 3), (4, 5, 6, 7))
REJECTED = Tokens((1, 2, 3), (8, 9))
NATS = st.floats(-300, 0)


def tiny_model(seed: int) -> Any:
    torch.manual_seed(seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=40,
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            use_cache=False,
        )
    )


def plain_likelihood(model: Any, mail: Tokens) -> torch.Tensor:
    """log π(y | x), by nothing of ours."""
    ids = torch.tensor([mail.prompt + mail.completion])
    logits = model(input_ids=ids).logits[0, len(mail.prompt) - 1 : -1]
    each = log_softmax(logits, dim=-1)[range(len(mail.completion)), list(mail.completion)]
    return each.sum()


def defined(policy: Any, reference: Any) -> torch.Tensor:
    """-log σ(β log π(y_w|x)/π_ref(y_w|x) - β log π(y_l|x)/π_ref(y_l|x))."""
    won = plain_likelihood(policy, CHOSEN) - plain_likelihood(reference, CHOSEN).detach()
    lost = plain_likelihood(policy, REJECTED) - plain_likelihood(reference, REJECTED).detach()
    return -torch.log(torch.sigmoid(BETA * won - BETA * lost))


class TestLoss:
    @given(NATS, NATS, NATS, NATS)
    def test_is_that_of_the_definition(
        self, won: float, lost: float, won_before: float, lost_before: float
    ) -> None:
        got = dpo_loss(torch.tensor(won), torch.tensor(lost), (won_before, lost_before)).item()
        margin = BETA * ((won - won_before) - (lost - lost_before))
        assert got == pytest.approx(math.log1p(math.exp(-margin)), rel=1e-3, abs=1e-5)

    def test_a_model_that_is_the_reference_has_lost_nothing_yet(self) -> None:
        model = tiny_model(1)
        reference = likelihoods(model, (CHOSEN, REJECTED), pad=0)
        assert pull(model, (CHOSEN, REJECTED), reference, 1.0, 0) == pytest.approx(math.log(2))

    def test_of_what_is_masked_neither_side_learns(self) -> None:
        model = tiny_model(1)
        shown = Tokens(CHOSEN.prompt, CHOSEN.completion, (False, True, True, False))
        hidden = replace(REJECTED, masked=(True, True))
        chosen, rejected = likelihoods(model, (shown, hidden), pad=0)
        assert rejected == 0
        assert chosen > likelihoods(model, (CHOSEN, REJECTED), pad=0)[0]


class TestGradient:
    @pytest.mark.parametrize("weight", [1.0, 0.25])
    def test_is_that_of_the_definition_times_the_weight(
        self, weight: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In float32, where rounding hides nothing."""
        monkeypatch.setattr(loss_room, "multiplies_bfloat16", lambda _: False)
        policy, reference = tiny_model(1), tiny_model(2)
        loss = defined(policy, reference)
        (weight * loss).backward()
        expected = [parameter.grad.clone() for parameter in policy.parameters()]
        policy.zero_grad()
        known = likelihoods(reference, (CHOSEN, REJECTED), pad=0)
        assert pull(policy, (CHOSEN, REJECTED), known, weight, 0) == pytest.approx(loss.item())
        for parameter, wanted in zip(policy.parameters(), expected, strict=True):
            torch.testing.assert_close(parameter.grad, wanted, rtol=1e-3, atol=1e-6)

    def test_steps_along_it_make_the_sent_mail_likelier_than_the_draft(self) -> None:
        model, pair = tiny_model(1), (CHOSEN, REJECTED)
        before = likelihoods(model, pair, pad=0)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        for _ in range(5):
            optimizer.zero_grad()
            pull(model, pair, before, 1.0, 0)
            optimizer.step()
        after = likelihoods(model, pair, pad=0)
        assert after[0] - after[1] > before[0] - before[1] + 1.0


def contrast(number: int) -> Contrast:
    sent = sample(number)
    return Contrast(sent, replace(sent, completion="Dear Sir or Madam,\n\nI am writing to you."))


def learn(
    files: ModelFiles,
    directory: Path,
    preferences: Preferences,
    *,
    report: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    directory.mkdir(parents=True, exist_ok=True)
    samples: list[Sample] = [sample(number) for number in range(8)]
    return train(
        files,
        samples[:4],
        samples[4:],
        replace(METHOD, epochs=1, batch=1),
        directory,
        seed=3,
        champion=None,
        report=report,
        stop=stop,
        preferences=preferences,
    )


@pytest.mark.model
class TestRun:
    EDITS = Preferences((contrast(0), contrast(1), contrast(2)), 1.0)

    def test_takes_the_edits_in_and_goes_on_with_them_after_a_stop(
        self, base_short: ModelFiles, adapters: Path
    ) -> None:
        learn(base_short, adapters / "whole", self.EDITS)
        learn(base_short, adapters / "without", replace(self.EDITS, contrasts=()))
        assert not same_weights(adapters / "whole", adapters / "without")
        seen: list[Progress] = []
        stopped = learn(
            base_short,
            adapters / "stopped",
            self.EDITS,
            report=seen.append,
            stop=lambda: bool(seen) and seen[-1].phase == "training" and seen[-1].step == 2,
        )
        assert not stopped.finished
        assert learn(base_short, adapters / "stopped", self.EDITS).finished
        assert same_weights(adapters / "stopped", adapters / "whole")

    def test_a_checkpoint_with_other_edits_or_another_weight_is_another_runs(self) -> None:
        names = {
            one.fingerprint
            for one in (
                self.EDITS,
                replace(self.EDITS, weight=0.5),
                replace(self.EDITS, contrasts=self.EDITS.contrasts[:1]),
            )
        }
        assert len(names) == 3
