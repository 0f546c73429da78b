"""A user's held-out mails written again, with a desk whose engine says what it is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr

from panzad import proof
from panzad.cli import cli
from panzad.config import Account, Auth, Config, ImapServer, Paths
from panzad.engines.machine import Machine
from panzad.engines.protocol import ChatMessage, Generation, Sampling
from panzad.errors import PanzadError, UsageError
from panzad.evaluation.experiments import VARIANTS
from panzad.proof import Person, divided
from panzad.store import adapters, folders, mails, pairs, search
from panzad.store.database import Database
from panzad.store.mails import NewMail, ThreadTurn
from panzad.store.mails import Person as Recipient
from panzad.training.dataset import Sample
from panzad.training.methods import METHODS, Method
from panzad.training.run import Outcome

MAILS = 30
MACHINE = 16_000_000_000
CONFIG = Config(
    accounts={
        "work": Account(
            address="odile@example.org",
            name="Odile",
            imap=ImapServer(host="localhost", port=1, security="none"),
            auth=Auth(password=SecretStr("x")),
        )
    }
)


class Engine:
    name = "said"

    def __init__(self) -> None:
        self.adapter: Path | None = None

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        return Generation(f"Ahoy, {adapter=}.", 1, 1, False, 60)

    def use_adapter(self, directory: Path | None) -> None:
        self.adapter = directory

    def count_tokens(self, text: str) -> int:
        return len(text)

    def close(self) -> None: ...


class Retriever:
    """Finds every mail of the account, the newest first."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def past(self, account: str, *, before: str = "") -> list[search.PastMail]:
        return [one for one in search.past(self._db, account) if not before or one.date < before]

    def examples(
        self,
        query: str,
        audience: Any,
        count: int,
        *,
        account: str,
        before: str = "",
        excluding: Collection[int] = (),
        **_: object,
    ) -> list[search.PastMail]:
        found = [one for one in self.past(account, before=before) if one.id not in excluding]
        return found[::-1][:count]

    def lending_style(self, *_: object, **__: object) -> list[search.PastMail]:
        return []


class Desk:
    """A desk with nothing on it but that engine."""

    def __init__(self, db: Database, *_: object) -> None:
        self._db = db
        self.engine = Engine()
        self.files = SimpleNamespace(fingerprint="base", name="base", weights=135_000_000)

    def retriever(self) -> Retriever:
        return Retriever(self._db)

    def close(self) -> None: ...


@pytest.fixture
def db(tmp_path: Path) -> Database:
    db = Database(tmp_path / "panzad.db")
    place = folders.known(db, "work", "Sent", "sent").id
    with db.transaction() as tx:
        for number in range(MAILS):
            thread = (ThreadTurn("Tom", "tom@example.net", "", f"Question {number}?"),)
            mail = NewMail(
                message_id=f"<{number}@x>",
                date=f"2026-05-{number + 1:02}",
                subject="",
                sender="odile@example.org",
                recipients=(Recipient("to", "Tom", "tom@example.net"),),
                parents=(),
                reason=None,
                own_text=f"Ahoy,\n\n{number} is fine.",
                thread=thread if number % 2 else (),
                thread_wanted=False,
            )
            mail_id = mails.store(tx, "work", place, number + 1, mail)
            pairs.finish(tx, mail_id, f"Say that {number} is fine.", "model")
    return db


@pytest.fixture
def person(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.setattr(proof, "Desk", Desk)
    return Person("you", db, Paths(tmp_path / "c", tmp_path, tmp_path), CONFIG, limit=2)


def serve(
    db: Database,
    train: list[int],
    holdout: list[int],
    base: str = "base",
    retrieved: float = 0.0,
) -> None:
    with db.transaction() as tx:
        plan = {"train": train, "holdout": holdout, "retrieved": retrieved}
        adapters.begin(tx, "a", base, plan, len(train), max(train))
        adapters.finish(tx, "a", {}, "better", promote=True)


class TestDivided:
    def test_held_out_is_what_the_serving_adapter_was_not_trained_on(self, db: Database) -> None:
        serve(db, [1, 2, 3], [4, 5])
        found = divided(db, CONFIG)
        assert [pair.mail.id for pair in found.held_out] == [4, 5]
        assert [pair.mail.id for pair in found.learnt] == [1, 2, 3]

    def test_without_an_adapter_it_is_the_newest(self, db: Database) -> None:
        found = divided(db, CONFIG)
        newest = max(pair.mail.date for pair in found.learnt)
        assert all(pair.mail.date > newest for pair in found.held_out)
        assert len(found.learnt) + len(found.held_out) == MAILS

    def test_nothing_to_judge_by_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(PanzadError, match="no held-out mails"):
            divided(Database(tmp_path / "empty.db"), CONFIG)


class TestPerson:
    def test_only_the_newest_are_written(self, person: Person) -> None:
        assert [case.mail_id for case in person.cases] == [MAILS - 1, MAILS]

    def test_without_an_adapter_the_base_model_writes_with_and_without_retrieval(
        self, person: Person
    ) -> None:
        assert [one.name for one in person.variants] == ["base", "retrieval only"]

    def test_an_adapter_of_another_base_is_none(self, person: Person) -> None:
        serve(person.db, [1], [2], base="another")
        assert person.adapter is None

    def test_an_adapter_writes_too(self, person: Person, tmp_path: Path) -> None:
        serve(person.db, [1], [2])
        assert person.variants == list(VARIANTS)
        assert person.adapter is not None
        assert person.adapter.name == "a"

    def test_an_adapter_trained_with_past_mails_says_so(self, person: Person) -> None:
        serve(person.db, [1], [2], retrieved=0.55)
        assert [one.name for one in person.variants] == [
            "base",
            "retrieval only",
            "adapter + RAFT",
            "adapter + retrieval + RAFT",
        ]

    def test_no_held_out_and_no_later_mail_is_ever_shown(self, person: Person) -> None:
        shown_once = False
        for case in person.cases:
            answer = person.write(case, VARIANTS[1])
            prompt = answer.messages[-1].content
            shown = [pair for pair in pairs.finished(person.db) if pair.mail.own_text in prompt]
            hidden = {pair.mail.id for pair in person.divided.held_out}
            assert hidden.isdisjoint(pair.mail.id for pair in shown)
            shown_once = shown_once or bool(shown)
        assert shown_once

    @pytest.mark.parametrize("candidates", [1, 3])
    def test_a_draft_is_the_best_of_so_many(
        self, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, candidates: int
    ) -> None:
        monkeypatch.setattr(proof, "Desk", Desk)
        paths = Paths(tmp_path / "c", tmp_path, tmp_path)
        person = Person("you", db, paths, CONFIG, 2, candidates)
        [case, _] = person.cases
        # Of what names nothing, a draft lacks nothing.
        asked = replace(case, instruction="greet them")
        assert person.write(asked, VARIANTS[0]).seconds == 60 * candidates

    def test_without_retrieval_nothing_is_shown(self, person: Person) -> None:
        [case, _] = person.cases
        assert "is fine." not in person.write(case, VARIANTS[0]).messages[-1].content.replace(
            case.instruction, ""
        )


class Likelihood:
    """Finds everything twice as likely with an adapter."""

    def __init__(self, *_: object) -> None:
        self._adapter: Path | None = None

    def use_adapter(self, directory: Path | None) -> None:
        self._adapter = directory

    def mean(self, _samples: object) -> float:
        return 2.0 if self._adapter is None else 1.0


class TestEvaluate:
    """The command, over a state folder of its own."""

    @pytest.fixture
    def state(
        self, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: Person
    ) -> Path:
        monkeypatch.setattr("panzad.evaluation.likelihood.Likelihood", Likelihood)
        monkeypatch.setattr(proof, "device_for", lambda *_: "cpu")
        (tmp_path / "config.toml").write_text(
            '[accounts.work]\naddress = "odile@example.org"\nname = "Odile"\n'
            'imap = { host = "localhost", port = 1, security = "none" }\n'
            'auth = { command = "echo x" }\n'
        )
        serve(db, list(range(1, 25)), list(range(25, 31)))
        return tmp_path

    def run(self, state: Path, *arguments: str) -> Result:
        return CliRunner().invoke(
            cli, ["--state", str(state), "evaluate", *arguments], catch_exceptions=False
        )

    def test_every_variant_in_both_modes_has_its_figures(self, state: Path) -> None:
        found = json.loads(self.run(state, "--json").stdout)
        rows = {(row["mode"], row["variant"]): row for row in found["rows"]}
        assert len(rows) == 8
        assert rows["instruction", "adapter"]["loss"] == 1.0
        assert rows["reply", "base"]["loss"] == 2.0
        assert rows["instruction", "base"]["scores"]["drafts"] == 6
        assert rows["reply", "base"]["scores"]["drafts"] == 3

    def test_the_table_says_why_a_figure_is_missing(self, state: Path) -> None:
        shown = self.run(state, "--limit", "2").stdout
        assert "held out: 6 mails, 2 of them written" in shown
        assert "skipped" in shown

    def test_the_page_is_written(self, state: Path, tmp_path: Path) -> None:
        page = tmp_path / "report.html"
        self.run(state, "--report", str(page))
        assert page.read_text(encoding="utf-8").startswith("<!doctype html>")

    def test_the_curve_trains_on_the_newest_and_keeps_nothing(
        self, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        trained: list[tuple[list[int], Path]] = []

        def train(_files: object, samples: list[Sample], *others: Any, **_: object) -> Outcome:
            trained.append(([one.mail_id for one in samples], others[2]))
            return Outcome(True, 2.0, None, 2.0 - len(samples) / 100, 1.0, 1.0)

        def samples(
            _db: object, _config: object, _files: object, *parts: Any
        ) -> tuple[list[Sample], list[Sample]]:
            learnt, held_out, _ = parts
            return (
                [Sample(pair.mail.id, "", (), "") for pair in learnt],
                [Sample(pair.mail.id, "", (), "") for pair in held_out],
            )

        monkeypatch.setattr("panzad.training.run.train", train)
        monkeypatch.setattr(proof, "dataset", samples)
        monkeypatch.setattr(proof, "CURVE_SIZES", (5, 10, 100))
        found = json.loads(self.run(state, "--json", "--curve", "--limit", "1").stdout)
        assert [ids for ids, _ in trained] == [
            list(range(20, 25)),
            list(range(15, 25)),
            list(range(1, 25)),
        ]
        assert not any(folder.exists() for _, folder in trained)
        assert [(one["mails"], one["loss"]) for one in found["curve"]] == [
            (5, 1.95),
            (10, 1.9),
            (24, 1.76),
        ]

    @pytest.mark.parametrize(
        ("settings", "method", "memory"),
        [
            ("", "lora", MACHINE // 2),
            ('method = "rosa"\nmemory_gb = 3\n', "rosa", 3_000_000_000),
        ],
        ids=["auto", "chosen"],
    )
    def test_the_curve_is_of_the_method_and_within_the_memory_that_a_training_has(
        self,
        state: Path,
        monkeypatch: pytest.MonkeyPatch,
        settings: str,
        method: str,
        memory: int,
    ) -> None:
        with (state / "config.toml").open("a") as file:
            file.write(f"[training]\n{settings}")
        seen: list[tuple[str, int, int]] = []

        def train(_files: object, _learnt: object, _held: object, how: Method, *_: object,
                  memory: int, **__: object) -> Outcome:  # fmt: skip
            seen.append((how.name, memory, how.epochs))
            return Outcome(True, 2.0, None, 1.0, 1.0, 1.0)

        monkeypatch.setattr("panzad.training.run.train", train)
        monkeypatch.setattr("panzad.training.priority.this_machine", lambda: Machine(MACHINE, None))
        monkeypatch.setattr(proof, "dataset", lambda *_: ([], []))
        self.run(state, "--json", "--curve", "--limit", "1")
        assert seen == [(method, memory, METHODS[method].epochs)]

    def test_a_page_in_a_folder_that_is_not_there_is_refused_at_once(self, state: Path) -> None:
        with pytest.raises(UsageError, match="no folder"):
            self.run(state, "--report", str(state / "nowhere" / "report.html"))

    def test_a_folder_without_a_database_is_refused(self, state: Path, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(UsageError, match="no state folder"):
            self.run(state, "--data", str(tmp_path / "empty"))

    def test_two_people_have_their_matrices(
        self, state: Path, db: Database, tmp_path: Path
    ) -> None:
        twin = self.twin(state, db, tmp_path / "twin")
        found = json.loads(self.run(state, "--json", "--data", str(twin)).stdout)
        assert [one["rows"] for one in found["matrices"]] == [["you", "twin"]] * 2
        assert sum(found["matrices"][1]["values"][0]) == pytest.approx(1)

    def twin(self, state: Path, db: Database, folder: Path) -> Path:
        """A state folder with the same mails."""
        folder.mkdir(parents=True)
        shutil.copy(state / "config.toml", folder)
        db.connection.execute("VACUUM INTO ?", (str(folder / "panzad.db"),))
        return folder

    def test_people_whose_folders_are_called_alike_are_told_apart(
        self, state: Path, db: Database, tmp_path: Path
    ) -> None:
        names = ["iris/state", "tom/state", "tom/you"]
        folders = [self.twin(state, db, tmp_path / name) for name in names]
        data = [one for folder in folders for one in ("--data", str(folder))]
        found = json.loads(self.run(state, "--json", *data).stdout)
        for matrix in found["matrices"]:
            assert matrix["rows"] == matrix["columns"] == ["you", *names]
        assert len(found["matrices"][1]["values"][0]) == 4

    @pytest.mark.parametrize("again", ["twin", "."], ids=["other", "own"])
    def test_nobody_is_compared_with_themselves(
        self, state: Path, db: Database, tmp_path: Path, again: str
    ) -> None:
        twin = self.twin(state, db, tmp_path / "twin")
        with pytest.raises(UsageError, match="twice"):
            self.run(state, "--data", str(twin), "--data", str(tmp_path / again))
