"""The base model judges texts, with an adapter and without: a small random one, on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import format_of
from panzad.evaluation.likelihood import Likelihood
from panzad.training import manifest, model
from panzad.training.dataset import Sample, tokenised
from panzad.training.learner import learner_of, trainable
from panzad.training.loss import mean_loss
from panzad.training.methods import METHODS
from panzad.writing import prompts
from panzad.writing.prompts import WritingTask
from tests.training.tiny import write_model

TEXTS = ["Ahoy Tom,\n\nyes.", "See you on Monday."]
SAMPLE = Sample(1, "", prompts.messages(WritingTask("Odile", (), ""), len), TEXTS[0])
pytestmark = pytest.mark.filterwarnings("ignore:Could not find a config file in:UserWarning:peft")


@pytest.fixture(scope="module")
def base(base_gguf: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    path = tmp_path_factory.mktemp("base") / "tiny.gguf"
    write_model("llama", base_gguf.path, path)
    return ModelFiles("tiny", "gguf", path, "fingerprint-of-tiny")


def adapter(base: ModelFiles, name: str, folder: Path, change: float) -> Path:
    """An adapter of a method, all of whose weights have moved by so much."""
    loaded, _ = model.load(base, torch.device("cpu"), torch.float32)
    learner = learner_of(loaded, base, METHODS[name], seed=1)
    with torch.no_grad():
        for one in trainable(learner.model):
            one += change
    directory = folder / name
    directory.mkdir()
    manifest.write(directory, {}, learner.save(learner.weights(), directory))
    return directory


@pytest.mark.parametrize("name", ["lora", "full"])
def test_texts_have_the_same_features_whatever_adapter_wrote_them(
    base: ModelFiles, tmp_path: Path, name: str
) -> None:
    likelihood = Likelihood(base)
    directory = adapter(base, name, tmp_path, 0.05)
    likelihood.use_adapter(directory)
    adapted, loss = likelihood.features(TEXTS), likelihood.mean([SAMPLE])
    likelihood.use_adapter(None)
    np.testing.assert_array_equal(adapted, likelihood.features(TEXTS))
    assert likelihood.mean([SAMPLE]) != pytest.approx(loss, rel=0.01)


def test_what_was_learnt_in_every_weight_is_not_rounded_away(
    base: ModelFiles, tmp_path: Path
) -> None:
    """Its steps are smaller than those of bfloat16, in which a frozen base is kept."""
    likelihood = Likelihood(base)
    likelihood.use_adapter(adapter(base, "full", tmp_path, 1e-5))
    found = likelihood.mean([SAMPLE])
    moved, tokenizer = model.load(base, torch.device("cpu"), torch.float32)
    tokens = tokenised(
        [SAMPLE], format_of(base), lambda text: tokenizer.encode(text, add_special_tokens=False)
    )
    before = mean_loss(moved, tokens, 0)
    for one in moved.parameters():
        one += 1e-5
    after = mean_loss(moved, tokens, 0)
    assert found - before == pytest.approx(after - before, rel=0.05)
    likelihood.use_adapter(None)
    assert likelihood.mean([SAMPLE]) == pytest.approx(before, abs=abs(after - before) / 100)


@pytest.mark.parametrize(
    ("name", "fast", "wanted"),
    [
        ("lora", True, [torch.bfloat16]),
        ("lora", False, [torch.float32]),
        ("full", True, [torch.bfloat16, torch.float32]),
        ("full", False, [torch.float32]),
    ],
)
def test_the_base_is_in_the_numbers_that_a_training_keeps_it_in(
    base: ModelFiles,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fast: bool,
    wanted: list[torch.dtype],
) -> None:
    loaded: list[torch.dtype] = []

    def load(files: ModelFiles, device: torch.device, dtype: torch.dtype) -> tuple[Any, Any]:
        loaded.append(dtype)
        return model.load(files, device, dtype)

    monkeypatch.setattr(model, "multiplies_bfloat16", lambda _: fast)
    monkeypatch.setattr("panzad.evaluation.likelihood.load", load)
    likelihood = Likelihood(base)
    likelihood.use_adapter(adapter(base, name, tmp_path, 0.05))
    likelihood.use_adapter(None)
    assert loaded == wanted
