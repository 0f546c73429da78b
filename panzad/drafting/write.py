"""Writes the text of a gathered mark: similar past mails, the prompt, the model, the cleaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from panzad.drafting.task import DraftTask
from panzad.engines.protocol import Engine, Sampling
from panzad.writing import cleaning, prompts
from panzad.writing.prompts import WritingTask

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

    `adapter=False` asks the base model with the same prompt, for comparison.
    """
    newest = task.thread[-1].text if task.thread else ""
    found = retriever.examples(
        "\n".join(part for part in (task.subject, newest, task.instruction) if part),
        task.audience,
        examples,
        account=account,
    )
    messages = prompts.messages(writing_task(task, tuple(mail.own_text for mail in found)))
    sampling = Sampling(max_tokens=MAX_TOKENS, repeat_penalty=REPEAT_PENALTY)
    answer = engine.generate(messages, sampling, adapter=adapter)
    text = cleaning.draft_text(answer.text, truncated=answer.truncated, signature=signature)
    return Written(text, answer.tokens, answer.seconds, len(found))


def writing_task(task: DraftTask, examples: tuple[str, ...]) -> WritingTask:
    """A gathered task as the prompt room takes it."""
    return WritingTask(
        author=task.author.name,
        recipients=tuple(person.name for person in (*task.to, *task.cc) if person.name),
        subject=task.subject,
        thread=task.thread,
        instruction=task.instruction,
        examples=examples,
    )
