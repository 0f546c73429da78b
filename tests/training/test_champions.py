"""Which adapter a run meets, by which mails, and what becomes of a run that cannot be judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from panzad.config import Paths
from panzad.engines.catalogue import ModelFiles
from panzad.errors import ModelDamaged, PanzadError, RunFailed
from panzad.learning import adapter as room
from panzad.learning.adapter import Judged, Request, Result, Trained, train_adapter
from panzad.store import adapters, folders, mails, pairs
from panzad.store.adapters import Adapter
from panzad.store.database import Database
from panzad.store.mails import NewMail
from panzad.training import manifest
from panzad.training.dataset import Sample
from panzad.training.gate import Verdict
from panzad.training.loss import Stopped
from panzad.training.run import Outcome
from tests.training.test_adapter_runs import configured

MAILS = 40


def promoted(_: Trained) -> Judged:
    return Judged(Verdict(True, "better"), {})


def stopped(_: Trained) -> Judged:
    raise Stopped


@dataclass
class Bench:
    """Runs whose training itself is left out: a manifest is all that it makes."""

    paths: Paths
    db: Database
    champions: list[str | None] = field(default_factory=list)

    def add(self, count: int, date: str) -> None:
        place = folders.known(self.db, "work", "Sent", "sent").id
        with self.db.transaction() as tx:
            first = len(pairs.finished(self.db)) + 1
            for number in range(first, first + count):
                mail = NewMail(
                    f"<{number}@x>", f"{date}-{number:04}", "", "odile@example.org", (), (), None,
                    f"Ahoy, {number} is fine.", (), False,
                )  # fmt: skip
                pairs.finish(tx, mails.store(tx, "work", place, number, mail), "Say so.", "model")

    def train(self, judge: Callable[[Trained], Judged] = promoted) -> Result:
        return train_adapter(
            self.db,
            self.paths,
            configured("base"),
            Request("lora"),
            judge=judge,
            report=lambda _: None,
            stop=lambda: False,
        )

    def plan(self, adapter_id: str) -> tuple[set[int], set[int]]:
        """What it was trained on, and what it was judged by."""
        row = self.row(adapter_id)
        return set(row.plan["train"]), set(row.plan["holdout"])

    def row(self, adapter_id: str) -> Adapter:
        row = adapters.get(self.db, adapter_id)
        assert row is not None
        return row


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    paths = Paths(tmp_path / "config.toml", tmp_path, tmp_path)
    bench = Bench(paths, Database(paths.database))
    base = ModelFiles("base", "hf", tmp_path, "fingerprint-of-base")

    def train(*given: Any, champion: Path | None, **_: Any) -> Outcome:
        directory = given[4]
        if room.metrics_of(directory) is None:
            manifest.write(directory, {"metrics": {}}, ())
        bench.champions.append(champion and champion.name)
        return Outcome(True, 2.0, None, 1.0, 1.0, 1.0)

    def dataset(*given: Any) -> list[list[Sample]]:
        return [
            [Sample(pair.mail.id, pair.mail.date, (), pair.mail.own_text) for pair in some]
            for some in given[3:5]
        ]

    for name, stand_in in (
        ("resolve", lambda *_: base),
        ("device_for", lambda *_: "cpu"),
        ("dataset", dataset),
        ("train", train),
    ):
        monkeypatch.setattr(room, name, stand_in)
    bench.add(MAILS, "2026")
    return bench


class TestChampion:
    def test_mail_of_earlier_years_that_is_imported_makes_no_champion_unbeatable(
        self, bench: Bench
    ) -> None:
        first = bench.train().adapter
        bench.add(360, "2019")
        second = bench.train().adapter
        assert bench.champions == [None, first]
        known, held_out_before = bench.plan(first)
        learnt, held_out = bench.plan(second)
        assert held_out == held_out_before
        assert not held_out & known
        assert len(learnt) == MAILS + 360 - len(held_out)

    def test_nor_one_that_was_not_the_last_to_be_trained(self, bench: Bench) -> None:
        first = bench.train().adapter
        bench.add(20, "2027")
        refused = bench.train(lambda _: Judged(Verdict(False, "worse"), {})).adapter
        bench.add(5, "2026")
        third = bench.train().adapter
        _, held_out = bench.plan(third)
        for earlier in (first, refused):
            assert not held_out & bench.plan(earlier)[0]
        assert bench.champions == [None, first, first]

    def test_an_adapter_that_learnt_a_held_out_mail_is_no_rival(self, bench: Bench) -> None:
        with bench.db.transaction() as tx:
            for name, mail in (("harmless", 1), ("knowing", MAILS)):
                adapters.begin(tx, name, "fingerprint-of-base", {"train": [mail]}, 1, 1)
                adapters.finish(tx, name, {}, "better", True)
        waiting = bench.train(stopped).adapter
        assert bench.plan(waiting)[1] == set(range(MAILS - 3, MAILS + 1))
        with bench.db.transaction() as tx:
            adapters.serve(tx, "harmless")
        assert bench.train().adapter == waiting
        assert bench.champions == [None, "harmless"]

    def test_what_is_put_to_use_while_a_run_is_trained_is_the_rival(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = bench.train().adapter, bench.train().adapter
        train = room.train

        def interrupted(*given: Any, **named: Any) -> Outcome:
            with bench.db.transaction() as tx:
                adapters.serve(tx, first)
            return train(*given, **named)

        monkeypatch.setattr(room, "train", interrupted)
        bench.train()
        assert bench.champions == [None, first, second, first]


class TestUnjudged:
    def test_a_run_whose_adapter_was_damaged_is_given_up_and_the_next_begins_anew(
        self, bench: Bench
    ) -> None:
        serving = bench.train().adapter
        waiting = bench.train(stopped).adapter
        (bench.paths.adapters / waiting / "manifest.json").write_text("{")
        with pytest.raises(RunFailed, match="before it was judged"):
            bench.train()
        row = bench.row(waiting)
        assert row.state == "failed"
        assert row.reason == f"adapter {waiting} has no readable manifest, before it was judged"
        assert not (bench.paths.adapters / waiting).exists()
        assert bench.row(serving).state == "serving"
        assert bench.train().adapter not in (serving, waiting)

    def test_so_is_one_that_is_damaged_while_it_is_judged(self, bench: Bench) -> None:
        def damaged(run: Trained) -> Judged:
            (run.directory / "manifest.json").write_text('{"files": {"weights": "0"}}')
            raise ModelDamaged(f"adapter {run.directory.name} lacks weights", "")

        with pytest.raises(RunFailed, match="lacks weights"):
            bench.train(damaged)
        assert [one.state for one in adapters.listed(bench.db)] == ["failed"]

    @pytest.mark.parametrize(
        "error",
        [
            ModelDamaged("transformers cannot load the base", "pull the model again"),
            PanzadError("judging the new adapter ran out of memory", "close other programs"),
        ],
    )
    def test_a_damaged_base_and_memory_that_runs_out_can_be_helped_and_are_waited_for(
        self, bench: Bench, error: PanzadError
    ) -> None:
        def failing(_: Trained) -> Judged:
            raise error

        serving = bench.train().adapter
        with pytest.raises(type(error)):
            bench.train(failing)
        assert bench.row(serving).state == "serving"
        waiting = adapters.training(bench.db)
        assert waiting is not None
        assert bench.train().adapter == waiting.id

    def test_a_verdict_of_leaking_is_kept_beside_its_reason(self, bench: Bench) -> None:
        bench.train(lambda _: Judged(Verdict(False, "it knows secrets", leak=True), {}))
        [refused] = adapters.listed(bench.db)
        assert adapters.doubt(bench.db, refused) == "it knows secrets"
