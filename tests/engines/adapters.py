"""A LoRA adapter with random weights, as PEFT and as llama.cpp read it, under a manifest."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import save_file

from panzad.engines.checksums import hash_file

LAYERS, WIDTH, VALUES = 30, 576, 192
RANK, ALPHA = 4, 8


def random_adapter(
    directory: Path, *, strength: float = 0.12, seed: int = 6, layers: int = LAYERS
) -> Path:
    """An adapter on the value projections of SmolLM2-135M: their rows stand alike in both forms."""
    directory.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    peft: dict[str, np.ndarray] = {}
    writer = gguf.GGUFWriter(directory / "adapter.gguf", "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(ALPHA))
    for layer in range(layers):
        a = (rng.standard_normal((RANK, WIDTH)) / np.sqrt(WIDTH)).astype(np.float32)
        b = (strength * rng.standard_normal((VALUES, RANK))).astype(np.float32)
        module = f"base_model.model.model.layers.{layer}.self_attn.v_proj"
        peft[f"{module}.lora_A.weight"], peft[f"{module}.lora_B.weight"] = a, b
        writer.add_tensor(f"blk.{layer}.attn_v.weight.lora_a", a)
        writer.add_tensor(f"blk.{layer}.attn_v.weight.lora_b", b)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(peft, directory / "adapter_model.safetensors")
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": RANK,
        "lora_alpha": ALPHA,
        "target_modules": ["v_proj"],
    }
    (directory / "adapter_config.json").write_text(json.dumps(config))
    names = ("adapter.gguf", "adapter_model.safetensors", "adapter_config.json")
    sums = {name: hash_file(directory / name) for name in names}
    (directory / "manifest.json").write_text(json.dumps({"files": sums}))
    return directory
