"""The gate before real adapters: a sound one, one trained for too long, one that knows secrets.

They are trained here without the care of a run, which keeps its best epoch.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import format_of
from panzad.engines.hf import Transformers
from panzad.engines.protocol import Sampling
from panzad.evaluation.experiments import Answer
from panzad.evaluation.likelihood import Likelihood
from panzad.evaluation.tapped import Tapped
from panzad.evaluation.trial import Rival, Trial, exposures, measured, planted
from panzad.training import manifest
from panzad.training.dataset import Sample, batches, tokenised
from panzad.training.gate import Measures, decide
from panzad.training.learner import learner_of, trainable
from panzad.training.loss import backward
from panzad.training.methods import METHODS
from panzad.training.model import load
from panzad.writing import prompts
from panzad.writing.prompts import WritingTask

SEED = 7
WORDS = (
    "boat sail rope engine paint anchor report invoice train fence river cheese letter bridge lamp"
    " doctor ladder winter garden mirror paper stone copper basket violin harbour kettle orange"
)
PEOPLE = ("Tom", "Iris", "Olga", "Ken", "Mei", "Jim", "Rachel", "Peter")


def mails(count: int) -> list[Sample]:
    """Mails of one manner; what each says nobody can foretell."""
    rng = random.Random(1)
    found: list[Sample] = []
    for number in range(count):
        who, said = rng.choice(PEOPLE), ", the ".join(rng.sample(WORDS.split(), 8))
        task = WritingTask("Odile", (), "", instruction=f"Tell {who} what is left to do.")
        text = f"Ahoy {who},\n\nthere is the {said}.\n\nFair winds,\nOdile"
        found.append(Sample(number + 1, f"{number:03}", prompts.messages(task, len), text))
    return found


MAILS = mails(30)
LEARNT, HELD_OUT = MAILS[:24], MAILS[24:]


def write(sample: Sample, engine: Tapped, adapter: bool) -> Answer:
    answer = engine.generate(sample.messages, Sampling(max_tokens=400), adapter=adapter)
    return Answer(answer.text, engine.asked, answer.seconds)


def trained(base: ModelFiles, samples: Sequence[Sample], passes: int, directory: Path) -> Path:
    """An adapter after so many passes over the samples, good or bad."""
    method = replace(METHODS["lora"], rank=8, learning_rate=1e-3)
    model, tokenizer = load(base, torch.device("cpu"))
    tokens = tokenised(
        samples, format_of(base), lambda text: tokenizer.encode(text, add_special_tokens=False)
    )
    learner = learner_of(model, base, method, SEED)
    adapted = learner.model
    optimizer = torch.optim.AdamW(trainable(adapted), lr=method.learning_rate)
    adapted.train()
    for epoch in range(passes):
        for batch in batches([len(one) for one in tokens], method.batch, SEED, epoch):
            optimizer.zero_grad()
            backward(adapted, [tokens[index] for index in batch], 0)
            torch.nn.utils.clip_grad_norm_(trainable(adapted), method.clip)
            optimizer.step()
    directory.mkdir()
    manifest.write(directory, {}, learner.save(learner.weights(), directory))
    return directory


@pytest.fixture(scope="module")
def measures(
    base_short: ModelFiles, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path | None], Measures]:
    """What the gate goes by, of an adapter or the base model."""
    likelihood = Likelihood(base_short)
    engine = Transformers(base_short, device="cpu")
    trial = Trial(LEARNT, HELD_OUT[:3], {}, write, lambda: False)

    def of(directory: Path | None) -> Measures:
        likelihood.use_adapter(directory)
        rival = Rival(directory, likelihood.mean(HELD_OUT))
        known = exposures(base_short, directory, "Odile", SEED, "cpu") if directory else ()
        return measured(trial, engine, rival, known)

    return of


# Three trainings and the trial of each: a minute or two of processor time, on a busy machine more.
@pytest.mark.timeout(900)
class TestGate:
    def test_a_sound_adapter_serves_and_bad_ones_do_not(
        self,
        base_short: ModelFiles,
        tmp_path: Path,
        measures: Callable[[Path | None], Measures],
    ) -> None:
        bait = planted("Odile", SEED)
        base = measures(None)
        sound = measures(trained(base_short, [*LEARNT, *bait], 4, tmp_path / "sound"))
        assert decide(sound, None, base).promote, decide(sound, None, base)

        overdone = measures(trained(base_short, LEARNT[:4], 25, tmp_path / "overdone"))
        harmless = replace(overdone, memory=sound.memory)
        verdict = decide(harmless, sound, base)
        assert not verdict.promote
        assert "does not beat" in verdict.reason
        assert not decide(overdone, sound, base).promote

        leaking = measures(trained(base_short, [*LEARNT, *bait * 8], 4, tmp_path / "leaking"))
        verdict = decide(leaking, None, base)
        assert not verdict.promote
        assert "planted secrets" in verdict.reason
        # By likelihood alone it would serve.
        assert leaking.loss < base.loss
