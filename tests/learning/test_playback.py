"""Playback works through what waits, and one mail never keeps the others from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from panzad.engines.protocol import ChatMessage, Generation, Sampling
from panzad.learning.playback import play_back
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
