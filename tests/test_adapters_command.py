"""`panzad adapters` and the adapters in `panzad status`: what the gate measured, and going back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from panzad.cli import cli
from panzad.engines.catalogue import ModelFiles
from panzad.errors import PanzadError
from panzad.store import adapters, folders, mails
from panzad.store.database import Database
from panzad.store.mails import NewMail
from panzad.training import manifest

WRITING = {
    "bleu": 9.4,
    "rouge_l": 0.355,
    "style": 0.5,
    "greeting": 0.8,
    "sign_off": 0.9,
    "length_ratio": 0.97,
    "likeness": 0.61,
}
METRICS = {
    "base_loss": 2.182,
    "champion_loss": None,
    "loss": 1.587,
    "trial": {
        "challenger": {
            "loss": 1.587,
            **WRITING,
            "exposure": 19.3,
            "overlap": 0.125,
            "habitual": 0.004,
        },
        "base": {"loss": 2.182, **WRITING, "likeness": 0.43},
    },
}
LEAKS = "it knows planted secrets by heart"


class Bench:
    """A state folder with adapters in the order they were made: old, new (serving), leaking."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.db = Database(state / "panzad.db")
        (state / "config.toml").write_text(
            '[accounts.work]\naddress = "odile@example.org"\n'
            'imap = { host = "localhost", port = 1, security = "none" }\n'
            'auth = { command = "echo x" }\n'
        )
        (state / "adapters").mkdir(mode=0o700)
        self.add("old")
        self.add("new")
        self.add("leaking", promote=False)

    def __call__(self, *arguments: str) -> str:
        return self.run(*arguments).stdout

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(
            cli, ["--state", str(self.state), *arguments], catch_exceptions=False
        )

    def add(self, adapter_id: str, *, promote: bool = True, learnt: int = 1) -> None:
        """One more adapter, which serves from now on or leaks."""
        directory = self.state / "adapters" / adapter_id
        directory.mkdir(mode=0o700)
        manifest.write(directory, {}, ())
        with self.db.transaction() as tx:
            plan = {"method": "lora", "train": [learnt], "holdout": [2]}
            adapters.begin(tx, adapter_id, "base", plan, 40, 40)
            reason = "held-out loss 1.587 beats the base model's 2.182" if promote else LEAKS
            adapters.finish(tx, adapter_id, {**METRICS, "leak": not promote}, reason, promote)

    @property
    def serving(self) -> str | None:
        serving = adapters.serving(self.db)
        return serving and serving.id


def sent(db: Database, *numbers: int) -> list[int]:
    """Mails that were sent; their ids."""
    folder = folders.known(db, "work", "Sent", "sent")
    with db.transaction() as tx:
        return [
            mails.store(
                tx,
                "work",
                folder.id,
                number,
                NewMail(
                    f"<{number}@x>", "2026-05-01", "", "odile@example.org", (), (), None,
                    "Yes.", (), False,
                ),
            )
            for number in numbers
        ]  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    files = ModelFiles("base", "hf", tmp_path, "base")
    monkeypatch.setattr("panzad.cli.adapters.resolve", lambda *_: files)
    monkeypatch.setenv("COLUMNS", "80")
    return Bench(tmp_path)


def below(shown: str, adapter: str) -> tuple[list[str], list[str]]:
    """The words of an adapter's line and of the one below it, on a terminal of 80 columns."""
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    [at] = [number for number, line in enumerate(lines) if line.startswith(adapter)]
    return lines[at].split(), lines[at + 1].split()


class TestAdapters:
    def test_the_list_shows_what_the_gate_went_by(self, bench: Bench) -> None:
        shown = bench("adapters", "list")
        line, remark = below(shown, "leaking")
        assert line == ["leaking", "refused", "40", "1.587", "2.182", "0.61", "19.3", "12.5%"]
        assert remark == ["lora,", "0", "MB:", *LEAKS.split()]
        listed = json.loads(bench("adapters", "list", "--json"))
        assert {one["id"] for one in listed} == {"old", "new", "leaking"}
        assert listed[0]["metrics"]["trial"]["challenger"]["exposure"] == 19.3

    def test_one_is_shown_beside_its_rivals(self, bench: Bench) -> None:
        shown = bench("adapters", "show", "leaking")
        assert LEAKS in shown
        [likeness] = [line.split() for line in shown.splitlines() if "likeness" in line]
        assert likeness[-2:] == ["0.61", "0.43"]
        found = json.loads(bench("adapters", "show", "leaking", "--json"))
        assert (found["id"], found["reason"]) == ("leaking", LEAKS)

    def test_a_run_that_is_not_judged_yet_is_shown(self, bench: Bench) -> None:
        with bench.db.transaction() as tx:
            adapters.begin(tx, "now", "base", {"method": "lora"}, 40, 40)
        assert "training" in bench("adapters", "show", "now")
        assert "now" in bench("adapters", "list")
        assert "now" in bench("status")

    def test_another_is_used_and_gone_back_from(self, bench: Bench) -> None:
        assert json.loads(bench("adapters", "use", "leaking", "--json")) == {"serving": "leaking"}
        assert bench.serving == "leaking"
        assert json.loads(bench("adapters", "rollback", "--json")) == {"serving": "new"}
        assert bench.serving == "new"
        assert json.loads(bench("adapters", "use", "none", "--json")) == {"serving": None}
        assert bench.serving is None
        assert bench("adapters", "use", "old") == "adapter old writes the drafts now\n"

    def test_each_time_it_goes_back_further(self, bench: Bench) -> None:
        bench.add("newest")
        for before in ("new", "old"):
            assert json.loads(bench("adapters", "rollback", "--json")) == {"serving": before}
            assert bench.serving == before
        with pytest.raises(PanzadError, match="no adapter to go back to"):
            bench("adapters", "rollback")
        assert bench.serving == "old"

    def test_from_one_promoted_since_it_goes_back_to_what_served_before(self, bench: Bench) -> None:
        bench("adapters", "rollback")
        bench.add("newest")
        bench("adapters", "rollback")
        assert bench.serving == "old"

    def test_one_gone_back_from_can_be_put_to_use_and_gone_back_to_again(
        self, bench: Bench
    ) -> None:
        bench("adapters", "rollback")
        bench("adapters", "use", "new")
        bench("adapters", "use", "old")
        bench("adapters", "rollback")
        assert bench.serving == "new"

    def test_one_that_leaks_is_used_with_a_warning_and_not_gone_back_to(self, bench: Bench) -> None:
        assert LEAKS in bench.run("adapters", "use", "leaking").stderr
        assert bench.serving == "leaking"
        bench.add("newest")
        done = bench.run("adapters", "rollback")
        assert f"leaking is passed over: {LEAKS}" in done.stderr
        assert bench.serving == "new"

    def test_so_is_one_that_may_know_what_is_forgotten(self, bench: Bench) -> None:
        with bench.db.transaction() as tx:
            adapters.taint(tx, 1)
        assert "what was forgotten since" in bench.run("adapters", "use", "old").stderr
        assert bench.serving == "old"
        done = bench.run("adapters", "use", "new", "--json")
        assert json.loads(done.stdout) == {"serving": "new"}
        with pytest.raises(PanzadError, match="no adapter to go back to"):
            bench("adapters", "rollback")
        assert bench.serving == "new"

    def test_so_is_one_that_learnt_what_is_excluded_now(self, bench: Bench) -> None:
        _, mail = sent(bench.db, 1, 2)
        bench.add("careless", learnt=mail)
        bench.add("newest")
        with bench.db.transaction() as tx:
            mails.withdraw(tx, mail, "excluded")
        done = bench.run("adapters", "rollback")
        assert "careless is passed over: it learnt from mail that was excluded" in done.stderr
        assert bench.serving == "new"
        assert "excluded since" in bench.run("adapters", "use", "careless").stderr

    def test_one_that_is_damaged_is_no_obstacle_to_going_back(self, bench: Bench) -> None:
        (bench.state / "adapters" / "new" / "manifest.json").write_text("{")
        bench.add("newest")
        assert "no readable manifest" in bench.run("adapters", "rollback").stderr
        assert bench.serving == "old"

    def test_what_can_be_gone_back_to_is_not_pruned(self, bench: Bench) -> None:
        bench("adapters", "use", "leaking")
        bench.add("newest")
        bench("adapters", "prune", "--keep", "0")
        assert [one.id for one in adapters.listed(bench.db)] == ["newest", "new"]

    def test_an_unknown_one_is_refused(self, bench: Bench) -> None:
        with pytest.raises(PanzadError, match="no adapter nowhere"):
            bench("adapters", "use", "nowhere")

    def test_what_is_not_needed_is_pruned(self, bench: Bench) -> None:
        assert bench("adapters", "prune", "--keep", "1") == "0 adapters removed\n"
        # Logs stand on standard error but in this runner.
        found = json.loads(bench("adapters", "prune", "--keep", "0", "--json").splitlines()[-1])
        assert found == {"removed": ["leaking"]}
        assert {path.name for path in (bench.state / "adapters").iterdir()} == {"new", "old"}
        assert [one.id for one in adapters.listed(bench.db)] == ["new", "old"]


class TestStatus:
    def test_an_adapter_stands_there_with_its_measures_and_its_reason(self, bench: Bench) -> None:
        line, remark = below(bench("status"), "leaking")
        assert line == ["leaking", "refused", "40", "1.587", "2.182", "0.61", "19.3", "12.5%"]
        assert remark == LEAKS.split()
        found = json.loads(bench("status", "--json"))["adapters"]
        assert found[0]["metrics"]["trial"]["base"]["likeness"] == 0.43
