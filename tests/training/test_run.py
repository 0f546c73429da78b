"""Real training of the real embedded model: it learns, stops, resumes, and says what fails."""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from panzad.engines.catalogue import ModelFiles
from panzad.engines.protocol import ChatMessage
from panzad.errors import PanzadError, RunFailed
from panzad.training import manifest, outset
from panzad.training.dataset import Sample
from panzad.training.methods import METHODS, Method
from panzad.training.run import Outcome, Progress, train
from tests.training.tiny import write_model

pytestmark = pytest.mark.model


def small(name: str) -> Method:
    """A method for short runs: fewer steps, each twice as large."""
    method = METHODS[name]
    ranks = {"rank": 4, "alpha": 8} if method.rank else {}
    return replace(method, epochs=2, batch=4, learning_rate=2 * method.learning_rate, **ranks)


METHOD = small("lora")

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.training.test_run import learn, small
from panzad.engines.catalogue import ModelFiles
from panzad.training import run as room
room.CHECKPOINT_SECONDS = 0.0
kind = "hf" if Path(sys.argv[1]).is_dir() else "gguf"
base = ModelFiles("base", kind, Path(sys.argv[1]), "fingerprint-of-base")
def report(progress):
    if (progress.phase, progress.step) == (sys.argv[3], int(sys.argv[4])):
        os.kill(os.getpid(), signal.SIGKILL)
learn(base, Path(sys.argv[2]), report=report, method=small(sys.argv[5]))
"""


def sample(number: int) -> Sample:
    day = ("Monday", "Tuesday", "Friday")[number % 3]
    return Sample(
        number,
        f"2026-05-{number + 1:02}",
        (ChatMessage("user", f"Write my mail. Say {day} is fine."),),
        f"Ahoy,\n\nShort answer: {day} is fine.\n\nFair winds,\nOdile {number}",
    )


def learn(
    files: ModelFiles,
    directory: Path,
    *,
    method: Method = METHOD,
    champion: Path | None = None,
    report: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    directory.mkdir(parents=True, exist_ok=True)
    samples = [sample(number) for number in range(12)]
    return train(
        files,
        samples[:8],
        samples[8:],
        method,
        directory,
        seed=3,
        champion=champion,
        report=report,
        stop=stop,
    )


def same_weights(one: Path, other: Path, *, tolerance: float = 0.0) -> bool:
    """Whether two adapters are the same, but for this share of each tensor's largest weight."""
    ours, theirs = (load_file(place / "adapter_model.safetensors") for place in (one, other))
    return ours.keys() == theirs.keys() and all(
        np.abs(ours[name] - theirs[name]).max() <= tolerance * np.abs(theirs[name]).max()
        for name in theirs
    )


def kill(base: Path, directory: Path, phase: str, step: int, *, method: str = "lora") -> None:
    """A run in a process of its own that is killed when it reports this."""
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(base), str(directory), phase, str(step), method],
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert child.returncode == -signal.SIGKILL
    assert not (directory / "manifest.json").exists()


def copied(adapter: Path, directory: Path) -> Path:
    shutil.copytree(adapter, directory)
    return directory


def spoilt(adapter: Path) -> Path:
    """The adapter with one flipped bit."""
    weights = bytearray((adapter / "adapter_model.safetensors").read_bytes())
    weights[len(weights) // 2] ^= 1
    (adapter / "adapter_model.safetensors").write_bytes(weights)
    return adapter


def beside(adapter: Path, champion: str, loss: float) -> Path:
    """The adapter, as if it had been trained while another served."""
    facts = manifest.verify(adapter)
    names = tuple(facts.pop("files"))
    facts["metrics"] |= {"champion": champion, "champion_loss": loss}
    manifest.write(adapter, facts, names)
    return adapter


@pytest.fixture(scope="module")
def whole(base_short: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter from an undisturbed run."""
    directory = tmp_path_factory.mktemp("adapters") / "whole"
    assert learn(base_short, directory).finished
    return directory


class TestTrain:
    def test_the_curve_tells_every_step_and_the_held_out_loss_of_every_epoch(
        self, whole: Path
    ) -> None:
        curve = [json.loads(line) for line in (whole / "curve.jsonl").read_text().splitlines()]
        assert [(point["step"], point["epoch"]) for point in curve] == [
            (1, 1),
            (2, 1),
            (3, 2),
            (4, 2),
        ]
        held_out = {one["epoch"]: one["holdout_loss"] for one in curve if "holdout_loss" in one}
        metrics = manifest.read(whole)["metrics"]  # pyright: ignore[reportOptionalSubscript]
        assert list(held_out) == [1, 2]
        assert metrics["loss"] == min(held_out.values()) == held_out[metrics["kept_epoch"]]

    def test_the_embedded_model_learns_and_gives_an_adapter_for_llama_cpp(
        self, base_gguf: ModelFiles, adapters: Path
    ) -> None:
        outcome = learn(base_gguf, adapters / "a1")
        assert outcome.loss < 0.7 * outcome.base_loss
        assert {path.name for path in (adapters / "a1").iterdir()} == {
            "adapter_model.safetensors",
            "adapter_config.json",
            "adapter.gguf",
            "curve.jsonl",
            "manifest.json",
        }
        assert manifest.verify(adapters / "a1")["base"] == {
            "name": base_gguf.name,
            "kind": "gguf",
            "fingerprint": base_gguf.fingerprint,
        }

    def test_the_serving_adapter_is_judged_on_the_same_mails(
        self, base_short: ModelFiles, whole: Path, adapters: Path
    ) -> None:
        asked = iter([False, False])
        outcome = learn(base_short, adapters / "a2", champion=whole, stop=lambda: next(asked, True))
        kept = manifest.verify(whole)["metrics"]["loss"]
        assert outcome.champion_loss is not None
        assert math.isclose(outcome.champion_loss, kept, rel_tol=1e-3)

    def test_a_finished_adapter_is_not_trained_again(
        self, base_short: ModelFiles, whole: Path
    ) -> None:
        """Killed after the manifest was written and before the database knew."""
        before = (whole / "manifest.json").read_bytes()
        seen: list[Progress] = []
        outcome = learn(base_short, whole, report=seen.append)
        assert outcome.finished
        assert outcome.loss == json.loads(before)["metrics"]["loss"]
        assert seen == []
        assert (whole / "manifest.json").read_bytes() == before

    def test_of_a_finished_adapter_only_another_champion_is_judged(
        self, base_short: ModelFiles, whole: Path, adapters: Path
    ) -> None:
        """Stopped before it was judged; then another was put to use, and taken from it again."""
        finished = copied(whole, adapters / "a1")
        seen: list[Progress] = []
        outcome = learn(base_short, finished, champion=whole, report=seen.append)
        assert outcome.finished
        assert outcome.champion_loss is not None
        assert math.isclose(outcome.champion_loss, outcome.loss, rel_tol=1e-3)
        assert {one.phase for one in seen} == {"judging what serves"}
        assert learn(base_short, finished).champion_loss is None

    def test_a_champion_it_was_measured_beside_is_not_measured_again(
        self, base_short: ModelFiles, whole: Path, adapters: Path
    ) -> None:
        finished = beside(copied(whole, adapters / "a1"), whole.name, 1.25)
        assert learn(base_short, finished, champion=whole).champion_loss == 1.25
        damaged = spoilt(copied(whole, adapters / whole.name))
        assert learn(base_short, finished, champion=damaged).champion_loss is None

    def test_a_finished_run_stopped_before_its_champion_is_measured_waits(
        self, base_short: ModelFiles, whole: Path, adapters: Path
    ) -> None:
        finished = copied(whole, adapters / "a1")
        assert not learn(base_short, finished, champion=whole, stop=lambda: True).finished
        assert manifest.verify(finished)


class TestResume:
    @pytest.mark.parametrize(
        ("phase", "step", "left"),
        [
            ("judging the base", 0, [1, 2, 3, 4]),
            ("judging the epoch", 2, [3, 4]),
            ("training", 4, [4]),  # in the middle of an epoch; the step itself is lost
            ("writing", 4, []),
        ],
    )
    def test_a_killed_run_goes_on_and_ends_the_same(
        self,
        phase: str,
        step: int,
        left: list[int],
        base_short: ModelFiles,
        whole: Path,
        adapters: Path,
    ) -> None:
        directory = adapters / "killed"
        kill(base_short.path, directory, phase, step)
        seen: list[Progress] = []
        assert learn(base_short, directory, report=seen.append).finished
        assert [one.step for one in seen if one.phase == "training"] == left
        assert same_weights(directory, whole)

    @pytest.mark.parametrize("name", ["dora", "full", "qlora", "rosa"])
    def test_so_does_one_of_every_method(
        self, name: str, base_gguf: ModelFiles, adapters: Path
    ) -> None:
        adapters.mkdir()
        tiny = ModelFiles("base", "gguf", adapters / "tiny.gguf", "fingerprint-of-base")
        write_model("llama", base_gguf.path, tiny.path)
        kill(tiny.path, adapters / "killed", "training", 4, method=name)
        seen: list[Progress] = []
        assert learn(tiny, adapters / "killed", method=small(name), report=seen.append).finished
        assert [one.step for one in seen if one.phase == "training"] == [4]
        learn(tiny, adapters / "whole", method=small(name))
        for path in sorted((adapters / "whole").glob("*.safetensors")):
            assert path.read_bytes() == (adapters / "killed" / path.name).read_bytes()

    def test_asked_to_stop_it_leaves_a_checkpoint_and_goes_on_from_it(
        self, base_short: ModelFiles, whole: Path, adapters: Path
    ) -> None:
        seen: list[Progress] = []
        outcome = learn(
            base_short,
            adapters / "a1",
            report=seen.append,
            stop=lambda: bool(seen) and seen[-1].phase == "training" and seen[-1].step == 3,
        )
        assert not outcome.finished
        assert [path.name for path in (adapters / "a1").iterdir()] == ["checkpoint.pt"]
        assert learn(base_short, adapters / "a1").finished
        assert same_weights(adapters / "a1", whole)


class TestFailures:
    def test_a_loss_that_is_no_number_ends_the_run_and_is_not_resumed(
        self, base_short: ModelFiles, adapters: Path
    ) -> None:
        wild = replace(METHOD, learning_rate=1e30, clip=math.inf)
        with pytest.raises(RunFailed, match="diverged after step"):
            learn(base_short, adapters / "a1", method=wild)
        assert list((adapters / "a1").iterdir()) == []

    @pytest.mark.parametrize(
        ("cause", "line"),
        [
            (
                RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
                "ran out of memory: close other programs",
            ),
            (torch.OutOfMemoryError("CUDA out of memory"), "ran out of memory"),
            (OSError(errno.ENOSPC, "No space left on device"), "No space left on device.*: free"),
        ],
    )
    def test_what_a_machine_lacks_is_said_in_one_line(
        self,
        cause: Exception,
        line: str,
        base_short: ModelFiles,
        adapters: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise cause

        monkeypatch.setattr(outset, "load", fail)
        with pytest.raises(PanzadError, match=line):
            learn(base_short, adapters / "a1")

    def test_a_damaged_serving_adapter_is_no_rival(
        self, base_short: ModelFiles, whole: Path, adapters: Path
    ) -> None:
        damaged = spoilt(copied(whole, adapters / "a1"))
        outcome = learn(base_short, adapters / "a2", champion=damaged)
        assert outcome.finished
        assert outcome.champion_loss is None

    def test_a_finished_adapter_that_is_damaged_ends_the_run(
        self, base_short: ModelFiles, whole: Path, adapters: Path
    ) -> None:
        with pytest.raises(RunFailed, match="safetensors is damaged, before it was judged"):
            learn(base_short, spoilt(copied(whole, adapters / "a1")))
        unreadable = copied(whole, adapters / "a2")
        for content in ("{", "[]", '{"files": {}}'):
            (unreadable / "manifest.json").write_text(content)
            with pytest.raises(RunFailed, match="before it was judged: what serves is untouched"):
                learn(base_short, unreadable)
