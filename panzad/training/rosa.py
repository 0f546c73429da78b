"""Which weights RoSA's sparse part may change (arXiv 2401.04679, Algorithm 1).

The gradients of the base's loss are taken mail by mail and their squares added up; of each matrix
the share `density` of places with the largest sums is chosen, and stays chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor

from panzad.engines.sparse import INDEX, VALUES, layers
from panzad.training.dataset import Tokens
from panzad.training.loss import backward


def chosen(
    model: PeftModel, mails: Sequence[Tokens], density: float, pad: int
) -> dict[str, Tensor]:
    """For each layer with a low-rank part its places, ascending, and values of nothing yet.

    The low-rank part must be new: it changes nothing then, and the gradients are the base's.
    """
    sums = _squared_gradients(model, mails, pad)
    parts: dict[str, Tensor] = {}
    for name, total in sums.items():
        index = places(total, density)
        parts[name + INDEX] = index.int()
        parts[name + VALUES] = torch.zeros(len(index))
    return parts


def places(total: Tensor, density: float) -> Tensor:
    """The flat places of the largest numbers of a matrix, ascending; shape (share of them,)."""
    count = max(1, int(density * total.numel()))
    return total.flatten().topk(count).indices.sort().values


def _squared_gradients(model: PeftModel, mails: Sequence[Tokens], pad: int) -> dict[str, Tensor]:
    """Sums in main memory; of the gradients themselves only one layer's is there at a time."""
    sums: dict[str, Tensor] = {}
    frozen = {id(layer.base_layer.weight): name for name, layer in layers(model)}

    def add(weight: Any) -> None:
        squared = weight.grad.float().square().cpu()
        name = frozen[id(weight)]
        sums[name] = sums[name].add_(squared) if name in sums else squared
        weight.grad = None

    weights = [layer.base_layer.weight.requires_grad_(True) for _, layer in layers(model)]
    hooks = [one.register_post_accumulate_grad_hook(add) for one in weights]
    try:
        model.train()
        for mail in mails:
            backward(model, [mail], pad)
    finally:
        for one, hook in zip(weights, hooks, strict=True):
            one.requires_grad_(False)
            hook.remove()
        model.zero_grad(set_to_none=True)
    return sums
