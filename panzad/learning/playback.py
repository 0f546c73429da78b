"""Gives each new sent mail its synthetic instruction, one committed row at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import structlog

from panzad.engines.protocol import Engine, Sampling
from panzad.errors import PanzadError
from panzad.store import pairs
from panzad.store.database import Database
from panzad.store.mails import Mail
from panzad.writing import cleaning, playback
from panzad.writing.playback import Instruction

log = structlog.get_logger("panzad.learning")


def instruct(engine: Engine, own_text: str) -> Instruction | None:
    """The instruction behind a mail; None when there is nothing to be said of it.

    The model is asked once: a second request, or a sampled answer, costs as much again and seldom
    serves where the first did not.
    """
    sampling = Sampling(max_tokens=playback.token_limit(own_text))
    answer = engine.generate(playback.request(own_text), sampling, adapter=False)
    text = cleaning.whole_sentences(answer.text) if answer.truncated else answer.text
    return playback.best([text], own_text)


class Tools(Protocol):
    """The engine, loaded only when there is a mail to play back, and its model's name."""

    @property
    def engine(self) -> Engine: ...
    @property
    def model_name(self) -> str: ...


def play_back(
    db: Database, tools: Tools, *, go_on: Callable[[], bool], done: Callable[[], None]
) -> int:
    """Work through the mails that wait for an instruction, as long as `go_on()`.

    `done()` is told of each. What is committed is never done again. Returns how many were done.
    """
    count = 0
    while go_on() and (batch := pairs.pending(db, limit=16)):
        for mail in batch:
            if not go_on():
                break
            engine, model = tools.engine, tools.model_name
            try:
                _play_back_one(db, engine, model, mail)
            except PanzadError:
                raise
            except Exception as error:  # One mail must not keep all others from being learnt.
                log.error("playback.failed", mail=mail.id, error=type(error).__name__)
                with db.transaction() as tx:
                    pairs.fail(tx, mail.id)
            count += 1
            done()
    return count


def _play_back_one(db: Database, engine: Engine, model: str, mail: Mail) -> None:
    instruction = instruct(engine, mail.own_text)
    with db.transaction() as tx:
        if instruction is not None:
            pairs.finish(tx, mail.id, instruction.text, model, instruction.score)
        else:
            pairs.fail(tx, mail.id)
    log.debug("playback.done", mail=mail.id)
