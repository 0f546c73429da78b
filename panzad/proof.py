"""The user's own held-out mails, written in every way panzad can: desk and store meet evaluation.

Held out is what the serving adapter was not trained on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from panzad.config import Config, Paths
from panzad.desk import Desk
from panzad.engines.create import device_for
from panzad.errors import PanzadError
from panzad.evaluation import experiments
from panzad.evaluation.experiments import (
    VARIANTS,
    Answer,
    Case,
    Experiment,
    Row,
    Variant,
    with_raft,
)
from panzad.evaluation.report import Point
from panzad.evaluation.style import MIN_MAILS, Voice
from panzad.evaluation.tapped import Tapped
from panzad.learning.dataset import dataset
from panzad.learning.samples import older_and_newest
from panzad.rehearsal import Rehearsal
from panzad.store import adapters, pairs
from panzad.store.database import Database
from panzad.store.pairs import Pair

if TYPE_CHECKING:
    from collections.abc import Iterator

CURVE_SIZES = (25, 50, 75, 100)
_CURVE_SEED = 7


@dataclass(frozen=True, slots=True)
class Divided:
    """The finished pairs: those the serving adapter may know, and those it has never seen."""

    learnt: list[Pair]
    held_out: list[Pair]


def divided(db: Database, config: Config) -> Divided:
    """The pairs of the configured accounts by the serving adapter's plan, else by the newest.

    Raises PanzadError when there is nothing to judge by.
    """
    found = {
        pair.mail.id: pair for pair in pairs.finished(db) if pair.mail.account in config.accounts
    }
    serving = adapters.serving(db)
    if serving is not None:
        chosen = [mail_id for mail_id in serving.plan["holdout"] if mail_id in found]
    else:
        chosen = [pair.mail.id for pair in older_and_newest(found.values())[1]]
    if not chosen:
        raise PanzadError(
            "there are no held-out mails to judge by",
            "run `panzad learn` and `panzad train` when more mails were sent",
        )
    held_out = set(chosen)
    # Mails that came after the training were never seen either, but neither were they held out.
    known = set(serving.plan["train"]) if serving else found.keys() - held_out
    return Divided(
        [pair for mail_id, pair in found.items() if mail_id in known],
        [found[mail_id] for mail_id in chosen],
    )


class Person:
    """One state folder's user: the mails held out, and the desk that writes them again."""

    def __init__(
        self,
        name: str,
        db: Database,
        paths: Paths,
        config: Config,
        limit: int,
        candidates: int = 1,
    ) -> None:
        """The newest `limit` held-out mails are written, each the best of so many `candidates`, or
        of up to twice as many while each leaves something out.

        Raises PanzadError when there are none.
        """
        self.name = name
        self.db = db
        self.paths = paths
        self.config = config
        self.divided = divided(db, config)
        self.held_out = {pair.mail.id: pair for pair in self.divided.held_out[-limit:]}
        self._desk = Desk(db, paths, config)
        self.candidates = candidates

    @property
    def adapter(self) -> Path | None:
        """The directory of the adapter that serves; None for one of another base model."""
        serving = adapters.serving(self.db)
        if serving is None or serving.base != self.base:
            return None
        return self.paths.adapters / serving.id

    @property
    def base(self) -> str:
        """The fingerprint of the base model."""
        return self._desk.files.fingerprint

    @property
    def variants(self) -> list[Variant]:
        """The ways in which this user's mails can be written: without an adapter, two of four.

        An adapter that was trained with past mails in its prompts is said to have RAFT.
        """
        if self.adapter is None:
            return [one for one in VARIANTS if not one.adapter]
        serving = adapters.serving(self.db)
        if serving is None or not serving.plan.get("retrieved"):
            return list(VARIANTS)
        return [with_raft(one) for one in VARIANTS]

    @property
    def cases(self) -> list[Case]:
        """The held-out mails as the experiments take them."""
        return [
            Case(mail_id, pair.mail.own_text, pair.instruction, bool(pair.mail.thread))
            for mail_id, pair in self.held_out.items()
        ]

    @property
    def own_texts(self) -> list[str]:
        """What the user wrote, held-out mails aside."""
        return [pair.mail.own_text for pair in self.divided.learnt]

    def use(self, adapter: Path | None) -> None:
        """Write by this adapter, which may be another user's. Raises ModelDamaged."""
        self._engine.use_adapter(adapter)

    def write(self, case: Case, variant: Variant) -> Answer:
        """The draft of a case: what `panzad draft` would write, had the mail just been marked."""
        return self._rehearsal.write(
            self.held_out[case.mail_id],
            case.instruction,
            self._engine,
            adapter=variant.adapter,
            retrieval=variant.retrieval,
        )

    def rows(self, done: Sequence[Experiment]) -> list[Row]:
        """What the experiments are worth. The engine is closed before: both are large."""
        from panzad.evaluation.likelihood import Likelihood

        self.close()
        voice = Voice(self.own_texts) if len(self.own_texts) >= MIN_MAILS else None
        likelihood = Likelihood(self._desk.files, device_for(self.config.model, self._desk.files))
        rows: dict[int, Row] = {}
        # The adapter first: the base is then judged in the numbers that the adapter needs.
        for with_adapter in (True, False):
            of_kind = [at for at, one in enumerate(done) if one.variant.adapter is with_adapter]
            if of_kind:
                likelihood.use_adapter(self.adapter if with_adapter else None)
            rows |= {at: experiments.row(done[at], likelihood, voice) for at in of_kind}
        return [rows[at] for at in range(len(done))]

    def curve(self, report: Callable[[str], None]) -> list[Point]:
        """Adapters trained on the newest 25, 50, 75, 100 and all mails, and thrown away again.

        By the method and within the memory of a training. Raises PanzadError when nothing fits.
        """
        from panzad.learning.adapter import method_for
        from panzad.training.priority import memory_limit
        from panzad.training.run import train

        settings, files = self.config.training, self._desk.files
        device = device_for(self.config.model, files)
        memory = memory_limit(settings.memory_gb) if device == "cpu" else None
        method = method_for(settings.method, device, memory, files)
        learnt, held_out = dataset(
            self.db, self.config, files, self.divided.learnt, self.divided.held_out, method.epochs
        )
        points: list[Point] = []
        for size in (*(one for one in CURVE_SIZES if one < len(learnt)), len(learnt)):
            with tempfile.TemporaryDirectory(prefix="panzad-curve-") as folder:
                outcome = train(
                    files,
                    learnt[-size:],
                    held_out,
                    method,
                    Path(folder),
                    seed=_CURVE_SEED,
                    champion=None,
                    report=lambda at, size=size: report(f"{size} mails, {at.phase}"),
                    stop=lambda: False,
                    device=device,
                    memory=memory,
                )
            points.append(Point(size, outcome.base_loss, outcome.loss))
        return points

    def close(self) -> None:
        """Free the engine's memory."""
        self._desk.close()
        self.__dict__.pop("_engine", None)

    @cached_property
    def _engine(self) -> Tapped:
        return Tapped(self._desk.engine)

    @cached_property
    def _rehearsal(self) -> Rehearsal:
        hidden = [pair.mail.id for pair in self.divided.held_out]
        return Rehearsal(self.config, self._desk.retriever(), hidden, self.candidates)


@contextmanager
def opened(people: Sequence[Person]) -> Iterator[None]:
    """Close every engine at the end."""
    try:
        yield
    finally:
        for person in people:
            person.close()
