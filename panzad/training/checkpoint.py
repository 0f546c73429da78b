"""Checkpoints of a run: everything that the next step depends on, in one file, replaced whole."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from panzad.training.manifest import replace

NAME = "checkpoint.pt"


@dataclass
class State:
    """A run after `step` steps. `best` are the LoRA weights with the lowest held-out loss."""

    data: str
    step: int = 0
    seconds: float = 0.0
    tokens: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    curve: list[dict[str, float]] = field(default_factory=list)
    base_loss: float | None = None
    champion: str | None = None
    champion_loss: float | None = None
    best_loss: float | None = None
    best_epoch: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)


def save(directory: Path, state: State) -> None:
    """Replace the checkpoint in `directory`."""
    buffer = io.BytesIO()
    torch.save(asdict(state), buffer)
    replace(directory / NAME, buffer.getvalue())


def load(directory: Path, data: str) -> State:
    """The checkpoint of a run on this data, or the state before the first step.

    A checkpoint that cannot be read (a disk that lost it) means to begin again.
    """
    try:
        values = torch.load(directory / NAME, weights_only=True, map_location="cpu")
        state = State(**values)
    except (OSError, RuntimeError, ValueError, TypeError, EOFError, KeyError):
        return State(data)
    return state if state.data == data else State(data)
