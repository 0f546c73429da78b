"""Trains an adapter for a benchmark, beside what a state serves: no champion, no gate, no row."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.paper_state import Subject
from panzad.engines.catalogue import resolve
from panzad.training.dataset import Sample
from panzad.training.methods import Method
from panzad.training.preference import NONE, Preferences
from panzad.training.run import train


def train_anew(
    subject: Subject,
    learnt: Sequence[Sample],
    holdout: Sequence[Sample],
    method: Method,
    directory: Path,
    *,
    seed: int,
    preferences: Preferences = NONE,
) -> None:
    """Train into the directory, emptied first; `holdout` chooses the epoch."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    train(
        resolve(subject.config.model.base, subject.paths.models),
        learnt,
        holdout,
        method,
        directory,
        seed=seed,
        champion=None,
        report=lambda _: None,
        stop=lambda: False,
        preferences=preferences,
    )
