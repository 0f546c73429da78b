"""A PEFT LoRA as a GGUF adapter, so that llama.cpp serves it beside the GGUF base.

llama.cpp stores rotary attention interleaved for Llama-family models, so the rows of q_proj and
k_proj in the base were permuted per head when it was converted; the rows of lora_B take the same
permutation (`LlamaModel.permute` in llama.cpp's convert_hf_to_gguf.py).
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from panzad.engines.gguf_header import read_metadata
from panzad.errors import RunFailed

# Architectures whose export was compared with PEFT by logits (tests/training/test_export.py), and
# the projections whose rows their conversion permutes, with the key that counts their heads.
_HEADS = {"q_proj": "attention.head_count", "k_proj": "attention.head_count_kv"}
_ARCHITECTURES = {name: architecture for architecture, name in gguf.MODEL_ARCH_NAMES.items()}
PERMUTED: dict[str, dict[str, str]] = {"llama": _HEADS, "qwen2": {}, "qwen3": {}}
_PREFIX = "base_model.model."


def check_exportable(base_gguf: Path) -> str:
    """The base's architecture. Raises RunFailed when its export has not been compared."""
    architecture = str(read_metadata(base_gguf).get("general.architecture"))
    if architecture not in PERMUTED:
        raise RunFailed(
            f"adapters of {architecture} models cannot be served from a GGUF file",
            "set model.base to its Hugging Face id",
        )
    return architecture


def export_lora(peft_dir: Path, base_gguf: Path, out: Path) -> None:
    """Write the adapter in `peft_dir` as GGUF for the base model in `base_gguf`.

    Raises RunFailed for an architecture whose export has not been compared.
    """
    architecture = check_exportable(base_gguf)
    metadata = read_metadata(base_gguf)
    config = json.loads((peft_dir / "adapter_config.json").read_text(encoding="utf-8"))
    heads = {
        module: int(metadata[f"{architecture}.{key}"])  # pyright: ignore[reportArgumentType]
        for module, key in PERMUTED[architecture].items()
    }
    blocks = int(metadata[f"{architecture}.block_count"])  # pyright: ignore[reportArgumentType]
    names = gguf.get_tensor_name_map(_ARCHITECTURES[architecture], blocks)
    partial = out.with_name(f".{out.name}.partial")
    writer = gguf.GGUFWriter(partial, architecture)
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(config["lora_alpha"]))
    for key, tensor in sorted(load_file(peft_dir / "adapter_model.safetensors").items()):
        name, side = _target(key, names)
        module = key.rsplit(".", 3)[1]
        if side == "lora_b" and module in heads:
            tensor = permuted(tensor, heads[module])
        writer.add_tensor(f"{name}.{side}", np.ascontiguousarray(tensor, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(out)


def permuted(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows of a rotary projection from halves to pairs; shape (heads * size, rank) stays."""
    size = rows.shape[0] // heads
    halves = rows.reshape(heads, 2, size // 2, *rows.shape[1:])
    return halves.swapaxes(1, 2).reshape(rows.shape)


def _target(key: str, names: gguf.TensorNameMap) -> tuple[str, str]:
    """GGUF tensor name and side of a PEFT key such as `…q_proj.lora_A.weight`."""
    match = re.fullmatch(rf"{re.escape(_PREFIX)}(.+)\.lora_([AB])\.weight", key)
    name = names.get_name(f"{match[1]}.weight", try_suffixes=(".weight",)) if match else None
    if match is None or name is None:
        raise RunFailed(f"the adapter has an unknown tensor {key}", "report it with the model")
    return name, f"lora_{match[2].lower()}"
