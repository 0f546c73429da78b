"""Loads a base model's weights with transformers: as they are, or in four bits."""

from __future__ import annotations

import importlib
from typing import Any

import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, GgufConfig
from transformers.utils.logging import disable_progress_bar

from panzad.engines.catalogue import ModelFiles


def load_base(files: ModelFiles, device: torch.device, dtype: torch.dtype, *, nf4: bool) -> Any:
    """The model on `device`, a GGUF file dequantised; with `nf4` its linear layers in NF4.

    `dtype` is that of the weights, or with `nf4` that of the products.
    """
    # Its bars would write over ours.
    disable_progress_bar()
    if files.kind == "gguf":
        model: Any = AutoModelForCausalLM.from_pretrained(
            files.path.parent,
            gguf_file=files.path.name,
            dtype=dtype,
            quantization_config=GgufConfig(dequantize=True),
        )
        return (_quantised(model, device, dtype) if nf4 else model).to(device)
    options = {"quantization_config": _nf4(dtype)} if nf4 else {}
    return AutoModelForCausalLM.from_pretrained(
        files.path, dtype=dtype, device_map={"": device}, **options
    )


def _quantised(model: Any, device: torch.device, dtype: torch.dtype) -> Any:
    """The model in NF4, quantised layer by layer.

    transformers itself refuses a `quantization_config` together with `gguf_file`.
    """
    bnb: Any = importlib.import_module("bitsandbytes")
    head = model.get_output_embeddings()
    linear = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if isinstance(child, torch.nn.Linear) and child is not head
    ]
    for parent, name, child in linear:
        packed = bnb.nn.Linear4bit(
            child.in_features,
            child.out_features,
            bias=child.bias is not None,
            compute_dtype=dtype,
            quant_type="nf4",
        )
        packed.weight = bnb.nn.Params4bit(child.weight.data, requires_grad=False, quant_type="nf4")
        packed.bias = child.bias
        setattr(parent, name, packed.to(device))  # the move quantises
    model.is_loaded_in_4bit = True  # what PEFT goes by
    return model


def _nf4(dtype: torch.dtype) -> BitsAndBytesConfig:
    """4-bit NormalFloat with double quantisation (Dettmers et al. 2023, section 3)."""
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
