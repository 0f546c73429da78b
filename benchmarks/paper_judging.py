"""The fixed hold-out of the paper's mails, written in every way, for one state and one adapter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.paper_state import ACCOUNT, Subject
from panzad.desk import Desk
from panzad.drafting.task import DraftTask
from panzad.drafting.write import write
from panzad.evaluation import experiments
from panzad.evaluation.experiments import Answer, Case, Experiment, Row, Variant
from panzad.evaluation.likelihood import Likelihood
from panzad.evaluation.report import figures
from panzad.evaluation.style import Authors, Voice
from panzad.evaluation.tapped import Tapped
from panzad.mail.message import Address
from panzad.mail.unwrap import unwrapped
from panzad.recall.retriever import Retriever
from panzad.store.database import Database
from panzad.training.dataset import Sample


class Judge:
    """Writes one person's held-out mails by the instructions that a person typed."""

    def __init__(self, subject: Subject) -> None:
        self.person = subject.person
        self._config = subject.config
        self._held_out = {one.mail.line: one for one in subject.held_out}
        self._db = Database(subject.paths.database)
        self._desk = Desk(self._db, subject.paths, self._config)
        self._engine: Tapped | None = None
        self._retriever: Retriever | None = None

    def written(
        self, variants: Sequence[Variant], adapter: Path | None = None, limit: int = 0
    ) -> list[Experiment]:
        """All held-out mails by each of the variants, in at most `limit` tokens (0: any)."""
        self._engine = Tapped(self._desk.engine)
        self._engine.limit = limit
        self._engine.use_adapter(adapter)
        self._retriever = self._desk.retriever()
        cases = [
            Case(line, unwrapped(one.mail.text), one.instruction, is_reply=False)
            for line, one in self._held_out.items()
        ]
        return experiments.written(cases, self._write, variants)

    def _write(self, case: Case, variant: Variant) -> Answer:
        assert self._engine is not None
        assert self._retriever is not None
        account = self._config.accounts[ACCOUNT]
        subject = self._held_out[case.mail_id].mail.subject
        author = Address(account.name, account.address)
        written = write(
            DraftTask(author, (), (), subject, None, (), (), None, case.instruction),
            self._engine,
            self._retriever,
            account=ACCOUNT,
            examples=self._config.retrieval.examples if variant.retrieval else 0,
            signature=None,
            adapter=variant.adapter,
            # Of the base model the likeliest: each takes three times as long.
            candidates=self._config.writing.candidates if variant.adapter else 1,
            patience=math.inf,
        )
        return Answer(written.text, self._engine.asked, written.seconds)

    def rows(
        self, done: Sequence[Experiment], adapter: Path | None, voice: Voice
    ) -> list[tuple[Row, float]]:
        """The figures of experiments that `adapter` (None: the base model) wrote.

        Beside each the loss of the mails as they lie in the set, their wrapped lines not joined.
        """
        self._desk.close()
        likelihood = Likelihood(self._desk.files)
        likelihood.use_adapter(adapter)
        return [
            (experiments.row(one, likelihood, voice), likelihood.mean(self._as_they_lie(one)))
            for one in done
        ]

    def _as_they_lie(self, experiment: Experiment) -> list[Sample]:
        return [
            replace(one, completion=self._held_out[one.mail_id].mail.text)
            for one in experiment.samples
        ]

    def close(self) -> None:
        """Free the engine's memory."""
        self._desk.close()


def judged(
    judge: Judge,
    variants: Sequence[Variant],
    adapter: Path | None,
    real: Mapping[str, Sequence[str]],
) -> list[dict[str, Any]]:
    """The figures of what each variant writes.

    `style_share` is what a classifier gives to the person. It is trained on the `real` mails of
    everybody, no held-out one among them.
    """
    done = judge.written(variants, adapter)
    rows = judge.rows(done, adapter, Voice(real[judge.person]))
    found: list[dict[str, Any]] = []
    for experiment, (row, wrapped) in zip(done, rows, strict=True):
        figure: dict[str, Any] = {"variant": row.variant, **figures(row)}
        figure["loss_wrapped"] = round(wrapped, 3)
        if len(real) > 1:
            shares = Authors(real).shares([one.text for one in experiment.drafts])
            figure["style_share"] = round(shares[judge.person], 3)
        figure["spread"] = {name: [one.low, one.high] for name, one in row.spread.items()}
        found.append(figure)
    return found
