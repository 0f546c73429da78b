"""llama.cpp, given the exported adapter, computes what PEFT computes."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gguf import GGUFWriter
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from panzad.engines.adapter_files import WEIGHTS
from panzad.engines.catalogue import ModelFiles
from panzad.errors import PanzadError
from panzad.training.gguf_export import export_adapter, permuted
from panzad.training.learner import Learner, learner_of
from panzad.training.methods import METHODS
from panzad.training.model import load
from tests.training.tiny import write_model

PROMPT = "<|im_start|>user\nWrite my mail. Say yes.<|im_end|>\n<|im_start|>assistant\nDear Marta,"
TOP = 20


def random_adapter(learner: Learner, scale: float, directory: Path) -> None:
    """Save weights that are random in every projection, and load them back as `random`."""
    learner.save(learner.weights(), directory)
    rng = np.random.default_rng(5)
    drawn = {
        name: rng.normal(scale=scale, size=tensor.shape).astype(np.float32)
        for name, tensor in load_file(directory / WEIGHTS).items()
    }
    assert any(".lora_B." in name for name in drawn)
    save_file(drawn, directory / WEIGHTS)
    learner.model.load_adapter(str(directory), adapter_name="random")


def of_llama_cpp(base: Path, adapter: Path | None, ids: list[int]) -> dict[int, float]:
    """The most probable next tokens and their log probabilities."""
    xllamacpp: Any = importlib.import_module("xllamacpp")  # compiled, without type information
    params = xllamacpp.CommonParams()
    params.model.path = str(base)
    params.n_ctx = 512
    params.verbosity = 0
    params.warmup = False
    if adapter is not None:
        lora = xllamacpp.CommonAdapterLoraInfo()
        lora.path, lora.scale = str(adapter), 1.0
        params.lora_adapters = [lora]
    answer = xllamacpp.Server(params).handle_completions(
        {"prompt": ids, "max_tokens": 1, "temperature": 0, "n_probs": TOP}
    )
    top = answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
    return {one["id"]: one["logprob"] for one in top}


def of_peft(model: Any, ids: list[int]) -> torch.Tensor:
    """Log probabilities of the next token; shape (vocabulary,)."""
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits[0, -1].log_softmax(-1)


def distance(theirs: dict[int, float], ours: torch.Tensor) -> float:
    return max(abs(ours[token].item() - logprob) for token, logprob in theirs.items())


@pytest.mark.model
class TestExport:
    def test_the_embedded_model_writes_with_the_adapter_as_peft_does(
        self, base_gguf: ModelFiles, base_hf: ModelFiles, tmp_path: Path, cpu: torch.device
    ) -> None:
        base, tokenizer = load(base_hf, cpu)
        ids = tokenizer.encode(PROMPT, add_special_tokens=False)
        learner = learner_of(base, base_hf, METHODS["lora"], seed=5)
        model = learner.model
        random_adapter(learner, 0.04, tmp_path)
        export_adapter(tmp_path, base_gguf.path, tmp_path / "adapter.gguf")
        theirs = of_llama_cpp(base_gguf.path, tmp_path / "adapter.gguf", ids)
        model.float().eval()
        without = of_peft(model, ids)  # a fresh LoRA changes nothing
        model.set_adapter("random")
        ours = of_peft(model, ids)
        assert ours.argmax().item() == max(theirs, key=lambda token: theirs[token])
        # Its 4-bit kernels round activations to 8 bits; the next test compares without rounding.
        assert distance(theirs, without) > 5 * distance(theirs, ours)

    @pytest.mark.parametrize("architecture", ["llama", "qwen2", "qwen3"])
    def test_an_architecture_of_the_catalogue_is_exported_exactly(
        self, architecture: str, base_gguf: ModelFiles, tmp_path: Path, cpu: torch.device
    ) -> None:
        path = tmp_path / "tiny.gguf"
        write_model(architecture, base_gguf.path, path)
        files = ModelFiles("tiny", "gguf", path, "")
        base, tokenizer = load(files, cpu)
        ids = tokenizer.encode(PROMPT, add_special_tokens=False)
        learner = learner_of(base, files, METHODS["lora"], seed=5)
        model = learner.model
        random_adapter(learner, 0.1, tmp_path)
        export_adapter(tmp_path, path, tmp_path / "adapter.gguf")
        model.float().eval()
        assert distance(of_llama_cpp(path, None, ids), of_peft(model, ids)) < 0.02
        model.set_adapter("random")
        theirs = of_llama_cpp(path, tmp_path / "adapter.gguf", ids)
        assert distance(theirs, of_peft(model, ids)) < 0.02

    def test_an_architecture_that_was_never_compared_is_refused(self, tmp_path: Path) -> None:
        writer = GGUFWriter(tmp_path / "base.gguf", "gemma3")
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        with pytest.raises(PanzadError, match="adapters of gemma3 models cannot be served"):
            export_adapter(tmp_path, tmp_path / "base.gguf", tmp_path / "adapter.gguf")


class TestPermuted:
    @given(heads=st.integers(1, 9), half=st.integers(1, 8), rank=st.integers(1, 4))
    def test_each_head_goes_from_two_halves_to_pairs(
        self, heads: int, half: int, rank: int
    ) -> None:
        rows = np.arange(heads * 2 * half * rank, dtype=np.float32).reshape(-1, rank)
        found = permuted(rows, heads)
        for head in range(heads):
            ours = found[head * 2 * half : (head + 1) * 2 * half]
            theirs = rows[head * 2 * half : (head + 1) * 2 * half]
            assert np.array_equal(ours[0::2], theirs[:half])
            assert np.array_equal(ours[1::2], theirs[half:])
