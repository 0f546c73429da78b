"""What memory a run asks for, and what it does when there is none left."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from panzad.engines.catalogue import ModelFiles
from panzad.training import attempt, outset
from panzad.training.attempt import Attempt, next_level
from panzad.training.fit import FITS, Fit, first_fit, out_of_memory
from panzad.training.methods import METHODS, choose
from panzad.training.priority import memory_limit
from tests.training.test_run import learn, same_weights

GB = 10**9
ROOM = 550_000_000
SMALL, LARGE = 135_000_000, 7_000_000_000


class TestFits:
    def test_each_takes_less_than_the_one_before(self) -> None:
        for one, other in pairwise(FITS):
            assert other.working_bytes < one.working_bytes
            assert other.tokens < one.tokens or other.checkpointing > one.checkpointing

    @pytest.mark.parametrize(
        ("method", "weights", "memory", "level"),
        [
            ("lora", SMALL, 4 * GB, 1),
            ("lora", SMALL, 1_500_000_000, 2),
            ("lora", SMALL, GB, len(FITS) - 1),
            ("full", SMALL, 4 * GB, 2),
            ("full", SMALL, 8 * GB, 1),
            ("lora", LARGE, 24 * GB, 1),
        ],
    )
    def test_a_run_begins_with_what_fits(
        self, method: str, weights: int, memory: int, level: int
    ) -> None:
        assert first_fit(METHODS[method], weights, memory) == level

    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            (MemoryError(), True),
            (torch.OutOfMemoryError("CUDA out of memory"), True),
            (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
            (RuntimeError("could not create a primitive"), True),
            (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
            (OSError(12, "Cannot allocate memory"), False),
        ],
    )
    def test_which_errors_say_that_memory_ran_out(self, error: Exception, expected: bool) -> None:
        assert out_of_memory(error) == expected


class TestChoose:
    @pytest.mark.parametrize(
        ("device", "gigabytes", "weights", "expected"),
        [
            ("cpu", 2, SMALL, "lora"),
            ("cpu", 12, LARGE, None),
            ("cpu", 16, LARGE, "lora"),
            ("cuda", 80, LARGE, "lora"),
            ("cuda", 8, LARGE, "qlora"),
            ("cuda", 2, LARGE, None),
        ],
    )
    def test_by_device_and_memory(
        self, device: Any, gigabytes: int, weights: int, expected: str | None
    ) -> None:
        found = choose(device, gigabytes * GB, weights)
        assert (found.name if found else None) == expected

    @given(st.sampled_from(["cpu", "cuda"]), st.integers(0, 200 * GB), st.integers(1, 10**11))
    def test_what_is_chosen_fits(self, device: Any, memory: int, weights: int) -> None:
        found = choose(device, memory, weights)
        assert found is None or found.bytes_for(weights) <= memory


class TestAttempt:
    @pytest.mark.parametrize(
        ("last", "level"),
        [
            (Attempt(), 0),
            (Attempt(0, "this boot"), 1),
            (Attempt(2, "this boot"), 3),
            (Attempt(3, "this boot"), 3),
            (Attempt(1, "the boot before"), 1),  # a power cut says nothing about memory
            (Attempt(2, None), 2),
        ],
    )
    def test_one_that_died_makes_the_next_smaller(self, last: Attempt, level: int) -> None:
        assert next_level(last, "this boot", len(FITS)) == level

    def test_it_is_kept_beside_the_checkpoint(self, tmp_path: Path) -> None:
        assert attempt.begin(tmp_path, 0, 4) == 0
        assert attempt.begin(tmp_path, 0, 4) == 1  # the one before said nothing of its end
        attempt.end(tmp_path, 1)
        assert attempt.begin(tmp_path, 0, 4) == 1
        assert attempt.begin(tmp_path, 3, 4) == 3
        attempt.end(tmp_path, 0)
        assert list(tmp_path.iterdir()) == []

    def test_a_note_that_cannot_be_read_counts_as_none(self, tmp_path: Path) -> None:
        (tmp_path / attempt.NAME).write_text("{")
        assert attempt.begin(tmp_path, 0, 4) == 0


class TestMemoryLimit:
    def test_half_of_the_machine_unless_it_is_said(self) -> None:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        assert memory_limit(0) == whole // 2
        assert memory_limit(1.5) == 1_500_000_000


CAPPED = """
import sys
from dataclasses import replace
from pathlib import Path
from panzad.engines.catalogue import ModelFiles
from panzad.training import outset
from panzad.training.priority import cap_memory
from panzad.training.run import train
from tests.training.test_run import METHOD, sample
load, status = outset.load, Path("/proc/self/status")
def loaded(*arguments, **options):
    found = load(*arguments, **options)
    if not capped:
        taken = int(status.read_text().split("VmData:")[1].split()[0]) * 1024
        cap_memory(taken + int(sys.argv[3]))
        capped.append(True)
    return found
outset.load, capped = loaded, []
mails = [sample(number) for number in range(8)]
mails = [replace(one, completion=one.completion + " Fair winds." * 80) for one in mails]
Path(sys.argv[2]).mkdir()
outcome = train(
    ModelFiles("base", "hf", Path(sys.argv[1]), "f"), mails[:4], mails[4:],
    replace(METHOD, epochs=1), Path(sys.argv[2]), seed=3, champion=None,
    report=lambda _: None, stop=lambda: False,
)
print(outcome.finished)
"""


@pytest.mark.model
class TestRetry:
    def test_memory_that_runs_out_means_to_go_on_smaller_and_end_the_same(
        self, base_short: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        learn(base_short, tmp_path / "whole")
        tried: list[Fit] = []
        prepared = outset.prepared

        def short_of_memory(task: Any, fit: Fit, state: Any) -> Any:
            tried.append(fit)
            if len(tried) < 3:
                raise MemoryError
            return prepared(task, fit, state)

        monkeypatch.setattr("panzad.training.run.prepared", short_of_memory)
        assert learn(base_short, tmp_path / "tight").finished
        assert tried == list(FITS[:3])
        assert not (tmp_path / "tight" / attempt.NAME).exists()
        # Parts of a batch are added up in another order: the last bits differ.
        assert same_weights(tmp_path / "tight", tmp_path / "whole", tolerance=0.05)

    def test_under_a_real_limit_a_smaller_attempt_finishes(
        self, base_short: ModelFiles, tmp_path: Path
    ) -> None:
        """The limit leaves room for one long mail's logits and not for a batch's."""
        arguments = [str(base_short.path), str(tmp_path / "a1"), str(ROOM)]
        child = subprocess.run(
            [sys.executable, "-c", CAPPED, *arguments],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        assert child.returncode == 0, child.stderr
        assert child.stdout.splitlines()[-1] == "True"
        assert "training.out_of_memory" in child.stdout
