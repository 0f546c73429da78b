"""The loss that a run lowers and is judged by: over completions, with the LM head only there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from peft.helpers import disable_input_dtype_casting
from torch import Tensor
from torch.nn.functional import cross_entropy

from panzad.training.dataset import Tokens, micro_batches
from panzad.training.model import multiplies_bfloat16

# Padded tokens that go through the model at once: it bounds the memory and is enough to keep the
# cores busy.
MICRO_TOKENS = 1024


class Stopped(Exception):
    """A run was asked to stop."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Mean negative log likelihoods in nats per completion token.

    `all` is over every token, `learnt` over those that are not masked.
    """

    all: float
    learnt: float


def summed_loss(model: Any, batch: Sequence[Tokens], pad: int) -> Tensor:
    """Negative log likelihood of all learnt tokens of `batch` in nats, summed; a scalar."""
    losses = token_losses(model, batch, pad)
    return (losses * _learnt(batch, losses)).sum()


def token_losses(model: Any, batch: Sequence[Tokens], pad: int) -> Tensor:
    """Negative log likelihood of each completion token of `batch` in nats; shape (labels,).

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
    return cross_entropy(logits.float(), labels, reduction="none")


def _learnt(batch: Sequence[Tokens], like: Tensor) -> Tensor:
    """One for each completion token that is learnt, zero for the others; shape (labels,)."""
    return torch.tensor([one for row in batch for one in row.learnt]).to(like)


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
        with _bfloat16_products(model):
            return model(input_ids=ids).logits
    finally:
        hook.remove()


@contextmanager
def _bfloat16_products(model: Any) -> Iterator[None]:
    """Within this products are bfloat16 where the base is, or where all its weights are learnt.

    The learnt weights are float32 all the same. By itself PEFT keeps a float32 copy of every
    layer's inputs for the backward pass: a quarter of a step's memory, and a fifth more of its
    time. A model that is learnt whole takes a third less time by products of bfloat16; the frozen
    base that it is compared with is judged by those of float32.
    """
    head = model.get_output_embeddings().weight
    products = torch.autocast(head.device.type, torch.bfloat16)
    if head.dtype == torch.bfloat16:
        with disable_input_dtype_casting(model), products:
            yield
    elif head.requires_grad and multiplies_bfloat16(head.device):
        with products:
            yield
    else:
        yield


def backward(model: Any, batch: Sequence[Tokens], pad: int, *, limit: int = MICRO_TOKENS) -> float:
    """Add the gradient of the batch's mean loss; returns that loss in nats per learnt token.

    Masked tokens are read and not learnt: they weigh nothing. `limit` bounds the padded tokens
    that go through the model at once, unless one mail has more.
    """
    count = max(1, sum(sum(one.learnt) for one in batch))
    total = 0.0
    for part in micro_batches([len(one) for one in batch], limit):
        rows = [batch[index] for index in part]
        losses = token_losses(model, rows, pad)
        loss = (losses * _learnt(rows, losses)).sum() / count
        loss.backward()
        total += loss.item()
    return total


def mean_losses(
    model: Any,
    tokens: Sequence[Tokens],
    pad: int,
    stop: Callable[[], bool] = lambda: False,
    *,
    limit: int = MICRO_TOKENS,
) -> Losses:
    """The mean losses over all of `tokens`. Raises Stopped when `stop()` says so."""
    total = learnt = 0.0
    model.eval()
    with torch.inference_mode():
        for part in micro_batches([len(one) for one in tokens], limit):
            if stop():
                raise Stopped
            rows = [tokens[index] for index in part]
            losses = token_losses(model, rows, pad)
            total += losses.sum().item()
            learnt += (losses * _learnt(rows, losses)).sum().item()
    return Losses(
        total / sum(len(one.completion) for one in tokens),
        learnt / max(1, sum(sum(one.learnt) for one in tokens)),
    )


def mean_loss(
    model: Any, tokens: Sequence[Tokens], pad: int, stop: Callable[[], bool] = lambda: False
) -> float:
    """Mean negative log likelihood in nats per completion token over all of `tokens`.

    Raises Stopped when `stop()` says so.
    """
    return mean_losses(model, tokens, pad, stop).all


def sample_losses(model: Any, tokens: Sequence[Tokens], pad: int) -> list[float]:
    """Negative log likelihood of each sample's completion given its prompt, in nats."""
    found = [0.0] * len(tokens)
    model.eval()
    with torch.inference_mode():
        for part in micro_batches([len(one) for one in tokens], MICRO_TOKENS):
            rows = [tokens[index] for index in part]
            losses = token_losses(model, rows, pad).split([len(one.completion) for one in rows])
            for index, one in zip(part, losses, strict=True):
                found[index] = one.sum().item()
    return found
