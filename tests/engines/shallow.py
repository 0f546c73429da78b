"""A real model cut short: its first layers as a GGUF file of their own."""

from __future__ import annotations

from pathlib import Path

import gguf


def write_first_layers(base: Path, out: Path, layers: int) -> None:
    """The embedded model's first layers as a model of its own: 4-bit weights take time to make."""
    reader = gguf.GGUFReader(base)
    writer = gguf.GGUFWriter(out, "llama")
    for one in reader.fields.values():
        if one.name.startswith("GGUF.") or one.name == "general.architecture":
            continue
        value = layers if one.name == "llama.block_count" else one.contents()
        inner = one.types[-1] if one.types[0] == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(one.name, value, one.types[0], sub_type=inner)
    kept = tuple(f"blk.{number}." for number in range(layers))
    for tensor in reader.tensors:
        if not tensor.name.startswith("blk.") or tensor.name.startswith(kept):
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
