"""Learning from edits: the mail that the user made of a draft is to be likelier than the draft.

Direct Preference Optimization (Rafailov et al. 2023, arXiv 2305.18290, equation 7), beside the
loss over the mails themselves: a step takes one pair, and adds its gradient times a weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from panzad.training.dataset import Sample, Tokens, fingerprint
from panzad.training.loss import summed_loss

# How far the model may go from the base for a preference: the paper's own value.
BETA = 0.1


@dataclass(frozen=True, slots=True)
class Contrast:
    """One prompt with two completions: what the user sent, and the draft that it was made of."""

    chosen: Sample
    rejected: Sample


@dataclass(frozen=True, slots=True)
class Preferences:
    """The contrasts that a run learns from, and how much they weigh beside the mails."""

    contrasts: tuple[Contrast, ...] = ()
    weight: float = 0.0

    @property
    def fingerprint(self) -> tuple[str, float]:
        """What a checkpoint with these preferences is known by."""
        return fingerprint(samples_of(self)), self.weight


NONE = Preferences()
Pair = tuple[Tokens, Tokens]


def samples_of(preferences: Preferences) -> list[Sample]:
    """All completions, chosen and rejected in turn."""
    return [one for pair in preferences.contrasts for one in (pair.chosen, pair.rejected)]


def pairs_of(tokens: Sequence[Tokens]) -> list[Pair]:
    """The tokens of `samples_of`, paired again."""
    return list(zip(tokens[::2], tokens[1::2], strict=True))


def likelihoods(model: Any, pair: Pair, pad: int) -> tuple[float, float]:
    """The log likelihoods of both completions in nats, without a gradient."""
    with torch.no_grad():
        chosen, rejected = (-summed_loss(model, [one], pad).item() for one in pair)
    return chosen, rejected


def dpo_loss(chosen: Tensor, rejected: Tensor, reference: tuple[float, float]) -> Tensor:
    """The loss of a pair whose completions have these log likelihoods under the model.

    `reference` are those under the model that was begun with.
    """
    return -logsigmoid(BETA * ((chosen - reference[0]) - (rejected - reference[1])))


def pull(model: Any, pair: Pair, reference: tuple[float, float], weight: float, pad: int) -> float:
    """Add the gradient of a pair's loss times `weight`; returns that loss.

    One completion goes through the model at a time: the derivative by each likelihood is known
    once both are, so that a pair needs no more memory than a mail.
    """
    known = [torch.tensor(one, requires_grad=True) for one in likelihoods(model, pair, pad)]
    loss = dpo_loss(known[0], known[1], reference)
    loss.backward()
    for completion, one in zip(pair, known, strict=True):
        assert one.grad is not None
        (-summed_loss(model, [completion], pad) * (weight * one.grad.item())).backward()
    return loss.item()
