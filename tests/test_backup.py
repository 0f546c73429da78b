"""Backup and restore: whole or not at all, whatever happens in between."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from panzad import backup
from panzad.backup import back_up, restore
from panzad.config import Paths, locate
from panzad.engines.checksums import hash_file
from panzad.errors import PanzadError, StateLocked
from panzad.learning import forgetting
from panzad.locks import held
from panzad.mail.forgetting import Target
from panzad.store import adapters, folders, mails, pairs, problems
from panzad.store.database import Database
from panzad.store.mails import NewMail, Person, ThreadTurn
from panzad.store.schema import MIGRATIONS
from tests.disk import no_file_longer_than
from tests.store.test_migrations import old as old_database


class Place:
    """A state folder with a mail a number, and an adapter that serves."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self.paths: Paths = locate(None, folder)
        self.db = Database(self.paths.database)

    def add(self, number: int, to: str = "bob@x.org", thread: tuple[ThreadTurn, ...] = ()) -> None:
        place = folders.known(self.db, "work", "Sent", "sent").id
        one = NewMail(
            f"<{number}@x>", "2026-05-01", "", "", (Person("to", "", to),),
            ("<parent@x>",) if thread else (), None, f"text {number}", thread, False,
        )  # fmt: skip
        with self.db.transaction() as tx:
            pairs.finish(tx, mails.store(tx, "work", place, number, one), "say it", "model")

    def train(self, name: str) -> None:
        directory = self.paths.adapters / name
        directory.mkdir(parents=True)
        (directory / "adapter.gguf").write_bytes(name.encode() * 1000)
        files = {"adapter.gguf": hash_file(directory / "adapter.gguf")}
        (directory / "manifest.json").write_text(json.dumps({"files": files}))
        with self.db.transaction() as tx:
            adapters.begin(tx, name, "base", {}, 1, 99)
            adapters.finish(tx, name, {}, "better", promote=True)

    @property
    def holds(self) -> tuple[list[str], list[str], str]:
        """Mails, adapters' folders, and which adapter serves."""
        self.db.close()
        db = Database(self.paths.database)
        db.check()
        serving = adapters.serving(db)
        assert serving is not None
        assert (self.paths.adapters / serving.id / "manifest.json").exists()
        found = sorted(one.own_text for one in mails.all_after(db, 0, 99))
        db.close()
        names = sorted(one.name for one in self.paths.adapters.iterdir())
        return found, names, serving.id


OLD = (["text 1"], ["first"], "first")
NEW = (["text 1", "text 2"], ["first", "second"], "second")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """As OLD, with a backup of it, then as NEW."""
    place = Place(tmp_path / "state")
    place.add(1)
    place.train("first")
    place.paths.config.write_text("# mine\n")
    back_up(place.db, place.paths, tmp_path / "backup")
    place.add(2)
    place.train("second")
    assert place.holds == NEW
    yield place
    place.db.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup"


class TestBackUp:
    def test_the_file_is_private_and_nothing_else_is_left(self, place: Place, file: Path) -> None:
        assert file.stat().st_mode & 0o077 == 0
        assert sorted(one.name for one in file.parent.iterdir()) == ["backup", "state"]

    def test_it_is_of_one_moment_while_others_write(self, place: Place, file: Path) -> None:
        """Two notes change together, as fast as a thread can; no backup sees them apart."""
        stop = threading.Event()
        wrote = threading.Event()

        def write() -> None:
            number = 0
            while not stop.is_set():
                with place.db.transaction() as tx:
                    problems.note(tx, "one", str(number))
                    problems.note(tx, "two", str(number))
                number += 1
                wrote.set()
            place.db.close()

        thread = threading.Thread(target=write)
        thread.start()
        try:
            assert wrote.wait(10)
            for number in range(5):
                back_up(place.db, place.paths, file)
                copy = Place(file.with_name(f"copy{number}"))
                restore(copy.paths, file)
                assert problems.noted(copy.db, "one") == problems.noted(copy.db, "two")
                copy.db.close()
        finally:
            stop.set()
            thread.join()

    def test_a_place_that_cannot_be_written_is_one_line(self, place: Place) -> None:
        with pytest.raises(PanzadError, match="cannot write"):
            back_up(place.db, place.paths, Path("/proc/nowhere"))


class TestRestore:
    def test_the_state_is_as_it_was(self, place: Place, file: Path) -> None:
        place.paths.config.write_text("# changed\n")
        restore(place.paths, file)
        assert place.holds == OLD
        assert place.paths.config.read_text() == "# changed\n"

    def test_an_empty_folder_becomes_the_same(self, place: Place, file: Path) -> None:
        paths = locate(None, file.with_name("other"))
        restore(paths, file)
        other = Place.__new__(Place)
        other.paths, other.db = paths, Database(paths.database)
        assert other.holds == OLD
        assert paths.config.read_text() == "# mine\n"
        other.db.close()
        for path in (paths.state, *paths.state.rglob("*")):
            assert path.stat().st_mode & 0o077 == 0, path

    def test_what_was_forgotten_since_stays_forgotten(self, place: Place, file: Path) -> None:
        place.add(3, to="eve@x.org")
        back_up(place.db, place.paths, file)
        forgetting.forget(place.db, Target("address", "eve@x.org"))
        restore(place.paths, file)
        assert place.holds[0] == ["text 1", "text 2"]

    def test_a_folder_that_was_forgotten_since_is_out_of_all_threads(
        self, place: Place, file: Path
    ) -> None:
        place.add(3, thread=(ThreadTurn("Bob", "bob@x.org", "", "Hm"),))
        back_up(place.db, place.paths, file)
        forgetting.forget(place.db, Target("folder", "Archive"))
        restore(place.paths, file)
        assert [one.thread for one in mails.all_after(place.db, 0, 9)] == [(), (), ()]

    def test_a_damaged_database_is_moved_aside(self, place: Place, file: Path) -> None:
        place.db.close()
        place.paths.database.write_bytes(b"no database" * 999)
        restore(place.paths, file)
        assert place.holds == OLD
        [aside] = (place.paths.state / "quarantine").iterdir()
        assert (aside / "panzad.db").read_bytes().startswith(b"no database")

    def test_not_while_panzad_runs(self, place: Place, file: Path) -> None:
        for lock in ("daemon", "sync-work"):
            with (
                held(place.paths.locks, lock, wait=False),
                pytest.raises(StateLocked, match="stop panzad"),
            ):
                restore(place.paths, file)
        assert place.holds == NEW

    @pytest.mark.parametrize("version", range(1, len(MIGRATIONS), 4))
    def test_a_backup_of_an_older_panzad_is_migrated(
        self, place: Place, file: Path, tmp_path: Path, version: int
    ) -> None:
        older = tmp_path / "older.db"
        old_database(older, version)
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read(backup.MANIFEST))
        manifest |= {"schema": version, "files": {"panzad.db": hash_file(older)}}
        with zipfile.ZipFile(file, "w") as archive:
            archive.write(older, "panzad.db")
            archive.writestr(backup.MANIFEST, json.dumps(manifest))
        restore(place.paths, file)
        place.db.close()
        db = Database(place.paths.database)
        db.check()
        assert [one.instruction for one in pairs.finished(db)] == ["Say wet."]
        db.close()


class TestRefused:
    @pytest.mark.parametrize("part", range(16))
    def test_a_flipped_byte_anywhere(self, place: Place, file: Path, part: int) -> None:
        """In the names and dates that zip keeps beside the checksums it may do no harm."""
        content = bytearray(file.read_bytes())
        content[len(content) * part // 16 + 40] ^= 0xFF
        file.write_bytes(content)
        refused = False
        try:
            restore(place.paths, file)
        except PanzadError:
            refused = True
        assert place.holds == (NEW if refused else OLD)
        assert refused or part in (0, 13, 14, 15), "what is in the files is never taken so"

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
    def test_a_file_that_was_cut(self, place: Place, file: Path, share: float) -> None:
        content = file.read_bytes()
        file.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(PanzadError, match="damaged or no backup"):
            restore(place.paths, file)
        assert place.holds == NEW

    @pytest.mark.parametrize(
        ("key", "value", "why"),
        [
            ("schema", 999, "newer panzad"),
            ("format", 2, "newer panzad"),
            ("files", {"panzad.db": "", "../evil": ""}, "other files"),
            ("files", {"adapters/../../evil": "", "panzad.db": ""}, "other files"),
            ("files", {}, "other files"),
            ("files", {"panzad.db": "0"}, "not what it was"),
            ("files", None, "damaged or no backup"),
        ],
    )
    def test_a_manifest_that_says_so(
        self, place: Place, file: Path, key: str, value: object, why: str
    ) -> None:
        with zipfile.ZipFile(file) as old:
            members = {name: old.read(name) for name in old.namelist()}
        manifest = {**json.loads(members[backup.MANIFEST]), key: value}
        members[backup.MANIFEST] = json.dumps(manifest).encode()
        with zipfile.ZipFile(file, "w") as new:
            for name, content in members.items():
                new.writestr(name, content)
        with pytest.raises(PanzadError, match=why):
            restore(place.paths, file)
        assert place.holds == NEW
        assert not (place.paths.state / ".restore").exists()

    @pytest.mark.parametrize("octets", [0, 4096, 100_000])
    def test_a_full_disk_is_not_taken_for_a_damaged_backup(
        self, place: Place, file: Path, octets: int
    ) -> None:
        with no_file_longer_than(octets), pytest.raises(PanzadError, match="free some space"):
            restore(place.paths, file)
        assert place.holds == NEW
        assert not (place.paths.state / ".restore").exists()
        restore(place.paths, file)
        assert place.holds == OLD

    def test_no_file_at_all(self, place: Place, file: Path) -> None:
        with pytest.raises(PanzadError, match="there is no file"):
            restore(place.paths, file.with_name("none"))


# What Python tells before it changes something on the disk (its audit events).
_CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "sqlite3.connect"}


def _killed_at(step: int, work: object) -> bool:
    """Run `work` in a child that is killed at its step-th change; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = step

        def hook(event: str, _: object) -> None:
            nonlocal left
            if event in _CHANGES:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            work()  # pyright: ignore[reportCallIssue]
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status != 0


def test_killed_at_every_step_the_state_is_the_old_one_or_the_new_one(
    place: Place, file: Path
) -> None:
    seen: list[str] = []
    step = 1
    while _killed_at(step, lambda: restore(place.paths, file)):
        mails_, names, serving = place.holds
        assert (mails_, serving) in ((NEW[0], NEW[2]), (OLD[0], OLD[2]))
        assert {"first", "second"} >= {one for one in names if not one.startswith(".removed.")}
        seen.append(serving)
        step += 1
    assert place.holds == OLD
    assert seen == sorted(seen, reverse=True), "never back again"
    assert {*seen} == {"first", "second"}
    assert not (place.paths.state / ".restore").exists()
