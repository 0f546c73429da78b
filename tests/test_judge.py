"""A real run judged by the gate's own trial: what is measured, of whom, and what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from panzad import judge as room
from panzad.config import Retrieval
from panzad.engines.catalogue import ModelFiles
from panzad.engines.protocol import ChatMessage, Generation, Sampling
from panzad.errors import ModelDamaged, PanzadError
from panzad.judge import judge
from panzad.learning.adapter import Judged, Trained
from panzad.store import pairs
from panzad.store.database import Database
from panzad.training import manifest
from panzad.training.dataset import Sample
from panzad.training.run import Outcome
from tests.training.test_adapter_runs import configured, learnt

MAILS = 24
LEARNT, HELD_OUT = range(1, 21), range(21, MAILS + 1)


class Engine:
    """Says what the user would, with a number that nobody told it; keeps what it was asked."""

    name = "said"

    def __init__(self) -> None:
        self.asked: list[tuple[str, Sampling, bool]] = []
        self.used: list[Path | None] = []
        self.refused: list[Path] = []
        self.closed = False

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        self.asked.append((messages[-1].content, sampling, adapter))
        return Generation("Ahoy,\n\nit costs 4711 pounds.\n\nOdile", 1, 1, False, 0.5)

    def use_adapter(self, directory: Path | None) -> None:
        self.used.append(directory)
        if directory in self.refused:
            raise ModelDamaged(f"adapter {directory} cannot be used", "")

    def count_tokens(self, text: str) -> int:
        return len(text)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(room, "create_engine", lambda *_: engine)
    monkeypatch.setattr(room, "device_for", lambda *_: "cpu")
    monkeypatch.setattr(room, "exposures", lambda *_: [1.0, 2.0])
    return engine


@pytest.fixture
def db(tmp_path: Path) -> Database:
    db = Database(tmp_path / "panzad.db")
    learnt(db, *(f"Ahoy,\n\n{number} is fine.\n\nOdile" for number in range(MAILS)))
    return db


def run_of(db: Database, champion: Path | None = None) -> Trained:
    texts = {pair.mail.id: pair.mail.own_text for pair in pairs.finished(db)}

    def samples(ids: range) -> list[Sample]:
        return [Sample(one, "", (), texts[one]) for one in ids]

    return Trained(
        directory=Path("new"),
        champion=champion,
        files=ModelFiles("base", "hf", Path("base"), "base"),
        outcome=Outcome(True, 2.0, 1.9 if champion else None, 1.5, 1.0, 1.0),
        train=samples(LEARNT),
        holdout=samples(HELD_OUT),
        author="Odile",
        seed=7,
        stop=lambda: False,
    )


def judged(db: Database, champion: Path | None = None) -> Judged:
    return judge(db, configured("base"), run_of(db, champion))


class TestJudge:
    def test_challenger_champion_and_base_write_the_same_mails(
        self, db: Database, engine: Engine
    ) -> None:
        found = judged(db, Path("old"))
        assert engine.used == [Path("new"), Path("old"), None]
        assert engine.closed
        prompts = [said for said, _, _ in engine.asked]
        count = len(HELD_OUT)
        assert prompts[:count] == prompts[count : 2 * count] == prompts[2 * count :]
        assert [adapter for _, _, adapter in engine.asked] == [True] * 2 * count + [False] * count
        assert {name: one["loss"] for name, one in found.figures.items()} == {
            "challenger": 1.5,
            "champion": 1.9,
            "base": 2.0,
        }
        known = found.figures["challenger"]
        assert (known["exposure"], known["greatest"]) == (1.5, 2.0)
        assert found.verdict.promote, found.verdict

    def test_a_damaged_champion_is_no_rival(self, db: Database, engine: Engine) -> None:
        run = run_of(db, Path("old"))
        run = replace(run, outcome=replace(run.outcome, champion_loss=None))
        assert "champion" not in judge(db, configured("base"), run).figures

    def test_nor_is_one_that_was_damaged_after_it_was_measured(
        self, db: Database, engine: Engine, tmp_path: Path
    ) -> None:
        champion = tmp_path / "old"
        champion.mkdir()
        manifest.write(champion, {}, ())
        engine.refused = [champion]
        # It is whole: the base is damaged, or there is no room for a merged copy.
        with pytest.raises(ModelDamaged):
            judged(db, champion)
        assert engine.closed
        (champion / "manifest.json").write_text("{")
        found = judged(db, champion)
        assert "champion" not in found.figures
        assert found.verdict.promote

    @pytest.mark.parametrize("where", ["exposures", "create_engine", "measured"])
    def test_memory_that_runs_out_is_told_in_one_line(
        self, db: Database, engine: Engine, monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        def none_left(*_: object) -> None:
            raise MemoryError

        monkeypatch.setattr(room, where, none_left)
        with pytest.raises(PanzadError, match="ran out of memory: close other programs") as caught:
            judged(db)
        assert "\n" not in str(caught.value)
        assert engine.closed is (where == "measured")

    def test_what_is_judged_is_the_draft_with_its_gaps(
        self, db: Database, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drafts: list[str] = []
        measured = room.measured

        def listening(trial: room.Trial, *others: object) -> object:
            drafts.extend(one.draft.text for one in trial.tries(engine, None))
            return measured(trial, *others)  # pyright: ignore[reportArgumentType]

        monkeypatch.setattr(room, "measured", listening)
        judged(db)
        assert drafts
        assert all("4711" not in text and "[?amount]" in text for text in drafts)

    def test_no_prompt_holds_a_mail_that_is_held_out(self, db: Database, engine: Engine) -> None:
        config = configured("base")
        config = config.model_copy(update={"retrieval": Retrieval(share="all")})
        judge(db, config, run_of(db))
        hidden = [pair.mail.own_text for pair in pairs.finished(db) if pair.mail.id in HELD_OUT]
        assert any("Mails I wrote before" in prompt for prompt, _, _ in engine.asked)
        assert not any(text in prompt for text in hidden for prompt, _, _ in engine.asked)
