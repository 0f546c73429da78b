"""A finished training run before the gate: its adapter is tried beside its rivals, and judged."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from panzad.config import Config
from panzad.engines.catalogue import ModelFiles
from panzad.engines.create import create_engine, device_for
from panzad.evaluation.trial import Rival, Trial, exposures, measured
from panzad.training.gate import Measures, Verdict, decide
from panzad.training.run import Outcome

log = structlog.get_logger("panzad.training")


def judged(
    config: Config,
    files: ModelFiles,
    trial: Trial,
    directory: Path,
    champion: Path | None,
    outcome: Outcome,
    author: str,
    seed: int,
) -> tuple[Verdict, dict[str, Any]]:
    """The verdict on the adapter in `directory`, and the figures that led to it, by model.

    `champion` is what serves now, as far as `outcome` has a loss of it. Raises Stopped when the
    trial is asked to stop, and ModelDamaged.
    """
    known = exposures(files, directory, author, seed, device_for(config.model, files))
    engine = create_engine(config.model, files)
    try:
        challenger = measured(trial, engine, Rival(directory, outcome.loss), known)
        serving = None
        if champion is not None and outcome.champion_loss is not None:
            # Last of the two: the engine keeps the merged copy of the adapter it used last.
            serving = measured(trial, engine, Rival(champion, outcome.champion_loss), ())
        base = measured(trial, engine, Rival(None, outcome.base_loss), ())
    finally:
        engine.close()
    figures = {
        name: _figures(one)
        for name, one in (("challenger", challenger), ("champion", serving), ("base", base))
        if one is not None
    }
    return decide(challenger, serving, base), figures


def _figures(measures: Measures) -> dict[str, Any]:
    return {
        **asdict(measures.writing),
        "likeness": measures.writing.likeness,
        **(asdict(measures.memory) if measures.memory else {}),
    }
