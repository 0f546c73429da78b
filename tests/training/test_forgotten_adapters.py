"""An adapter that may have learnt what is forgotten is no rival to the next, and leaves with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from panzad.config import Account, Auth, Config, ImapServer, locate
from panzad.engines.catalogue import ModelFiles
from panzad.learning import adapter as room
from panzad.learning.shelf import tidy
from panzad.store import adapters
from panzad.store.database import Database
from panzad.training.gate import Verdict
from panzad.training.methods import METHODS
from panzad.training.preference import NONE
from panzad.training.run import Outcome


@pytest.mark.parametrize(("loss", "serves"), [(1.0, "new"), (3.0, None)])
def test_the_tainted_one_goes_whatever_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: float, serves: str | None
) -> None:
    paths = locate(None, tmp_path)
    db = Database(paths.database)
    with db.transaction() as tx:
        adapters.begin(tx, "old", "base", {"seed": 1}, 9, 9)
        adapters.finish(tx, "old", {}, "better", promote=True)
        adapters.taint(tx, 9)
        adapters.begin(tx, "new", "base", {"seed": 1}, 9, 8)
    (paths.adapters / "old").mkdir(parents=True)
    (paths.adapters / "old" / "manifest.json").write_text("{}")
    champions: list[Path | None] = []

    def train(*_: Any, champion: Path | None, **__: Any) -> Outcome:
        champions.append(champion)
        return Outcome(True, 2.0, None, loss, 1.0, 1.0)

    def resumed(*_: Any) -> Any:
        row = adapters.get(db, "new")
        assert row is not None
        return room._Job(row, METHODS["lora"], [], [], NONE)  # pyright: ignore[reportPrivateUsage]

    files = ModelFiles("m", "hf", tmp_path, "base")
    for name, stand_in in (
        ("resolve", lambda *_: files),
        ("device_for", lambda *_: "cpu"),
        ("_resumed", resumed),
        ("train", train),
    ):
        monkeypatch.setattr(room, name, stand_in)
    account = Account(
        address="a@x.org",
        imap=ImapServer(host="localhost", security="none"),
        auth=Auth(password=SecretStr("x")),
    )
    config = Config(accounts={"work": account})
    room.train_adapter(
        db,
        paths,
        config,
        room.Request("auto", seed=1),
        judge=lambda run: room.Judged(Verdict(run.outcome.loss < 2.0, "by its loss"), {}),
        report=lambda _: None,
        stop=lambda: False,
    )
    assert champions == [None]
    assert [one.id for one in adapters.listed(db)] == ["new"]
    assert not (paths.adapters / "old").exists()
    serving = adapters.serving(db)
    assert (serving.id if serving else None) == serves
    db.close()


def test_one_that_a_kill_has_left_goes_with_the_next_tidying(tmp_path: Path) -> None:
    paths = locate(None, tmp_path)
    db = Database(paths.database)
    for name, newest in (("old", 9), ("new", 8)):
        (paths.adapters / name).mkdir(parents=True)
        with db.transaction() as tx:
            adapters.begin(tx, name, "base", {}, 9, newest)
            adapters.finish(tx, name, {}, "better", promote=True)
            adapters.taint(tx, 9)
    assert tidy(db, paths, 10**9) == ["old"]
    assert [one.name for one in paths.adapters.iterdir()] == ["new"]
    db.close()


def test_one_that_nothing_was_judged_after_stays(tmp_path: Path) -> None:
    paths = locate(None, tmp_path)
    db = Database(paths.database)
    with db.transaction() as tx:
        adapters.begin(tx, "old", "base", {}, 9, 9)
        adapters.finish(tx, "old", {}, "better", promote=True)
        adapters.taint(tx, 9)
        tx.execute("UPDATE adapters SET finished_at = '2026-01-01T00:00:00+00:00'")
    assert tidy(db, paths, 10**9) == []
    db.close()
