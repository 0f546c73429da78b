"""A trained adapter as GGUF, for llama.cpp to serve it over the GGUF base.

A LoRA is llama.cpp's own kind of adapter. What else a method learns stands beside it under names
of ours, and is merged into the base before it is served (engines/gguf_merge.py).

llama.cpp stores rotary attention interleaved for Llama-family models, so the rows of q_proj and
k_proj in the base were permuted per head when it was converted; whatever has their rows takes the
same permutation (`LlamaModel.permute` in llama.cpp's convert_hf_to_gguf.py).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from panzad.engines.adapter_files import CONFIG, DIFFERENCES, SPARSE, WEIGHTS
from panzad.engines.gguf_header import read_metadata
from panzad.engines.gguf_parts import ALPHA, DIFFERENCE, INDEX, MAGNITUDE, VALUES
from panzad.errors import RunFailed

Array = NDArray[np.generic]

# Architectures whose export was compared with transformers by logits
# (tests/training/test_export.py), and the projections whose rows their conversion permutes, with
# the key that counts their heads.
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


def export_adapter(directory: Path, base_gguf: Path, out: Path) -> None:
    """Write the adapter in `directory`, of whatever method, as GGUF for the base model.

    Raises RunFailed for an architecture whose export has not been compared.
    """
    names = _Names(base_gguf)
    partial = out.with_name(f".{out.name}.partial")
    writer = gguf.GGUFWriter(partial, names.architecture)
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    if (directory / WEIGHTS).exists():
        config = json.loads((directory / CONFIG).read_text(encoding="utf-8"))
        writer.add_float32(ALPHA, float(config["lora_alpha"]))
    for name, tensor in _tensors(directory, names):
        writer.add_tensor(name, np.ascontiguousarray(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(out)


class _Names:
    """What a base's tensors are called in GGUF, and in which order their rows stand there."""

    def __init__(self, base_gguf: Path) -> None:
        self.architecture = check_exportable(base_gguf)
        metadata = read_metadata(base_gguf)

        def number(key: str) -> int:
            return int(metadata[f"{self.architecture}.{key}"])  # pyright: ignore[reportArgumentType]

        self._heads = {module: number(key) for module, key in PERMUTED[self.architecture].items()}
        self._map = gguf.get_tensor_name_map(
            _ARCHITECTURES[self.architecture], number("block_count")
        )

    def of(self, name: str) -> str:
        """The GGUF name of a tensor such as `model.layers.0.self_attn.q_proj.weight`."""
        found = self._map.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise RunFailed(f"the adapter has an unknown tensor {name}", "report it with the model")
        return found

    def in_order(self, module: str, rows: Array) -> Array:
        """What has a projection's rows, as the GGUF base has them; other modules' as they are."""
        heads = self._heads.get(module.rpartition(".")[2])
        return rows if heads is None else permuted(rows, heads)


def _tensors(directory: Path, names: _Names) -> Iterator[tuple[str, Array]]:
    """Every tensor of the adapter by its name in GGUF."""
    files: tuple[tuple[str, Callable[[str, Array, _Names], tuple[str, Array]]], ...] = (
        (WEIGHTS, _low_rank),
        (DIFFERENCES, _difference),
    )
    for file, form in files:
        if (directory / file).exists():
            for key, tensor in sorted(load_file(directory / file).items()):
                yield form(key, tensor, names)
    if (directory / SPARSE).exists():
        yield from _sparse(load_file(directory / SPARSE), load_file(directory / WEIGHTS), names)


def _low_rank(key: str, tensor: Array, names: _Names) -> tuple[str, Array]:
    """One of PEFT's tensors, such as `…q_proj.lora_A.weight`."""
    match = re.fullmatch(
        rf"{re.escape(_PREFIX)}(.+)\.lora_(?:([AB])\.weight|magnitude_vector(?:\.weight)?)", key
    )
    if match is None:
        raise RunFailed(f"the adapter has an unknown tensor {key}", "report it with the model")
    module, side = match[1], match[2]
    name = names.of(f"{module}.weight")
    if side == "A":
        return f"{name}.lora_a", tensor.astype(np.float32)
    rows = names.in_order(module, tensor).astype(np.float32)
    return name + (f".lora_{side.lower()}" if side else MAGNITUDE), rows


def _difference(key: str, tensor: Array, names: _Names) -> tuple[str, Array]:
    module = key.rpartition(".")[0]
    return names.of(key) + DIFFERENCE, names.in_order(module, tensor)


def _sparse(
    parts: dict[str, Array], low_rank: dict[str, Array], names: _Names
) -> Iterator[tuple[str, Array]]:
    """Places and values; a place moves with its row."""
    for key, index in sorted(parts.items()):
        peft = key.removesuffix(".sparse_index")
        if peft == key:
            continue
        module = peft.removeprefix(_PREFIX)
        rows = low_rank[f"{peft}.lora_B.weight"].shape[0]
        columns = low_rank[f"{peft}.lora_A.weight"].shape[1]
        moved = np.argsort(names.in_order(module, np.arange(rows)))  # old row -> new row
        places = moved[index // columns] * columns + index % columns
        name = names.of(f"{module}.weight")
        yield name + INDEX, places.astype(np.int32)
        yield name + VALUES, parts[f"{peft}.sparse_values"].astype(np.float32)


def permuted(rows: Array, heads: int) -> Array:
    """Rows of a rotary projection from halves to pairs; shape (heads * size, …) stays."""
    size = rows.shape[0] // heads
    halves = rows.reshape(heads, 2, size // 2, *rows.shape[1:])
    return halves.swapaxes(1, 2).reshape(rows.shape)
