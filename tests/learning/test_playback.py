"""Playback works through what waits, and one mail never keeps the others from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from panzad.engines.protocol import ChatMessage, Generation, Sampling
from panzad.learning.playback import instruct, play_back
from panzad.store import pairs
from panzad.store.database import Database
from tests.training.test_adapter_runs import learnt


class _Engine:
    """Answers with the mail's own sentence; chokes on one of them."""

    name = "test"

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        mail = messages[-1].content
        if "poison" in mail:
            raise ZeroDivisionError
        return Generation(f"Agree to {mail}", 1, 1, False, 0.0)

    def use_adapter(self, directory: Path | None) -> None: ...
    def count_tokens(self, text: str) -> int:
        return len(text)

    def close(self) -> None: ...


class _Tools:
    engine = _Engine()
    model_name = "test"


def test_a_mail_that_cannot_be_played_back_is_given_up_and_the_others_are_done(
    tmp_path: Path,
) -> None:
    db = Database(tmp_path / "panzad.db")
    learnt(db, "the boat on Monday", "poison on Tuesday", "the boat on Friday", done=False)
    play_back(db, _Tools(), go_on=lambda: True, done=lambda: None)
    assert pairs.counts(db) == {"pending": 0, "done": 2, "failed": 1, "duplicate": 0}


class _Scripted(_Engine):
    """Gives one answer after another."""

    def __init__(self, *answers: str, truncated: bool = False) -> None:
        self.answers = list(answers)
        self.truncated = truncated

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        assert not adapter
        return Generation(self.answers.pop(0), 1, 1, self.truncated, 0.0)


MAIL = "Hi Tom,\n\nthe ferry leaves the island on Monday, please bring both oars.\n\nAnn"


class TestInstruct:
    def test_the_model_is_asked_once(self) -> None:
        engine = _Scripted("The ferry leaves the island on Monday, bring both oars.", "unasked")
        found = instruct(engine, MAIL)
        assert found is not None
        assert found.text == "Tell Tom: The ferry leaves the island on Monday, bring both oars."
        assert engine.answers == ["unasked"]

    def test_after_a_useless_answer_the_mail_is_noted_down(self) -> None:
        found = instruct(_Scripted(""), MAIL)
        assert found is not None
        assert found.text.startswith("Tell Tom: ferry leaves island Monday, please bring")

    def test_a_truncated_answer_counts_up_to_its_last_whole_sentence(self) -> None:
        cut = "The ferry leaves the island on Monday, bring oars. The cap"
        found = instruct(_Scripted(cut, truncated=True), MAIL)
        assert found is not None
        assert found.text == "Tell Tom: The ferry leaves the island on Monday, bring oars."


def test_how_well_the_instruction_tells_its_mail_is_kept(tmp_path: Path) -> None:
    db = Database(tmp_path / "panzad.db")
    learnt(db, MAIL, done=False)
    play_back(db, _Tools(), go_on=lambda: True, done=lambda: None)
    [pair] = pairs.finished(db)
    assert pair.score is not None
    assert 0.5 < pair.score <= 1
