"""A checkpoint is what was written, or a run begins anew: never something in between."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from panzad.training import checkpoint
from panzad.training.checkpoint import State
from tests.disk import no_file_longer_than


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """The bytes of a checkpoint in `tmp_path`."""
    moments = {"step": torch.tensor(3.0), "exp_avg": torch.randn(64, 8)}
    optimizer = {"state": {0: moments}, "param_groups": [{"lr": 1e-3, "params": [0]}]}
    weights = {"a": torch.randn(64, 8), "b": torch.randn(8, 64)}
    checkpoint.save(tmp_path, State("run", 3, 1, weights=weights, optimizer=optimizer))
    return (tmp_path / checkpoint.NAME).read_bytes()


class TestLoad:
    def test_what_was_saved_comes_back(self, tmp_path: Path, whole: bytes) -> None:
        before, after = checkpoint.load(tmp_path, "run"), checkpoint.load(tmp_path, "run")
        assert (before.step, before.epochs) == (3, 1)
        checkpoint.save(tmp_path, before)
        assert after.weights["a"].equal(before.weights["a"])
        assert after.optimizer["state"][0]["exp_avg"].equal(before.optimizer["state"][0]["exp_avg"])

    @pytest.mark.parametrize("seed", range(60))
    def test_a_flipped_byte_anywhere_begins_anew(
        self, tmp_path: Path, whole: bytes, seed: int
    ) -> None:
        rng = random.Random(seed)
        content = bytearray(whole)
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        (tmp_path / checkpoint.NAME).write_bytes(content)
        found = checkpoint.load(tmp_path, "run")
        assert (found.step, found.weights) == (0, {})

    @pytest.mark.parametrize("octets", [0, 1, 31, 32, 33, 5000, -32, -1])
    def test_one_that_was_cut_begins_anew(self, tmp_path: Path, whole: bytes, octets: int) -> None:
        (tmp_path / checkpoint.NAME).write_bytes(whole[:octets])
        assert checkpoint.load(tmp_path, "run").step == 0

    @pytest.mark.parametrize("octets", [0, 100, 3000, 4096, 10_000, 150_000])
    def test_one_that_a_full_disk_has_no_room_for_leaves_the_one_before(
        self, tmp_path: Path, whole: bytes, octets: int
    ) -> None:
        large = State("run", 4, 1, weights={name: torch.randn(99, 99) for name in "abcdefgh"})
        with no_file_longer_than(octets), pytest.raises(OSError, match="File too large"):
            checkpoint.save(tmp_path, large)
        assert (tmp_path / checkpoint.NAME).read_bytes() == whole
        assert checkpoint.load(tmp_path, "run").step == 3

    def test_one_of_another_run_begins_anew(self, tmp_path: Path, whole: bytes) -> None:
        assert checkpoint.load(tmp_path, "another").step == 0

    def test_without_one_a_run_begins(self, tmp_path: Path) -> None:
        assert checkpoint.load(tmp_path, "run").step == 0
