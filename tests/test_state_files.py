"""Whatever happened to a file of the state: a command ends well, or with one line that helps."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from panzad.cli import cli
from panzad.daemon.bell import ring
from panzad.engines.catalogue import ModelFiles
from panzad.errors import PanzadError
from panzad.recall import EMBEDDER
from panzad.recall.embedder import DIMENSIONS
from panzad.recall.index import Index
from panzad.store import adapters, embeddings, folders, mails, marks, pairs
from panzad.store.database import Database
from panzad.store.mails import NewMail, Person
from panzad.store.marks import NewMark
from panzad.training import manifest
from tests.disk import no_file_longer_than

CONFIG = """\
[accounts.work]
address = "a@x.org"
imap = { host = "localhost", port = 1, security = "none" }
auth = { command = "echo x" }
[model]
base = "nowhere"
"""
COMMANDS = (
    "status", "status --json", "check", "logs", "logs --json", "report -", "adapters list",
    "adapters show a1", "adapters use a1", "adapters prune", "pause", "backup {out}/backup",
    "export {out}/export", "forget --verify", "forget --yes <3@x>", "restore {out}/backup",
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with something in every file."""
    state = tmp_path_factory.mktemp("whole")
    (state / "config.toml").write_text(CONFIG)
    (state / "panzad.log").write_text('{"event": "x", "reason": "ünï"}\n' * 9)
    db = Database(state / "panzad.db")
    place = folders.known(db, "work", "Sent", "sent").id
    with db.transaction() as tx:
        for number in range(20):
            mail = mails.store(tx, "work", place, number, _mail(number))
            pairs.finish(tx, mail, "Say it.", "model")
            vector = np.eye(1, DIMENSIONS, number, dtype="<f4")
            embeddings.keep(tx, EMBEDDER, {mail: vector.tobytes()})
        marks.add(tx, NewMark("work", "INBOX", 1, 1, "<m@x>", "reply"))
        adapters.begin(tx, "a1", "base", {"method": "lora", "train": [1]}, 20, 20)
        adapters.finish(tx, "a1", {"loss": 1.5, "base_loss": 2.0}, "better", True)
    Index(db, state / "index").refresh()
    db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    adapter = state / "adapters" / "a1"
    adapter.mkdir(parents=True)
    (adapter / "adapter.gguf").write_bytes(bytes(range(256)) * 20)
    manifest.write(adapter, {"base": "base"}, ("adapter.gguf",))
    ring(state)
    for path in (state, *state.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return state


def _mail(number: int) -> NewMail:
    people = (Person("to", "Bob", "bob@x.org"),)
    return NewMail(
        f"<{number}@x>", f"2026-05-01T{number:04}", f"Subject {number}", "a@x.org", people, (),
        None, f"The boat of the {number}th day is here. " * 9, (), False,
    )  # fmt: skip


def emptied(path: Path, _rng: random.Random) -> None:
    path.write_bytes(b"")


def cut(path: Path, rng: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(max(1, len(content)))])


def flipped(path: Path, rng: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(len(content) and rng.choice((1, 8, 64))):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def overwritten(path: Path, rng: random.Random) -> None:
    path.write_bytes(rng.randbytes(max(100, path.stat().st_size)))


def gone(path: Path, _rng: random.Random) -> None:
    path.unlink()


def a_folder(path: Path, _rng: random.Random) -> None:
    path.unlink()
    path.mkdir(mode=0o700)


Harm = Callable[[Path, random.Random], None]
HARMS: tuple[Harm, ...] = (emptied, cut, flipped, overwritten, gone, a_folder)
FILES = (
    "config.toml", "panzad.db", "panzad.log", "index/mails-1.hnsw", "adapters/a1/adapter.gguf",
    "adapters/a1/manifest.json", "control/bell",
)  # fmt: skip


def test_every_file_is_harmed(whole: Path) -> None:
    found = {str(path.relative_to(whole)) for path in whole.rglob("*") if path.is_file()}
    assert found == set(FILES)


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("file", FILES)
def test_every_command_ends_well_or_says_what_to_do(
    tmp_path: Path, whole: Path, file: str, harm: Harm
) -> None:
    for seed in range(3 if harm in (cut, flipped) else 1):
        state, out = tmp_path / f"{seed}" / "state", tmp_path / f"{seed}"
        shutil.copytree(whole, state)
        harm(state / file, random.Random(f"{file} {seed}"))
        for command in COMMANDS:
            words = command.format(out=out).split()
            done = CliRunner().invoke(cli, ["--state", str(state), *words])
            match done.exception:
                case None | SystemExit():
                    pass
                case PanzadError() as error:
                    assert error.remedy, (command, seed)
                case unforeseen:
                    raise AssertionError((command, seed)) from unforeseen


@pytest.mark.parametrize("harm", HARMS[:-1], ids=lambda harm: harm.__name__)
def test_a_harmed_index_is_built_anew(tmp_path: Path, whole: Path, harm: Harm) -> None:
    state = tmp_path / "state"
    shutil.copytree(whole, state)
    harm(state / "index" / "mails-1.hnsw", random.Random(7))
    db = Database(state / "panzad.db")
    index = Index(db, state / "index")
    assert index.refresh()
    assert index.search(np.eye(1, DIMENSIONS, 4, dtype="<f4")[0], 1) == [5]
    db.close()


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("file", ["adapter.gguf", "manifest.json"])
def test_a_harmed_adapter_is_not_put_into_service(
    tmp_path: Path, whole: Path, harm: Harm, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = ModelFiles("base", "hf", tmp_path, "base")
    monkeypatch.setattr("panzad.cli.adapters.resolve", lambda *_: base)
    state = tmp_path / "state"
    shutil.copytree(whole, state)
    use = ["--state", str(state), "adapters", "use", "a1"]
    assert CliRunner().invoke(cli, use).exit_code == 0
    harm(state / "adapters" / "a1" / file, random.Random(7))
    done = CliRunner().invoke(cli, use)
    if file == "adapter.gguf" or harm is not flipped:
        assert isinstance(done.exception, PanzadError)
        assert "panzad adapters rollback" in done.exception.remedy


@pytest.mark.parametrize("command", ["export", "backup", "report"])
def test_a_place_without_room_is_named_and_not_the_state(
    tmp_path: Path, whole: Path, command: str
) -> None:
    state, out = tmp_path / "state", tmp_path / "out"
    shutil.copytree(whole, state)
    out.mkdir()
    beside = Database(state / "panzad.db")  # its journals are there already
    with no_file_longer_than(0), capture_logs():
        done = CliRunner().invoke(cli, ["--state", str(state), command, str(out / "mine")])
    beside.close()
    assert isinstance(done.exception, PanzadError)
    assert str(out) in done.exception.what
    assert str(state) not in done.exception.what
    assert command == "report" or list(out.iterdir()) == []
