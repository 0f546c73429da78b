"""Merges a LoRA adapter into its base model's GGUF file, for llama_cpp.py to serve it faster.

W' = W + alpha/r * B A (Hu et al. 2021, section 4.1), stored as Q8_0. An adapter changes the
weights by 0.2 to 0.3 %, less than half a step of a 4-bit grid: written back as Q4_1 they fall on
the base model's own values again. Held-out loss of an adapter on 33 mails: base 2.106, unmerged
1.860, merged as F16 1.860, as Q8_0 1.863, as Q4_1 2.079.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt
from gguf.quants import dequantize, quantize

from panzad.errors import ModelDamaged

Array = npt.NDArray[np.float32]

_STORED = gguf.GGMLQuantizationType.Q8_0


def merge(base: Path, adapter: Path, out: Path) -> None:
    """Write `base` with `adapter` merged in to `out`, atomically; untouched tensors are copied.

    Raises ModelDamaged when the adapter names a tensor that the base does not have.
    """
    model = gguf.GGUFReader(base)
    deltas = _deltas(gguf.GGUFReader(adapter), adapter)
    unknown = set(deltas) - {tensor.name for tensor in model.tensors}
    if unknown:
        raise ModelDamaged(
            f"{adapter} does not belong to {base.name} (no tensor {min(unknown)})",
            "train an adapter for this base model",
        )
    # A command and the model worker may merge the same adapter at the same time.
    staged = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        _write(model, deltas, staged)
        with staged.open("rb") as file:
            os.fsync(file.fileno())
        staged.replace(out)
    finally:
        staged.unlink(missing_ok=True)


def _write(model: gguf.GGUFReader, deltas: dict[str, Callable[[], Array]], out: Path) -> None:
    writer = gguf.GGUFWriter(out, _text(model, "general.architecture"))
    _copy_metadata(model, writer)
    for tensor in model.tensors:
        if tensor.name not in deltas:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
            continue
        weight = dequantize(tensor.data, tensor.tensor_type)  # (out, in)
        packed = quantize(weight + deltas[tensor.name](), _STORED)
        writer.add_tensor(tensor.name, packed, raw_dtype=_STORED)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _deltas(adapter: gguf.GGUFReader, path: Path) -> dict[str, Callable[[], Array]]:
    """For each adapted tensor its alpha/r * B A, (out, in), worked out when it is needed."""
    field = adapter.get_field("adapter.lora.alpha")
    if field is None:
        raise ModelDamaged(f"{path} is no LoRA adapter", "train it again")
    alpha = float(field.contents())
    parts = {tensor.name: np.asarray(tensor.data, np.float32) for tensor in adapter.tensors}

    def delta(name: str) -> Array:
        a, b = parts[f"{name}.lora_a"], parts[f"{name}.lora_b"]  # (r, in), (out, r)
        return (alpha / a.shape[0]) * (b @ a)

    names = [name.removesuffix(".lora_a") for name in parts if name.endswith(".lora_a")]
    return {name: lambda name=name: delta(name) for name in names}


def _copy_metadata(model: gguf.GGUFReader, writer: gguf.GGUFWriter) -> None:
    for field in model.fields.values():
        # The writer makes these itself.
        if field.name == "general.architecture" or field.name.startswith("GGUF."):
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)


def _text(model: gguf.GGUFReader, key: str) -> str:
    field = model.get_field(key)
    if field is None:
        raise ModelDamaged(f"the base model's file lacks {key}", "pull the model again")
    return str(field.contents())
