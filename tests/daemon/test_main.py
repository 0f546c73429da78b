"""The daemon's own loops: the bell, what is work, a full disk, its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from panzad.config import Training, locate
from panzad.daemon import main
from panzad.daemon.account import AccountLoop
from panzad.daemon.bell import ring
from panzad.recall import EMBEDDER
from panzad.store import embeddings, folders, locations, mails, pairs
from panzad.store.database import Database
from tests.daemon.full_disk import FullDatabase
from tests.daemon.in_process import ENOUGH, QUIET, alive, daemon_does, unreachable, until
from tests.daemon.process import STOP_SECONDS


class TestBell:
    def test_it_makes_every_account_look_and_wakes_the_worker(
        self, tmp_path: Path, stand_ins: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looked: list[AccountLoop] = []
        asked: list[main.Daemon] = []
        work: list[bool] = []

        def has_work(daemon: main.Daemon) -> bool:
            asked.append(daemon)
            return bool(work)

        monkeypatch.setattr(AccountLoop, "poke", lambda account: looked.append(account))
        monkeypatch.setattr(main.Daemon, "_has_work", has_work)

        async def heard(_: main.Daemon) -> None:
            await until(lambda: bool(asked))
            assert looked == []
            work.append(True)
            ring(tmp_path)
            await until(lambda: bool(looked) and bool(stand_ins))

        daemon_does(tmp_path, unreachable(), heard)


class TestWork:
    def test_a_mail_that_was_only_removed_is_work_for_the_index(self, tmp_path: Path) -> None:
        db = Database(tmp_path / "panzad.db")
        place = folders.known(db, "work", "Sent", "sent").id
        mail_ = mails.NewMail("<1@x>", "2026-05-01", "", "", (), (), None, "text", (), False)
        with db.transaction() as tx:
            mail_id = mails.store(tx, "work", place, 1, mail_)
            pairs.finish(tx, mail_id, "say hello", "model")
            embeddings.keep(tx, EMBEDDER, {mail_id: b""})
            embeddings.record_index(tx, embeddings.IndexFile(1, "f", EMBEDDER, "s"))
        daemon = main.Daemon(locate(None, tmp_path), unreachable(), [])
        assert not daemon._has_work()  # pyright: ignore[reportPrivateUsage]
        with db.transaction() as tx:
            locations.vanish(tx, place, frozenset({1}))
            locations.drop_unlocated(tx, "work")
        assert daemon._has_work()  # pyright: ignore[reportPrivateUsage]
        db.close()


class TestStop:
    def test_generation_and_training_do_not_hold_up_the_end(
        self, tmp_path: Path, stand_ins: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(main.Daemon, "_has_work", lambda _: True)
        monkeypatch.setattr(main, "learnt", lambda *_: ENOUGH)
        monkeypatch.setattr(main, "look", lambda: QUIET)

        async def both_run(_: main.Daemon) -> None:
            await until(lambda: len(stand_ins) == 2)

        config = unreachable(training=Training(window="00:00-00:00"))
        assert daemon_does(tmp_path, config, both_run) < STOP_SECONDS
        assert not any(map(alive, stand_ins))


class TestFullDisk:
    def test_the_daemon_goes_on(
        self, tmp_path: Path, stand_ins: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(main, "Database", FullDatabase)
        monkeypatch.setattr(main, "learnt", lambda *_: ENOUGH)
        monkeypatch.setattr(main, "look", lambda: QUIET)
        with capture_logs() as logs:

            async def all_have_failed(_: main.Daemon) -> None:
                scopes = {"marks:work", "sync:work", "schedule"}
                await until(
                    lambda: (
                        {one["scope"] for one in logs if one["event"] == "loop.paused"} == scopes
                    )
                )

            config = unreachable(training=Training(window="00:00-00:00"))
            assert daemon_does(tmp_path, config, all_have_failed) < STOP_SECONDS
        unrecorded = [one for one in logs if one["event"] == "problem.unrecorded"]
        assert all("is full" in one["why"] for one in unrecorded)
        assert len(unrecorded) == 3
        assert stand_ins == []
