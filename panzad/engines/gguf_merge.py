"""Merges an adapter into its base model's GGUF file, for llama_cpp.py to serve it, or faster.

LoRA: W' = W + alpha/r * B A (Hu et al. 2021, section 4.1). DoRA: the rows of that, each brought
to its learnt length (arXiv 2402.09353, equation 5). RoSA: W + alpha/r * B A + S (arXiv
2401.04679). Trained whole: W + D. Stored as Q8_0. An adapter changes the
weights by 0.2 to 0.3 %, less than half a step of a 4-bit grid: written back as Q4_1 they fall on
the base model's own values again. Held-out loss of an adapter on 33 mails: base 2.106, unmerged
1.860, merged as F16 1.860, as Q8_0 1.863, as Q4_1 2.079.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt
from gguf.quants import dequantize, quantize

from panzad.engines.gguf_parts import ALPHA, DIFFERENCE, INDEX, MAGNITUDE, VALUES
from panzad.errors import ModelDamaged
from panzad.files import flush

Array = npt.NDArray[np.float32]
Change = Callable[[Array], Array]

_STORED = gguf.GGMLQuantizationType.Q8_0


def merge(base: Path, adapter: Path, out: Path) -> None:
    """Write `base` with `adapter` merged in to `out`, atomically; untouched tensors are copied.

    Raises ModelDamaged when the adapter names a tensor that the base does not have.
    """
    model = gguf.GGUFReader(base)
    changes = _changes(gguf.GGUFReader(adapter), adapter)
    unknown = set(changes) - {tensor.name for tensor in model.tensors}
    if unknown:
        raise ModelDamaged(
            f"{adapter} does not belong to {base.name} (no tensor {min(unknown)})",
            "train an adapter for this base model",
        )
    for left in out.parent.glob(f".{out.name}.*"):
        if not Path("/proc", left.name.rpartition(".")[2]).exists():
            left.unlink(missing_ok=True)  # by a process that was killed; as large as the base
    # A command and the model worker may merge the same adapter at the same time.
    staged = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        _write(model, changes, staged)
        flush(staged)
        staged.replace(out)
    finally:
        staged.unlink(missing_ok=True)


def needs_merging(adapter: Path) -> bool:
    """Whether the adapter holds more than the LoRA that llama.cpp adds by itself."""
    own = (".lora_a", ".lora_b")
    return any(not tensor.name.endswith(own) for tensor in gguf.GGUFReader(adapter).tensors)


def _write(model: gguf.GGUFReader, changes: dict[str, Change], out: Path) -> None:
    writer = gguf.GGUFWriter(out, _text(model, "general.architecture"))
    _copy_metadata(model, writer)
    for tensor in model.tensors:
        if tensor.name not in changes:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
            continue
        weight = changes[tensor.name](dequantize(tensor.data, tensor.tensor_type))  # (out, in)
        if weight.ndim == 1:  # norms and biases are kept as they were
            writer.add_tensor(tensor.name, weight)
            continue
        writer.add_tensor(tensor.name, quantize(weight, _STORED), raw_dtype=_STORED)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _changes(adapter: gguf.GGUFReader, path: Path) -> dict[str, Change]:
    """For each adapted tensor what makes its new weight of the old one, when it is needed."""
    field = adapter.get_field(ALPHA)
    alpha = None if field is None else float(field.contents())
    parts: dict[str, dict[str, npt.NDArray[np.generic]]] = {}
    for tensor in adapter.tensors:
        name, _, part = tensor.name.rpartition(".")
        parts.setdefault(name, {})[f".{part}"] = tensor.data
    if not parts or (alpha is None and any(".lora_a" in of for of in parts.values())):
        raise ModelDamaged(f"{path} is no adapter", "train it again")
    return {name: partial(_changed, of, alpha or 0.0) for name, of in parts.items()}


def _changed(parts: dict[str, npt.NDArray[np.generic]], alpha: float, weight: Array) -> Array:
    """The weight with all that an adapter learnt of it."""
    found = weight.astype(np.float32)
    if ".lora_a" in parts:
        a = parts[".lora_a"].astype(np.float32)  # (r, in)
        found = found + (alpha / a.shape[0]) * (parts[".lora_b"].astype(np.float32) @ a)
    if MAGNITUDE in parts:
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        found = found * (parts[MAGNITUDE].astype(np.float32)[:, None] / lengths)
    if INDEX in parts:
        found.reshape(-1)[parts[INDEX].astype(np.int64)] += parts[VALUES].astype(np.float32)
    if DIFFERENCE in parts:
        found = found + parts[DIFFERENCE].astype(np.float32)
    return found


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
