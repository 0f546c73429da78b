"""Real training of the real embedded model: it learns, it resumes, llama.cpp agrees with it."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import format_of_gguf
from panzad.engines.protocol import ChatMessage
from panzad.training import manifest
from panzad.training.dataset import Sample, Tokens, texts
from panzad.training.gguf_export import export_lora
from panzad.training.methods import METHODS
from panzad.training.model import load_base, load_tokenizer, summed_loss, with_adapter
from panzad.training.run import Outcome, Progress, train

pytestmark = pytest.mark.model

METHOD = replace(METHODS["lora"], epochs=2, batch=4, rank=4, alpha=8)

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.training.test_run import run
from panzad.engines.catalogue import ModelFiles
files = ModelFiles("base", "gguf", Path(sys.argv[1]), "f")
def report(progress):
    if progress.phase == "training" and progress.step == 3:
        os.kill(os.getpid(), signal.SIGKILL)
run(files, Path(sys.argv[2]), report=report)
"""


def sample(number: int) -> Sample:
    day = ("Monday", "Tuesday", "Friday")[number % 3]
    return Sample(
        number,
        f"2026-05-{number + 1:02}",
        (ChatMessage("user", f"Write my mail. Say {day} is fine."),),
        f"Ahoy,\n\nShort answer: {day} is fine.\n\nFair winds,\nOdile",
    )


def run(files: ModelFiles, directory: Path, **more: Any) -> Outcome:
    directory.mkdir(exist_ok=True)
    options: dict[str, Any] = {"report": lambda _: None, "stop": lambda: False, "champion": None}
    samples = [sample(number) for number in range(12)]
    return train(files, samples[:8], samples[8:], METHOD, directory, seed=3, **(options | more))


@pytest.fixture(scope="module")
def trained(base_gguf: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter from an undisturbed run."""
    directory = tmp_path_factory.mktemp("adapters") / "whole"
    outcome = run(base_gguf, directory)
    assert outcome.finished
    return directory


class TestTrain:
    def test_the_held_out_loss_falls(self, trained: Path) -> None:
        metrics = manifest.verify(trained)["metrics"]
        assert metrics["loss"] < 0.7 * metrics["base_loss"]

    def test_the_directory_holds_weights_curve_and_manifest_only(self, trained: Path) -> None:
        assert {path.name for path in trained.iterdir()} == {
            "adapter_model.safetensors",
            "adapter_config.json",
            "adapter.gguf",
            "curve.jsonl",
            "manifest.json",
        }
        curve = [json.loads(line) for line in (trained / "curve.jsonl").read_text().splitlines()]
        assert [point["step"] for point in curve] == [1, 2, 3, 4]
        assert [point["step"] for point in curve if "holdout_loss" in point] == [2, 4]

    def test_a_killed_run_goes_on_and_ends_the_same(
        self, base_gguf: ModelFiles, trained: Path, tmp_path: Path
    ) -> None:
        directory = tmp_path / "killed"
        child = subprocess.run(
            [sys.executable, "-c", KILLED, str(base_gguf.path), str(directory)],
            check=False,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        assert child.returncode == -signal.SIGKILL
        assert not (directory / "manifest.json").exists()
        seen: list[Progress] = []
        assert run(base_gguf, directory, report=seen.append).finished
        assert [one.step for one in seen if one.phase == "training"] == [3, 4]
        ours, theirs = (
            load_file(place / "adapter_model.safetensors") for place in (directory, trained)
        )
        assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)

    def test_asked_to_stop_it_leaves_a_checkpoint_and_no_adapter(
        self, base_gguf: ModelFiles, tmp_path: Path
    ) -> None:
        directory = tmp_path / "stopped"
        outcome = run(base_gguf, directory, stop=lambda: True)
        assert not outcome.finished
        assert [path.name for path in directory.iterdir()] == ["checkpoint.pt"]

    def test_the_serving_adapter_is_judged_on_the_same_mails(
        self, base_gguf: ModelFiles, trained: Path, tmp_path: Path
    ) -> None:
        directory = tmp_path / "next"
        stop_at_once = run(base_gguf, directory, champion=trained, stop=lambda: True)
        assert stop_at_once.champion_loss is not None
        metrics = manifest.read(trained)["metrics"]
        assert math.isclose(stop_at_once.champion_loss, metrics["loss"], rel_tol=1e-3)


class TestExport:
    def test_llama_cpp_gives_the_probabilities_of_peft(
        self, base_gguf: ModelFiles, tmp_path: Path
    ) -> None:
        """Random weights large enough to change every prediction, in every projection."""
        import xllamacpp

        torch.manual_seed(5)
        model = with_adapter(load_base(base_gguf, torch.device("cpu")), METHOD, seed=5)
        model.save_pretrained(tmp_path, save_embedding_layers=False)
        weights = tmp_path / "adapter_model.safetensors"
        rng = np.random.default_rng(5)
        save_file(
            {
                name: rng.normal(scale=0.08, size=tensor.shape).astype(np.float32)
                for name, tensor in load_file(weights).items()
            },
            weights,
        )
        export_lora(tmp_path, base_gguf.path, tmp_path / "adapter.gguf")
        prompt, _ = texts(sample(1), format_of_gguf(base_gguf.path))

        params = xllamacpp.CommonParams()
        params.model.path = str(base_gguf.path)
        params.n_ctx = 512
        params.verbosity = 0
        params.warmup = False
        lora = xllamacpp.CommonAdapterLoraInfo()
        lora.path, lora.scale = str(tmp_path / "adapter.gguf"), 1.0
        params.lora_adapters = [lora]
        answer = xllamacpp.Server(params).handle_completions(
            {"prompt": prompt, "max_tokens": 1, "temperature": 0, "n_probs": 20}
        )
        theirs = {
            one["id"]: one["logprob"]
            for one in answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        }

        model.load_adapter(str(tmp_path), adapter_name="random")
        model.set_adapter("random")
        model.float().eval()
        ids = load_tokenizer(base_gguf).encode(prompt, add_special_tokens=False)
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids])).logits[0, -1]
            ours = logits.log_softmax(-1)
            with model.disable_adapter():
                base = model(input_ids=torch.tensor([ids])).logits[0, -1].log_softmax(-1)
        differences = [abs(ours[token].item() - logprob) for token, logprob in theirs.items()]
        moved = [abs(base[token].item() - logprob) for token, logprob in theirs.items()]
        assert float(np.mean(moved)) > 10 * float(np.mean(differences))
        assert max(differences) < 0.35  # llama.cpp computes in the file's 4 bits
        assert ours.argmax().item() == max(theirs, key=lambda token: theirs[token])


class TestLoss:
    def test_padding_and_batching_change_nothing(self, base_gguf: ModelFiles) -> None:
        model = load_base(base_gguf, torch.device("cpu")).eval()
        tokens = [Tokens((1, 5, 9), (20, 30)), Tokens((1, 7), (40, 50, 60, 70))]
        with torch.no_grad():
            together, count = summed_loss(model, tokens, pad=2)
            apart = sum(summed_loss(model, [one], pad=2)[0].item() for one in tokens)
        assert count == 6
        assert math.isclose(together.item(), apart, rel_tol=0.02)
