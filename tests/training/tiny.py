"""A small random model as a GGUF file: an architecture's layout without its weight."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import torch

WIDTH, HIDDEN, HEADS, KV_HEADS, BLOCKS = 64, 128, 4, 2, 2
# Qwen3's heads are wider than its layers' share; transformers takes 128 for granted.
HEAD_WIDTH = {"llama": 16, "qwen2": 16, "qwen3": 128}


def write_model(architecture: str, tokenizer_of: Path, out: Path) -> None:
    """Write a random model with the tokenizer of another GGUF file."""
    donor = gguf.GGUFReader(tokenizer_of)
    writer = gguf.GGUFWriter(out, architecture)
    for field in donor.fields.values():
        if field.name.startswith("tokenizer."):
            kind = field.types[0]
            inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
    vocabulary = next(one for one in donor.tensors if one.name == "token_embd.weight").shape[1]
    writer.add_block_count(BLOCKS)
    writer.add_context_length(512)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_WIDTH[architecture])
    writer.add_value_length(HEAD_WIDTH[architecture])
    writer.add_rope_dimension_count(HEAD_WIDTH[architecture])
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    for name, shape in _shapes(architecture, int(vocabulary)).items():
        writer.add_tensor(name, _values(name, shape))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _shapes(architecture: str, vocabulary: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (vocabulary, WIDTH),
        "output_norm.weight": (WIDTH,),
    }
    head = HEAD_WIDTH[architecture]
    for number in range(BLOCKS):
        block = f"blk.{number}"
        outputs = {"attn_q": HEADS * head, "attn_k": KV_HEADS * head, "attn_v": KV_HEADS * head}
        for part, size in outputs.items():
            shapes[f"{block}.{part}.weight"] = (size, WIDTH)
            if architecture == "qwen2":
                shapes[f"{block}.{part}.bias"] = (size,)
        if architecture == "qwen3":
            shapes[f"{block}.attn_q_norm.weight"] = (head,)
            shapes[f"{block}.attn_k_norm.weight"] = (head,)
        shapes |= {
            f"{block}.attn_output.weight": (WIDTH, HEADS * head),
            f"{block}.attn_norm.weight": (WIDTH,),
            f"{block}.ffn_norm.weight": (WIDTH,),
            f"{block}.ffn_gate.weight": (HIDDEN, WIDTH),
            f"{block}.ffn_up.weight": (HIDDEN, WIDTH),
            f"{block}.ffn_down.weight": (WIDTH, HIDDEN),
        }
    return shapes


def _values(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Random numbers that bfloat16 holds exactly, so that no side rounds; norms are near one."""
    rng = np.random.default_rng(sum(name.encode()))
    values = rng.normal(scale=0.1, size=shape) + ("norm" in name)
    return torch.from_numpy(values).bfloat16().float().numpy()
