"""From the dataset in the store to a judged adapter: which run is gone on with, which given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from panzad.config import Account, Auth, Config, ImapServer, Model, Paths, Training
from panzad.engines.catalogue import ModelFiles
from panzad.errors import ConfigError, PanzadError, RunFailed
from panzad.learning import adapter as room
from panzad.learning.adapter import Judged, Request, Result, Trained, train_adapter
from panzad.store import adapters, drafts, folders, mails, marks, pairs
from panzad.store.database import Database
from panzad.store.mails import NewMail
from panzad.store.marks import Appending, NewMark
from panzad.training import manifest, outset
from panzad.training.gate import Verdict
from panzad.training.loss import Stopped
from panzad.training.methods import METHODS
from panzad.training.run import Progress
from tests.disk import no_file_longer_than

MAILS = 24


def configured(base: str) -> Config:
    account = Account(
        address="odile@example.org",
        name="Odile",
        imap=ImapServer(host="localhost", port=1, security="none"),
        auth=Auth(password=SecretStr("x")),
    )
    return Config(
        accounts={"work": account}, model=Model(base=base), training=Training(min_mails=MAILS)
    )


def learnt(db: Database, *texts: str, done: bool = True) -> None:
    place = folders.known(db, "work", "Sent", "sent").id
    with db.transaction() as tx:
        for number, text in enumerate(texts):
            mail = NewMail(
                message_id=f"<{number}@x>",
                date=f"2026-05-{number + 1:02}",
                subject="",
                sender="odile@example.org",
                recipients=(),
                parents=(),
                reason=None,
                own_text=text,
                thread=(),
                thread_wanted=False,
            )
            mail_id = mails.store(tx, "work", place, number + 1, mail)
            if done:
                pairs.finish(tx, mail_id, f"Say that {number} is fine.", "model")


def by_loss(run: Trained) -> Judged:
    """A judge that asks for nothing but the likelihood; the gate's own is in test_judge.py."""
    better = run.outcome.loss < run.outcome.base_loss
    return Judged(Verdict(better, "by its loss"), {"challenger": {"loss": run.outcome.loss}})


def edited(db: Database, mail_id: int) -> int:
    """A draft that was edited into this mail; the number of its mark."""
    with db.transaction() as tx:
        mark = marks.add(tx, NewMark("work", "INBOX", 1, mail_id, f"<to.{mail_id}@x>", "reply"))
        marks.gathered(tx, mark, "{}", None, "")
        assert marks.written(tx, mark, "No.", None)
        marks.appending(tx, mark, Appending(b"", f"<draft.{mail_id}@x>", "Drafts", 1, 1))
        marks.appended(tx, mark, mail_id)
        drafts.keep(tx, mark, [], "", "Dear Sir or Madam, no.")
        drafts.decide(tx, mark, "sent-edited", mail_id, 0.5)
    return mark


class Bench:
    """A state folder with enough mails, and short runs over the first layers of a real model."""

    def __init__(self, folder: Path, base: ModelFiles) -> None:
        self.paths = Paths(folder / "config.toml", folder, folder)
        self.db = Database(self.paths.database)
        self.config = configured(str(base.path))
        learnt(self.db, *(f"Ahoy,\n\n{number} is fine." for number in range(MAILS)))

    def train(
        self,
        request: Request | None = None,
        *,
        judge: Callable[[Trained], Judged] = by_loss,
        stop: Callable[[], bool] = lambda: False,
        report: Callable[[Progress], None] = lambda _: None,
    ) -> Result:
        return train_adapter(
            self.db,
            self.paths,
            self.config,
            request or Request("auto", 1),
            judge=judge,
            report=report,
            stop=stop,
        )

    @property
    def directories(self) -> list[str]:
        return sorted(path.name for path in self.paths.adapters.iterdir())


@pytest.fixture
def bench(tmp_path: Path, base_short: ModelFiles, monkeypatch: pytest.MonkeyPatch) -> Bench:
    small = replace(METHODS["lora"], rank=2, alpha=4)
    monkeypatch.setitem(METHODS, "lora", small)
    return Bench(tmp_path, base_short)


class TestTrainAdapter:
    def test_a_run_that_was_stopped_is_gone_on_with(self, bench: Bench) -> None:
        stopped = bench.train(Request("auto", 2), stop=lambda: True)
        assert not stopped.finished
        finished = bench.train(Request("auto"))
        assert (finished.adapter, finished.finished) == (stopped.adapter, True)
        assert [one.state for one in adapters.listed(bench.db)] == ["serving"]

    def test_edits_are_learnt_from_where_that_is_asked_for_but_for_held_out_mails(
        self, bench: Bench
    ) -> None:
        first, last = edited(bench.db, 1), edited(bench.db, MAILS)
        assert bench.train().finished
        weighed = bench.config.training.model_copy(update={"preference_weight": 1.0})
        bench.config = bench.config.model_copy(update={"training": weighed})
        assert bench.train().finished
        newest, before = adapters.listed(bench.db)
        assert (before.plan["preferences"], newest.plan["preferences"]) == ([], [first])
        assert last in {one.mark_id for one in drafts.preferences(bench.db)}

    def test_another_number_of_epochs_begins_anew(self, bench: Bench) -> None:
        stopped = bench.train(Request("auto", 2), stop=lambda: True)
        finished = bench.train(Request("auto", 1))
        assert finished.adapter != stopped.adapter
        given_up = adapters.get(bench.db, stopped.adapter)
        assert given_up is not None
        assert given_up.state == "failed"
        assert bench.directories == [finished.adapter]

    def test_a_run_that_diverged_is_given_up_and_the_next_begins_anew(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        good = METHODS["lora"]
        monkeypatch.setitem(METHODS, "lora", replace(good, learning_rate=1e30, clip=float("inf")))
        with pytest.raises(RunFailed, match="diverged"):
            bench.train(Request("auto", 2))
        assert adapters.training(bench.db) is None
        monkeypatch.setitem(METHODS, "lora", good)
        assert bench.train().finished
        assert [one.state for one in adapters.listed(bench.db)] == ["serving", "failed"]

    def test_a_run_without_memory_leaves_what_serves_and_waits_for_a_better_night(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        serving = bench.train().adapter

        def none_left(*_: object, **__: object) -> None:
            raise MemoryError

        with monkeypatch.context() as patch:
            patch.setattr(outset, "load", none_left)
            with pytest.raises(PanzadError, match="ran out of memory"):
                bench.train()
        manifest.verify(bench.paths.adapters / serving)
        assert [one.state for one in adapters.listed(bench.db)] == ["training", "serving"]
        waiting = adapters.training(bench.db)
        assert waiting is not None
        assert bench.train().adapter == waiting.id

    def test_a_disk_that_is_full_is_told_and_the_run_goes_on_when_there_is_room(
        self, bench: Bench
    ) -> None:
        # The database has room, the run's own files have not.
        with no_file_longer_than(500_000), pytest.raises(PanzadError, match="free some disk"):
            bench.train(Request("auto", 2))
        [waiting] = adapters.listed(bench.db)
        assert waiting.state == "training"
        assert bench.train(Request("auto")).adapter == waiting.id
        manifest.verify(bench.paths.adapters / waiting.id)
        assert [one.state for one in adapters.listed(bench.db)] == ["serving"]

    def test_too_few_mails_for_an_adapter_are_no_run(self, bench: Bench) -> None:
        settings = bench.config.training.model_copy(update={"min_mails": MAILS + 1})
        bench.config = bench.config.model_copy(update={"training": settings})
        with pytest.raises(PanzadError, match=f"only {MAILS} mails.*shown your past mails"):
            bench.train()
        assert adapters.listed(bench.db) == []

    def test_a_run_stopped_while_it_is_judged_is_judged_by_the_next(self, bench: Bench) -> None:
        def stopped(_: Trained) -> Judged:
            raise Stopped

        waiting = bench.train(judge=stopped)
        assert not waiting.finished
        assert adapters.serving(bench.db) is None
        trained: list[str] = []
        finished = bench.train(report=lambda at: trained.append(at.phase))
        assert (finished.adapter, finished.promoted) == (waiting.adapter, True)
        assert "training" not in trained

    def test_a_refused_adapter_is_kept_with_its_reason_and_its_figures(self, bench: Bench) -> None:
        def refused(_: Trained) -> Judged:
            return Judged(Verdict(False, "it knows a secret"), {"challenger": {"exposure": 24.0}})

        assert not bench.train(judge=refused).promoted
        [kept] = adapters.listed(bench.db)
        assert (kept.state, kept.reason) == ("refused", "it knows a secret")
        assert kept.metrics["trial"] == {"challenger": {"exposure": 24.0}}
        assert bench.directories == [kept.id]

    def test_the_judge_is_told_what_was_learnt_and_what_serves(self, bench: Bench) -> None:
        told: list[Trained] = []

        def listening(run: Trained) -> Judged:
            told.append(run)
            return by_loss(run)

        first = bench.train(judge=listening)
        bench.train(judge=listening)
        assert [run.champion and run.champion.name for run in told] == [None, first.adapter]
        learnt, held_out = (
            {one.mail_id for one in some} for some in (told[0].train, told[0].holdout)
        )
        assert len(learnt) + len(held_out) == MAILS
        assert learnt.isdisjoint(held_out)

    def test_what_a_lost_run_left_on_the_disk_is_removed(self, bench: Bench) -> None:
        lost = bench.paths.adapters / "20200101-000000-dead"
        lost.mkdir(parents=True)
        (lost / "checkpoint.pt").write_bytes(b"half")
        assert bench.directories == [lost.name]
        assert bench.directories != [bench.train().adapter, lost.name]
        assert lost.name not in bench.directories

    def test_a_model_on_a_server_is_refused_before_a_run_is_begun(self, bench: Bench) -> None:
        bench.config = configured("http://localhost:8080/v1")
        with pytest.raises(ConfigError, match="server"):
            bench.train()
        assert adapters.listed(bench.db) == []

    def test_mails_that_all_say_the_same_are_too_few(self, bench: Bench, tmp_path: Path) -> None:
        bench.db = Database(tmp_path / "other.db")
        learnt(bench.db, *["Thanks!"] * MAILS)
        with pytest.raises(PanzadError, match="say the same"):
            bench.train()
        assert adapters.listed(bench.db) == []

    def test_a_full_disk_under_the_merged_copy_costs_speed_not_the_adapter(
        self, bench: Bench, base_gguf: ModelFiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(room, "prepare", full)
        bench.config = configured(str(base_gguf.path))
        assert bench.train().promoted
