"""Checkpoints of a run: everything that the next step depends on, in one file, replaced whole."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    replaced(directory / NAME, lambda file: torch.save(vars(state), file))


def load(directory: Path, run: str) -> State:
    """The checkpoint of this run, or the state before its first step.

    A checkpoint that cannot be read (a disk that lost it), or of another run, means to begin
    again.
    """
    try:
        values = torch.load(directory / NAME, weights_only=True, map_location="cpu")
        state = State(**values)
    except FileNotFoundError:
        return State(run)
    except (OSError, RuntimeError, TypeError, EOFError, pickle.UnpicklingError) as error:
        log.warning("training.checkpoint_unreadable", adapter=directory.name, error=str(error))
        return State(run)
    if state.run != run:
        log.warning("training.checkpoint_of_another_run", adapter=directory.name)
        return State(run)
    return state


def remove(directory: Path) -> None:
    """Forget the checkpoint."""
    (directory / NAME).unlink(missing_ok=True)
