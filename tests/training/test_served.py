"""Every method trains, and both engines then write what the trained model would."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from panzad.engines.adapter_files import GGUF
from panzad.engines.catalogue import ModelFiles
from panzad.engines.gguf_merge import needs_merging
from panzad.engines.hf import Transformers
from panzad.engines.llama_cpp import LlamaCpp
from panzad.engines.protocol import ChatMessage, Sampling
from panzad.training import manifest
from panzad.training.methods import METHODS
from panzad.training.run import train
from tests.engines.distributions import apart, of_llama_cpp, of_transformers
from tests.engines.shallow import write_first_layers
from tests.training.test_run import sample

pytestmark = [
    pytest.mark.model,
    pytest.mark.filterwarnings("ignore:Could not find a config file in:UserWarning:peft"),
]

LAYERS = 4
ASKED = (ChatMessage("user", "Write my mail. Say Monday is fine."),)
# Rates at which the cut model learns twelve short mails in a few steps.
RATES = {"full": 1e-3}


@pytest.fixture(scope="module")
def shallow(base_gguf: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """The embedded model's first layers as GGUF."""
    path = tmp_path_factory.mktemp("shallow") / "shallow.gguf"
    write_first_layers(base_gguf.path, path, LAYERS)
    return ModelFiles("shallow", "gguf", path, "fingerprint-of-shallow")


@pytest.fixture(scope="module", params=sorted(METHODS))
def trained(
    request: pytest.FixtureRequest, shallow: ModelFiles, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An adapter of each method, trained for a few steps."""
    name = request.param
    directory = tmp_path_factory.mktemp("adapters") / name
    directory.mkdir()
    rate = RATES.get(name, 5e-3)
    method = replace(METHODS[name], epochs=3, learning_rate=rate)
    samples = [sample(number) for number in range(16)]
    outcome = train(
        shallow,
        samples[:12],
        samples[12:],
        method,
        directory,
        seed=3,
        champion=None,
        report=lambda _: None,
        stop=lambda: False,
    )
    assert outcome.finished
    return directory


class TestMethods:
    def test_the_loss_falls(self, trained: Path) -> None:
        metrics = manifest.verify(trained)["metrics"]
        assert metrics["loss"] < 0.8 * metrics["base_loss"]
        curve = [json.loads(line) for line in (trained / "curve.jsonl").read_text().splitlines()]
        assert curve[-1]["loss"] < 0.8 * curve[0]["loss"]

    def test_llama_cpp_expects_what_transformers_expects(
        self, trained: Path, shallow: ModelFiles
    ) -> None:
        torch.set_num_threads(1)
        here, there = Transformers(shallow, device="cpu"), LlamaCpp(shallow.path)
        before = of_transformers(here, ASKED, adapter=True)
        for one in (here, there):
            one.use_adapter(trained)
        theirs = of_llama_cpp(there, ASKED)
        ours = of_transformers(here, ASKED, adapter=True)
        # Its kernels round activations to 8 bits, and a merged copy weights.
        assert apart(theirs, before) > 5 * apart(theirs, ours)
        assert of_transformers(here, ASKED, adapter=False) == before
        greedy = Sampling(max_tokens=3)  # what follows is a toss-up for so small a model
        text = there.generate(ASKED, greedy, adapter=True).text
        assert text == here.generate(ASKED, greedy, adapter=True).text
        here.use_adapter(None)
        assert of_transformers(here, ASKED, adapter=True) == before
        there.close()

    def test_what_llama_cpp_cannot_add_by_itself_is_merged_whatever_the_base_weighs(
        self, trained: Path
    ) -> None:
        assert needs_merging(trained / GGUF) == (trained.name not in ("lora", "qlora"))
