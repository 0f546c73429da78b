"""RoSA's sparse part beside PEFT's low-rank one: y = W x + s B A x + S x (arXiv 2401.04679).

S has values at fixed places of its matrix only. PEFT knows no such adapter, so S hangs on PEFT's
own layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer
from torch import Tensor
from torch.nn.functional import linear

from panzad.engines.gguf_parts import INDEX, VALUES


class Sparse(torch.nn.Module):
    """A matrix of `shape` (out, in) with `values` at the flat places `index`, ascending."""

    index: Tensor

    def __init__(self, index: Tensor, values: Tensor, shape: tuple[int, int]) -> None:
        super().__init__()
        self.values = torch.nn.Parameter(values)  # (places,)
        self.register_buffer("index", index.long(), persistent=False)  # (places,)
        self._shape = shape

    def matrix(self) -> Tensor:
        """The whole matrix; its gradient reaches the values only."""
        rows, columns = self._shape
        flat = self.values.new_zeros(rows * columns).scatter(0, self.index, self.values)
        return flat.view(rows, columns)

    def forward(self, inputs: Tensor) -> Tensor:
        """S x for each of the inputs (…, in)."""
        return linear(inputs, self.matrix().to(inputs.dtype))


def layers(model: PeftModel) -> Iterator[tuple[str, Any]]:
    """The layers with a low-rank part, by PEFT's names."""
    for name, module in model.named_modules():
        if isinstance(module, LoraLayer):
            yield name, module


def attach(model: PeftModel, parts: Mapping[str, Tensor]) -> None:
    """Hang the sparse parts on their layers; `parts` is what `collected` gives.

    While PEFT's adapters are disabled, so are these.
    """
    for name, layer in layers(model):
        device = next(layer.parameters()).device
        values = parts[name + VALUES].to(device, torch.float32)
        shape = (layer.out_features, layer.in_features)
        layer.sparse = Sparse(parts[name + INDEX].to(device), values, shape)
        layer.register_forward_hook(_add)


def collected(model: PeftModel) -> dict[str, Tensor]:
    """A copy of all sparse parts in main memory: places (int32) and values of each layer."""
    found: dict[str, Tensor] = {}
    for name, layer in layers(model):
        found[name + INDEX] = layer.sparse.index.to("cpu", torch.int32)
        found[name + VALUES] = layer.sparse.values.detach().cpu().clone()
    return found


def _add(layer: Any, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
    if layer.disable_adapters:
        return None
    return output + layer.sparse(inputs[0])
