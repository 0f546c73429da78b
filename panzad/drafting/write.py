"""Writes the text of a gathered mark: similar past mails, the prompt, the model, the cleaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from panzad.drafting.task import DraftTask
from panzad.engines.protocol import Engine, Sampling
from panzad.store.mails import Person
from panzad.writing import cleaning, prompts
from panzad.writing.brief import Briefing, Letter
from panzad.writing.habits import with_habits

if TYPE_CHECKING:
    from panzad.recall.retriever import Retriever

MAX_TOKENS = 400
REPEAT_PENALTY = 1.05

log = structlog.get_logger("panzad.drafting")


@dataclass(frozen=True, slots=True)
class Written:
    """The draft's text, and what it cost."""

    text: str
    tokens: int
    seconds: float
    examples: int


def write(
    task: DraftTask,
    engine: Engine,
    retriever: Retriever,
    *,
    account: str,
    examples: int,
    signature: str | None,
    adapter: bool = True,
) -> Written:
    """The text that answers `task`, without quote and signature.

    `adapter=False` asks the base model with the same prompt. It knows nothing of the user: what is
    usual as greeting, sign-off and length is put in.
    """
    briefing, letter = Briefing(retriever), letter_of(task, account)
    asked = briefing.task(letter, examples)
    messages = prompts.messages(asked)
    sampling = Sampling(max_tokens=MAX_TOKENS, repeat_penalty=REPEAT_PENALTY)
    answer = engine.generate(messages, sampling, adapter=adapter)
    text = cleaning.draft_text(answer.text, truncated=answer.truncated, signature=signature)
    if not adapter:
        text = with_habits(text, briefing.habits(letter), letter.author, asked.words)
    return Written(text, answer.tokens, answer.seconds, len(asked.examples))


def letter_of(task: DraftTask, account: str) -> Letter:
    """A gathered task as the writing room takes it."""
    people = [("to", one) for one in task.to] + [("cc", one) for one in task.cc]
    return Letter(
        account=account,
        author=task.author.name,
        recipients=tuple(Person(field, one.name, one.email) for field, one in people),
        subject=task.subject,
        thread=task.thread,
        instruction=task.instruction,
    )
