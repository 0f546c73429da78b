"""The embedded model as a Hugging Face directory, which loads ten times faster than GGUF."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from panzad.engines.catalogue import ModelFiles
from panzad.training.model import load


@pytest.fixture(scope="session")
def base_hf(base_gguf: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """The dequantised weights of the GGUF file and its tokenizer, saved by transformers."""
    directory = tmp_path_factory.mktemp("base")
    model, tokenizer = load(base_gguf, torch.device("cpu"))
    model.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return ModelFiles("base", "hf", directory, "fingerprint-of-whole-base")


@pytest.fixture(scope="session")
def base_short(base_hf: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """The embedded model's first layers: real weights for what need not be good at writing."""
    directory = tmp_path_factory.mktemp("short")
    model, tokenizer = load(base_hf, torch.device("cpu"))
    del model.model.layers[6:]
    model.config.num_hidden_layers = 6
    model.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return ModelFiles("base", "hf", directory, "fingerprint-of-base")


@pytest.fixture(scope="session")
def cpu() -> torch.device:
    return torch.device("cpu")


@pytest.fixture
def adapters(tmp_path: Path) -> Path:
    """The folder that holds adapter directories."""
    return tmp_path / "adapters"
