"""Judges a finished run: its adapter writes the held-out mails beside its rivals, then the gate.

The mails are written by the function that writes drafts, with all that makes a draft of an answer:
what is judged is what the user would get.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from panzad.config import Config
from panzad.engines.create import create_engine, device_for
from panzad.engines.protocol import Engine
from panzad.errors import ModelDamaged, PanzadError
from panzad.evaluation.experiments import Answer
from panzad.evaluation.tapped import Tapped
from panzad.evaluation.trial import Rival, Trial, exposures, measured
from panzad.learning.adapter import Judged, Trained
from panzad.learning.dataset import exact_retriever, mix_of
from panzad.learning.samples import asked
from panzad.rehearsal import Rehearsal
from panzad.store import pairs
from panzad.store.database import Database
from panzad.training.dataset import Sample
from panzad.training.fit import out_of_memory
from panzad.training.gate import Measures, decide
from panzad.training.manifest import is_whole


def judge(db: Database, config: Config, run: Trained) -> Judged:
    """The verdict on a run's adapter, and the figures of challenger, champion and base behind it.

    A damaged champion counts as none. Raises Stopped when the run is asked to stop, ModelDamaged,
    and PanzadError when memory runs out.
    """
    with _explained():
        # Of what was trained much is in cycles, and there has to be room for two more models.
        gc.collect()
        device = device_for(config.model, run.files)
        known = exposures(run.files, run.directory, run.author, run.seed, device)
        gc.collect()
        trial = _trial(db, config, run)
        engine = create_engine(config.model, run.files)
        try:
            challenger = measured(trial, engine, Rival(run.directory, run.outcome.loss), known)
            # Last of the two: the engine keeps the merged copy of the adapter it used last.
            serving = _champion(trial, engine, run)
            base = measured(trial, engine, Rival(None, run.outcome.base_loss), ())
        finally:
            engine.close()
    figures = {"challenger": _figures(challenger), "base": _figures(base)}
    if serving is not None:
        figures["champion"] = _figures(serving)
    return Judged(decide(challenger, serving, base), figures)


def _champion(trial: Trial, engine: Engine, run: Trained) -> Measures | None:
    """What serves, measured; None when nothing does, or what does is damaged."""
    if run.champion is None or run.outcome.champion_loss is None:
        return None
    try:
        return measured(trial, engine, Rival(run.champion, run.outcome.champion_loss), ())
    except ModelDamaged:
        # An engine also says so of the base, or when the disk has no room for a merged copy.
        if is_whole(run.champion):
            raise
        return None


@contextmanager
def _explained() -> Iterator[None]:
    """Memory that runs out, in one line."""
    try:
        yield
    except Exception as error:
        if not out_of_memory(error):
            raise
        raise PanzadError(
            "judging the new adapter ran out of memory",
            "close other programs, raise training.memory_gb, or set a smaller model.base; what"
            " serves is untouched, and `panzad train` judges again",
        ) from error


def _trial(db: Database, config: Config, run: Trained) -> Trial:
    known = {pair.mail.id: pair for pair in pairs.finished(db)}
    links = {one: (pair.mail.message_id, *pair.mail.parents) for one, pair in known.items()}
    hidden = [sample.mail_id for sample in run.holdout]
    rehearsal = Rehearsal(config, exact_retriever(db, config), hidden)
    mix = mix_of(config)

    def write(sample: Sample, engine: Tapped, adapter: bool) -> Answer:
        pair = known[sample.mail_id]
        return rehearsal.write(pair, asked(pair, mix), engine, adapter=adapter)

    return Trial(run.train, run.holdout, links, write, run.stop)


def _figures(measures: Measures) -> dict[str, Any]:
    return {
        "loss": measures.loss,
        **asdict(measures.writing),
        "likeness": measures.writing.likeness,
        **(asdict(measures.memory) if measures.memory else {}),
    }
