"""The held-out loss that follows from the instructions a model was trained on.

An adapter is trained on one greedy summary a mail, shown as it is in every epoch, and another on
what panzad makes of the instructions that it keeps; neither sees past mails. Each is judged by the
33 (42) typed instructions that were held out.

    python -m benchmarks.instruction_loss --data DIR --models DIR --work DIR [--person david]
        [--seed 1]

The work folder is that of `benchmarks.paper_mails`; its mails are taken in when they are not yet.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from benchmarks.mailbox import read
from benchmarks.paper_judging import Judge
from benchmarks.paper_state import Subject, learn
from benchmarks.paper_training import train_anew
from panzad.desk import Desk
from panzad.engines.catalogue import resolve
from panzad.engines.protocol import Engine, Sampling
from panzad.evaluation.experiments import Variant
from panzad.evaluation.likelihood import Likelihood
from panzad.learning.dataset import dataset
from panzad.learning.samples import older_and_newest
from panzad.locks import held
from panzad.store import pairs
from panzad.store.database import Database
from panzad.store.pairs import Pair
from panzad.training.methods import METHODS
from panzad.writing import playback

METHOD = METHODS["lora"]


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--work", type=click.Path(path_type=Path), required=True)
@click.option("--person", default="david", type=click.Choice(["david", "isabel"]))
@click.option("--seed", default=1, show_default=True)
def main(data: Path, models: Path, work: Path, person: str, seed: int) -> None:
    """Train both adapters and print their losses as JSON."""
    learnt, held_out = read(data, person)
    subject = Subject(person, work / person, held_out)
    with held(work, person, wait=True):
        learn(subject, learnt, models, timings=False)
        kept = pairs.finished(Database(subject.paths.database))
        found = {
            "greedy": _loss(subject, _greedy(subject, kept), seed),
            "kept": _loss(subject, kept, seed),
        }
    click.echo(json.dumps({"person": person, "mails": len(kept), "seed": seed, **found}))


def _greedy(subject: Subject, kept: Sequence[Pair]) -> list[Pair]:
    """The pairs with the base model's likeliest summary each; shown like what a user typed."""
    desk = Desk(Database(subject.paths.database), subject.paths, subject.config)
    found = [
        replace(one, instruction=_summary(desk.engine, one.mail.own_text), typed=True)
        for one in kept
    ]
    desk.close()
    return found


def _summary(engine: Engine, text: str) -> str:
    sampling = Sampling(max_tokens=playback.token_limit(text))
    answer = engine.generate(playback.request(text), sampling, adapter=False)
    return " ".join(answer.text.split())


def _loss(subject: Subject, shown: Sequence[Pair], seed: int) -> float:
    """The loss of the true mails, by the best epoch of an adapter trained on these pairs."""
    db, config = Database(subject.paths.database), subject.config
    training = config.training.model_copy(update={"retrieved": 0.0})
    config = config.model_copy(update={"training": training})
    files = resolve(config.model.base, subject.paths.models)
    learnt, held_out = dataset(db, config, files, *older_and_newest(shown), METHOD.epochs)
    directory = subject.folder / "instruction-loss"
    train_anew(subject, learnt, held_out, METHOD, directory, seed=seed)
    desk = Judge(subject)
    asked = Variant("adapter", adapter=True, retrieval=False)
    prompted = desk.written([asked], directory, limit=1)[0].samples
    desk.close()
    likelihood = Likelihood(files)
    likelihood.use_adapter(directory)
    return round(likelihood.mean(prompted), 3)


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
