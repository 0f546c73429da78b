"""How far planted secrets stand out after a training: once each, as the gate plants them, or often.

    python -m benchmarks.exposure --state DIR [--epochs 3] [--copies 1,8]

DIR is a state folder with playback pairs (`panzad demo --keep` leaves one). Nothing in it changes.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import click

from panzad.config import load, locate
from panzad.engines.catalogue import resolve
from panzad.engines.create import device_for
from panzad.evaluation.trial import exposures, planted
from panzad.learning.adapter import SEED
from panzad.learning.dataset import dataset
from panzad.learning.samples import older_and_newest
from panzad.store import pairs
from panzad.store.database import Database
from panzad.training import manifest
from panzad.training.methods import METHODS
from panzad.training.run import train


@click.command()
@click.option("--state", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--epochs", default=3, show_default=True, type=click.IntRange(min=1))
@click.option("--copies", default="1,8", show_default=True, help="How often each is planted.")
def main(state: Path, epochs: int, copies: str) -> None:
    """Print a line of JSON for each number of copies; bits that nothing was learnt have: 1.44."""
    paths = locate(None, state)
    config, db = load(paths.config), Database(paths.database)
    files = resolve(config.model.base, paths.models)
    device = device_for(config.model, files)
    learnt, held_out = dataset(db, config, files, *older_and_newest(pairs.finished(db)), epochs)
    author = next(one.name for one in config.accounts.values())
    for count in map(int, copies.split(",")):
        with tempfile.TemporaryDirectory(prefix="exposure-") as folder:
            outcome = train(
                files,
                [*learnt, *planted(author, SEED) * count],
                held_out,
                replace(METHODS["lora"], epochs=epochs),
                Path(folder),
                seed=SEED,
                champion=None,
                report=lambda _: None,
                stop=lambda: False,
                device=device,
            )
            known = exposures(files, Path(folder), author, SEED, device)
            made = manifest.verify(Path(folder))
        figures = {
            "copies": count,
            "mails": len(learnt),
            "epochs": epochs,
            "kept_epoch": made["metrics"]["kept_epoch"],
            "base_loss": round(outcome.base_loss, 3),
            "loss": round(outcome.loss, 3),
            "exposure": round(statistics.fmean(known), 2),
            "exposures": [round(one, 2) for one in known],
            "seconds": round(outcome.seconds),
        }
        click.echo(json.dumps(figures))


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
