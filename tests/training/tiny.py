"""A small random model as a GGUF file: an architecture's layout without its weight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch

from panzad.engines.gguf_header import read_metadata

VOCABULARY = 600
WIDTH, HIDDEN, HEADS, KV_HEADS, BLOCKS = 64, 128, 4, 2, 2
# Qwen3's heads are wider than its layers' share; transformers takes 128 for granted.
HEAD_WIDTH = {"llama": 16, "qwen2": 16, "qwen3": 128}


def write_model(architecture: str, tokenizer_of: Path, out: Path) -> None:
    """Write a random model with the first tokens of another GGUF file's vocabulary."""
    donor: dict[str, Any] = read_metadata(tokenizer_of)
    writer = gguf.GGUFWriter(out, architecture)
    _write_tokenizer(donor, writer)
    writer.add_block_count(BLOCKS)
    writer.add_context_length(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_WIDTH[architecture])
    writer.add_value_length(HEAD_WIDTH[architecture])
    writer.add_rope_dimension_count(HEAD_WIDTH[architecture])
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(VOCABULARY)
    for name, shape in _shapes(architecture).items():
        values = _values(name, shape)
        if name == "token_embd.weight":
            values[_silent(donor)] = 0
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_tokenizer(donor: dict[str, Any], writer: gguf.GGUFWriter) -> None:
    tokens = donor["tokenizer.ggml.tokens"][:VOCABULARY]
    known = set(tokens)
    writer.add_tokenizer_model(donor["tokenizer.ggml.model"])
    writer.add_tokenizer_pre(donor["tokenizer.ggml.pre"])
    writer.add_token_list(tokens)
    writer.add_token_types(donor["tokenizer.ggml.token_type"][:VOCABULARY])
    writer.add_token_merges(
        [
            merge
            for merge in donor["tokenizer.ggml.merges"]
            if known.issuperset({*merge.split(" "), merge.replace(" ", "")})
        ]
    )
    writer.add_bos_token_id(donor["tokenizer.ggml.bos_token_id"])
    writer.add_eos_token_id(donor["tokenizer.ggml.eos_token_id"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(donor["tokenizer.chat_template"])


def _silent(donor: dict[str, Any]) -> list[int]:
    """The tokens that are no text on their own: control tokens and parts of UTF-8 characters.

    With a zero embedding they are never the likeliest: llama.cpp gives no probabilities for a
    token that it writes nothing for.
    """
    tokens = donor["tokenizer.ggml.tokens"][:VOCABULARY]
    kinds = donor["tokenizer.ggml.token_type"]
    return [
        number
        for number, text in enumerate(tokens)
        if kinds[number] != gguf.TokenType.NORMAL or not text.isascii()
    ]


def _shapes(architecture: str) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (VOCABULARY, WIDTH),
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
