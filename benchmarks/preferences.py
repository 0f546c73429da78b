"""What learning from edits is worth: `training.preference_weight` on real mail.

    python -m benchmarks.preferences --data DIR --models DIR --work DIR [--person david]
        [--seed 1] [--weights 0,0.1,1]

An adapter that knows the older half of the mails writes the others, each by its instruction in a
wording that is never trained on. The user makes of every draft the mail that was really sent:
these are the edits. Then an adapter for each weight learns all mails, with the edits beside them,
and the fixed hold-out by typed instructions judges it: the loss, and the drafts that the user
would get. The work folder is that of `benchmarks.paper_mails`; its mails are taken in when they
are not yet.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from benchmarks.mailbox import read
from benchmarks.paper_judging import Judge, judged
from benchmarks.paper_state import Subject, learn
from benchmarks.paper_training import train_anew
from panzad.desk import Desk
from panzad.engines.catalogue import resolve
from panzad.evaluation.experiments import Variant
from panzad.evaluation.tapped import Tapped
from panzad.learning.dataset import (
    contrasted,
    dataset,
    exact_retriever,
    mix_of,
)
from panzad.learning.samples import READINGS, asked, older_and_newest
from panzad.locks import held
from panzad.rehearsal import Rehearsal
from panzad.store import pairs
from panzad.store.database import Database
from panzad.store.drafts import Preference
from panzad.store.pairs import Pair
from panzad.training.methods import METHODS
from panzad.training.preference import NONE, Preferences

METHOD = METHODS["lora"]
SHOWN = ("loss", "bleu", "rouge_l", "length_ratio", "fact_recall", "style")


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--work", type=click.Path(path_type=Path), required=True)
@click.option("--person", default="david", type=click.Choice(["david", "isabel"]))
@click.option("--seed", default=1, show_default=True)
@click.option("--weights", default="0,0.1,1", show_default=True)
def main(data: Path, models: Path, work: Path, person: str, seed: int, weights: str) -> None:
    """Train an adapter for each weight and print their figures as JSON."""
    learnt, held_out = read(data, person)
    subject = Subject(person, work / person, held_out)
    real = {person: [mail.text for mail in learnt]}
    with held(work, person, wait=True):
        learn(subject, learnt, models, timings=False)
        older, newest = older_and_newest(pairs.finished(Database(subject.paths.database)))
        edits = _edits(subject, older, newest, seed)
        db, config = Database(subject.paths.database), subject.config
        files = resolve(config.model.base, subject.paths.models)
        contrasts = tuple(contrasted(db, config, files, edits).values())
        samples = dataset(db, config, files, older, newest, METHOD.epochs)
        found: dict[str, Any] = {}
        for weight in map(float, weights.split(",")):
            preferences = Preferences(contrasts, weight) if weight else NONE
            directory = subject.folder / "preferences" / f"{weight:g}"
            train_anew(subject, *samples, METHOD, directory, seed=seed, preferences=preferences)
            found[f"{weight:g}"] = _figures(subject, directory, real)
    click.echo(json.dumps({"person": person, "edits": len(edits), "seed": seed, "weights": found}))


def _edits(
    subject: Subject, older: Sequence[Pair], newest: Sequence[Pair], seed: int
) -> list[Preference]:
    """The drafts of the newer half by an adapter of the older, and the mails they became."""
    known, unknown = older[: len(older) // 2], older[len(older) // 2 :]
    db, config = Database(subject.paths.database), subject.config
    directory = subject.folder / "preferences" / "older"
    files = resolve(config.model.base, subject.paths.models)
    samples = dataset(db, config, files, known, newest, METHOD.epochs)
    train_anew(subject, *samples, METHOD, directory, seed=seed)
    hidden = [one.mail.id for one in (*unknown, *newest)]
    rehearsal = Rehearsal(config, exact_retriever(db, config), hidden)
    desk = Desk(db, subject.paths, config)
    engine = Tapped(desk.engine)
    engine.use_adapter(directory)
    mix, made = mix_of(config), list[Preference]()
    for pair in unknown:
        wanted = asked(pair, mix, READINGS)
        draft = rehearsal.write(pair, wanted, engine, adapter=True).text
        made.append(Preference(pair.mail.id, pair.mail, draft, wanted))
    desk.close()
    return made


def _figures(subject: Subject, adapter: Path, real: dict[str, list[str]]) -> dict[str, Any]:
    desk = Judge(subject)
    variant = Variant("adapter, past mails", adapter=True, retrieval=True)
    [found] = judged(desk, [variant], adapter, real)
    desk.close()
    return {name: found[name] for name in SHOWN}


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
