"""The model to be trained, as it is loaded: the base and its tokenizer."""

from __future__ import annotations

from typing import Any

import torch

from panzad.engines.base_model import load_base
from panzad.engines.catalogue import ModelFiles
from panzad.engines.gguf_base import read_once, readable, tokenizer_of
from panzad.engines.machine import fast_bfloat16
from panzad.training.methods import Method


def load(
    files: ModelFiles,
    device: torch.device,
    dtype: torch.dtype = torch.bfloat16,
    *,
    four_bit: bool = False,
) -> tuple[Any, Any]:
    """The frozen base model and its tokenizer; a GGUF file is dequantised.

    Raises ModelDamaged when transformers cannot read the files.
    """
    with readable(files), read_once():
        tokenizer = tokenizer_of(files)
        model = load_base(files, device, dtype, nf4=four_bit)
    model.config.use_cache = False
    if four_bit:
        _keep_gradients(model)
    return model.requires_grad_(False), tokenizer


def _keep_gradients(model: Any) -> None:
    """Keep bitsandbytes from packing the weights when the model is judged on the CPU.

    Its packed product has no gradient, and the next step would learn next to nothing (0.50.2).
    """
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False


def dtype_for(method: Method, device: torch.device) -> torch.dtype:
    """How the base's weights are held: bfloat16 where it is frozen and multiplied in hardware.

    Weights that are learnt stay float32: Adam's steps are smaller than bfloat16's.
    """
    return torch.bfloat16 if method.rank and multiplies_bfloat16(device) else torch.float32


def multiplies_bfloat16(device: torch.device) -> bool:
    """Whether the device has products of bfloat16 in hardware."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return fast_bfloat16()


def spans_of(tokenizer: Any, text: str) -> list[tuple[int, int]]:
    """From which character of `text` to which each of its tokens stands.

    Tokens that are parts of one character have that character's span.
    """
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    return [(start, end) for start, end in encoded["offset_mapping"]]
