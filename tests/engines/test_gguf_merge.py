"""Merging a LoRA into a GGUF file: W + alpha/r * B A within the rounding of Q8_0."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gguf
import numpy as np
import pytest
from gguf.quants import dequantize

from panzad.engines.gguf_merge import merge, needs_merging
from panzad.errors import ModelDamaged

RNG = np.random.default_rng(7)


def write_base(path: Path) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_string("tokenizer.chat_template", "{{ messages }}")
    writer.add_array("tokenizer.ggml.tokens", ["<s>", "é", "ahoy"])
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    weight = RNG.standard_normal((64, 96)).astype(np.float32)
    packed = gguf.quants.quantize(weight, gguf.GGMLQuantizationType.Q4_1)
    writer.add_tensor("blk.0.attn_q.weight", packed, raw_dtype=gguf.GGMLQuantizationType.Q4_1)
    writer.add_tensor("output_norm.weight", RNG.standard_normal(96).astype(np.float32))
    finish(writer)


def write_adapter(
    path: Path, tensor: str, parts: Mapping[str, np.ndarray] | None = None
) -> np.ndarray:
    """An adapter of rank 4 with alpha 8 and these further parts; its alpha/r * B A."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_float32("adapter.lora.alpha", 8.0)
    a = RNG.standard_normal((4, 96)).astype(np.float32)
    b = RNG.standard_normal((64, 4)).astype(np.float32)
    writer.add_tensor(f"{tensor}.lora_a", a)
    writer.add_tensor(f"{tensor}.lora_b", b)
    for suffix, part in (parts or {}).items():
        writer.add_tensor(tensor + suffix, part)
    finish(writer)
    return 8.0 / 4.0 * (b @ a)


def finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tensors(path: Path) -> dict[str, np.ndarray]:
    found = gguf.GGUFReader(path).tensors
    return {one.name: dequantize(one.data, one.tensor_type) for one in found}


class TestMerge:
    def test_adds_the_low_rank_product_to_the_weights_it_adapts(self, tmp_path: Path) -> None:
        base, adapter, out = (tmp_path / name for name in ("base", "adapter", "out"))
        write_base(base)
        delta = write_adapter(adapter, "blk.0.attn_q.weight")
        merge(base, adapter, out)
        before, after = tensors(base), tensors(out)
        wanted = before["blk.0.attn_q.weight"] + delta
        # Q8_0 rounds each block of 32 to 1/127 of its largest value, and that step to 11 bits.
        step = np.abs(wanted).reshape(64, 3, 32).max(axis=2) / 127
        error = np.abs(after["blk.0.attn_q.weight"] - wanted).reshape(64, 3, 32).max(axis=2)
        assert (error <= 0.57 * step).all()
        np.testing.assert_array_equal(after["output_norm.weight"], before["output_norm.weight"])

    def test_brings_the_rows_to_their_learnt_lengths(self, tmp_path: Path) -> None:
        """DoRA, equation 5 of arXiv 2402.09353."""
        base, adapter, out = (tmp_path / name for name in ("base", "adapter", "out"))
        write_base(base)
        lengths = RNG.uniform(5, 15, 64).astype(np.float32)
        delta = write_adapter(adapter, "blk.0.attn_q.weight", {".dora_magnitude": lengths})
        merge(base, adapter, out)
        summed = tensors(base)["blk.0.attn_q.weight"] + delta
        wanted = lengths[:, None] * summed / np.linalg.norm(summed, axis=1, keepdims=True)
        np.testing.assert_allclose(tensors(out)["blk.0.attn_q.weight"], wanted, atol=0.03)

    def test_adds_the_sparse_part_at_its_places(self, tmp_path: Path) -> None:
        base, adapter, out = (tmp_path / name for name in ("base", "adapter", "out"))
        write_base(base)
        parts = {
            ".sparse_index": np.array([0, 96 * 2 + 5, 64 * 96 - 1], np.int32),
            ".sparse_values": np.array([2.0, -3.0, 4.0], np.float32),
        }
        delta = write_adapter(adapter, "blk.0.attn_q.weight", parts)
        merge(base, adapter, out)
        wanted = tensors(base)["blk.0.attn_q.weight"] + delta
        wanted[0, 0] += 2
        wanted[2, 5] -= 3
        wanted[63, 95] += 4
        np.testing.assert_allclose(tensors(out)["blk.0.attn_q.weight"], wanted, atol=0.1)

    def test_adds_the_differences_of_a_model_trained_whole(self, tmp_path: Path) -> None:
        base, adapter, out = (tmp_path / name for name in ("base", "adapter", "out"))
        write_base(base)
        differences = {
            "blk.0.attn_q.weight": RNG.standard_normal((64, 96)).astype(np.float16),
            "output_norm.weight": RNG.standard_normal(96).astype(np.float16),
        }
        writer = gguf.GGUFWriter(adapter, "llama")
        for name, difference in differences.items():
            writer.add_tensor(f"{name}.difference", difference)
        finish(writer)
        merge(base, adapter, out)
        before, after = tensors(base), tensors(out)
        for name, difference in differences.items():
            np.testing.assert_allclose(after[name], before[name] + difference, atol=0.05)

    def test_only_a_lora_need_not_be_merged(self, tmp_path: Path) -> None:
        write_adapter(tmp_path / "lora", "blk.0.attn_q.weight")
        lengths = {".dora_magnitude": np.ones(64, np.float32)}
        write_adapter(tmp_path / "dora", "blk.0.attn_q.weight", lengths)
        assert not needs_merging(tmp_path / "lora")
        assert needs_merging(tmp_path / "dora")

    def test_keeps_every_other_fact_of_the_base(self, tmp_path: Path) -> None:
        base, adapter, out = (tmp_path / name for name in ("base", "adapter", "out"))
        write_base(base)
        write_adapter(adapter, "blk.0.attn_q.weight")
        merge(base, adapter, out)

        def facts(path: Path) -> dict[str, object]:
            fields = gguf.GGUFReader(path).fields.values()
            return {one.name: one.contents() for one in fields if one.name[:5] != "GGUF."}

        assert facts(out) == facts(base)

    def test_an_adapter_of_another_model_is_refused_and_nothing_is_written(
        self, tmp_path: Path
    ) -> None:
        base, adapter, out = (tmp_path / name for name in ("base", "adapter", "out"))
        write_base(base)
        write_adapter(adapter, "blk.7.attn_q.weight")
        with pytest.raises(ModelDamaged, match=r"no tensor blk\.7\.attn_q\.weight"):
            merge(base, adapter, out)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "base"]
