"""Checkpoints of a run: everything that the next step depends on, in one file, replaced whole.

The file ends with the SHA-256 of what stands before it: PyTorch itself takes flipped bytes in the
weights for weights.
"""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import structlog
import torch
from torch import Tensor

from panzad.files import replaced

NAME = "checkpoint.pt"

log = structlog.get_logger("panzad.training")


@dataclass
class State:
    """A run after `step` steps and `epochs` judged epochs.

    `run` names the run that it belongs to: data, base model, method and seed. `weights` and
    `optimizer` are empty before the first step. `best` are the adapter's weights at the epoch
    with the lowest held-out loss. `references` are the log likelihoods of the
    preference pairs under the base. `seconds` is all the time spent, `step_seconds` that in steps.
    """

    run: str
    step: int = 0
    epochs: int = 0
    seconds: float = 0.0
    step_seconds: float = 0.0
    tokens: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    random: Tensor = field(default_factory=torch.get_rng_state)
    curve: list[dict[str, float]] = field(default_factory=list)
    base_loss: float | None = None
    references: list[tuple[float, float]] = field(default_factory=list)
    champion: str | None = None
    champion_loss: float | None = None
    best_loss: float | None = None
    best_epoch: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)


def save(directory: Path, state: State) -> None:
    """Replace the checkpoint in `directory`."""

    def write(file: BinaryIO) -> None:
        sealed = _Sealed(file)
        try:
            torch.save(vars(state), cast(BinaryIO, sealed))
        except RuntimeError as error:
            # After a write that failed PyTorch's archive complains of its position instead.
            if isinstance(error.__context__, OSError):
                raise error.__context__ from None
            raise
        file.write(sealed.digest())

    replaced(directory / NAME, write)


class _Sealed:
    """Hands on to a file what is written, and knows its SHA-256."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sum = hashlib.sha256()
        self.digest = self._sum.digest

    def write(self, content: bytes) -> int:
        self._sum.update(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()


def load(directory: Path, run: str) -> State:
    """The checkpoint of this run, or the state before its first step.

    A checkpoint that cannot be read (a disk that lost it), or of another run, means to begin
    again.
    """
    path = directory / NAME
    try:
        _check(path)
        state = State(**torch.load(path, weights_only=True, map_location="cpu"))
    except FileNotFoundError:
        return State(run)
    except (OSError, RuntimeError, TypeError, ValueError, pickle.UnpicklingError) as error:
        log.warning("training.checkpoint_unreadable", adapter=directory.name, error=str(error))
        return State(run)
    if state.run != run:
        log.warning("training.checkpoint_of_another_run", adapter=directory.name)
        return State(run)
    return state


def _check(path: Path) -> None:
    """Raises ValueError where the content is not what its SHA-256 at the end says."""
    left = path.stat().st_size - hashlib.sha256().digest_size
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(min(max(left, 0), 1 << 20)):
            found.update(block)
            left -= len(block)
        if file.read() != found.digest():
            raise ValueError("its bytes are not those that were written")


def remove(directory: Path) -> None:
    """Forget the checkpoint."""
    (directory / NAME).unlink(missing_ok=True)
