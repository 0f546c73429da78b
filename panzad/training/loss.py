"""The loss that a run lowers and is judged by: over completions, with the LM head only there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from panzad.training.dataset import Tokens, micro_batches

# Padded tokens that go through the model at once: it bounds the memory of a step and is enough to
# keep the cores busy.
MICRO_TOKENS = 1024


class Stopped(Exception):
    """A run was asked to stop."""


def summed_loss(model: Any, batch: Sequence[Tokens], pad: int) -> Tensor:
    """Negative log likelihood of all completion tokens of `batch` in nats, summed; a scalar.

    Rows are padded on the right: under causal attention no token of a mail sees the padding, so
    that no mask is needed and attention runs in its fastest form. Dot products are bfloat16, the
    softmax float32.
    """
    device = next(model.parameters()).device
    length = max(len(one) for one in batch)
    ids = torch.full((len(batch), length), pad)  # (batch, length)
    predicts = torch.zeros((len(batch), length), dtype=torch.bool)  # (batch, length)
    for row, one in enumerate(batch):
        ids[row, : len(one)] = torch.tensor(one.prompt + one.completion)
        predicts[row, len(one.prompt) - 1 : len(one) - 1] = True
    labels = torch.tensor([token for one in batch for token in one.completion], device=device)
    logits = _logits_at(model, ids.to(device), predicts.to(device))  # (labels, vocabulary)
    return cross_entropy(logits.float(), labels, reduction="sum")


def _logits_at(model: Any, ids: Tensor, where: Tensor) -> Tensor:
    """The logits at the places that `where` marks, row by row; shape (places, vocabulary).

    The hidden states are cut before the LM head, whose matrix is a fifth of a small model: half
    of the tokens are prompt and need no logits. What a model does to its logits after the head
    (scaling, soft caps) is done to these as well.
    """

    def cut(_head: Any, hidden: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (hidden[0][where],)

    hook = model.get_output_embeddings().register_forward_pre_hook(cut)
    try:
        return model(input_ids=ids).logits
    finally:
        hook.remove()


def backward(model: Any, batch: Sequence[Tokens], pad: int) -> float:
    """Add the gradient of the batch's mean loss; returns that loss in nats per token."""
    count = sum(len(one.completion) for one in batch)
    total = 0.0
    for part in micro_batches([len(one) for one in batch], MICRO_TOKENS):
        loss = summed_loss(model, [batch[index] for index in part], pad) / count
        loss.backward()
        total += loss.item()
    return total


def mean_loss(
    model: Any, tokens: Sequence[Tokens], pad: int, stop: Callable[[], bool] = lambda: False
) -> float:
    """Mean negative log likelihood in nats per completion token over all of `tokens`.

    Raises Stopped when `stop()` says so.
    """
    total = 0.0
    model.eval()
    with torch.inference_mode():
        for part in micro_batches([len(one) for one in tokens], MICRO_TOKENS):
            if stop():
                raise Stopped
            total += summed_loss(model, [tokens[index] for index in part], pad).item()
    return total / sum(len(one.completion) for one in tokens)
