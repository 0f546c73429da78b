"""Writes the text of a gathered mark: similar past mails, the prompt, the model, the cleaning, and
what the text may say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from panzad.drafting.drawing import Drawn, draw
from panzad.drafting.task import DraftTask
from panzad.engines.protocol import Engine, Generation
from panzad.store.mails import Person
from panzad.writing import cleaning, prompts
from panzad.writing.brief import NOTHING_HIDDEN, Briefing, Cutoff, Letter
from panzad.writing.choosing import Candidate, Wanted, choose, echoed, nameable
from panzad.writing.fact_values import Kind
from panzad.writing.grounding import Source, grounded, turn_sources
from panzad.writing.habits import names_of, signed, with_habits
from panzad.writing.signoff import Signer, own_sign_off

if TYPE_CHECKING:
    from panzad.recall.retriever import Retriever

# After so many seconds of writing no other candidate is begun: a large model writes for minutes.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Written:
    """The draft's text, the gaps in it, and what it and the candidates beside it cost."""

    text: str
    gaps: tuple[Kind, ...]
    tokens: int
    seconds: float
    examples: int
    candidates: int


def write(
    task: DraftTask,
    engine: Engine,
    retriever: Retriever,
    *,
    account: str,
    examples: int,
    signature: str | None,
    addresses: Sequence[str] = (),
    grounding: bool = True,
    adapter: bool = True,
    candidates: int = 1,
    patience: float = PATIENCE,
    cutoff: Cutoff = NOTHING_HIDDEN,
) -> Written:
    """The text that answers `task`, without quote and signature; the best of several candidates.

    There are so many, and up to as many again while each lacks something that was asked for; one
    alone stays alone. No other is begun once they have taken `patience` seconds, or one could not
    be had. `addresses` are all of the user's own. With `grounding`, facts that stand nowhere become
    gaps. `adapter=False` asks the base model with the same prompt. It knows nothing of the user:
    what is usual as greeting, sign-off and length is put in. A mail that is written again knows
    what `cutoff` leaves of the past. Raises what the engine raises for the first.
    """
    briefing, letter = Briefing(retriever, engine.count_tokens), letter_of(task, account)
    asked = briefing.task(letter, examples, cutoff, style=not adapter)
    signer = Signer(task.author, asked.examples)
    habit = None if adapter else briefing.habits(letter, cutoff)
    today = date.today()  # noqa: DTZ011 - a mail's "Thursday" is local
    known = sources(task, asked.examples, (signature or "", *addresses), today)
    thread = [turn.text for turn in task.thread]
    wanted = _wanted(task, asked)

    def finished(answer: Generation) -> Drawn:
        text = _cleaned(answer, task, thread, signature, signer)
        if habit is not None:
            text = with_habits(text, habit, letter.author, asked.words)
        text = signed(text, asked.sign_off, signer.names)
        held = grounded(text, known)
        return Drawn(Candidate(text, len(held.gaps), echoed(text, thread)), held, answer)

    drawn = draw(
        engine,
        briefing.messages(asked),
        finished,
        wanted,
        adapter=adapter,
        candidates=candidates,
        patience=patience,
    )
    best = drawn[choose([one.candidate for one in drawn], wanted)]
    return Written(
        best.held.text if grounding else best.candidate.text,
        best.held.gaps if grounding else (),
        sum(one.answer.tokens for one in drawn),
        sum(one.answer.seconds for one in drawn),
        len(asked.examples),
        len(drawn),
    )


def _wanted(task: DraftTask, asked: prompts.WritingTask) -> Wanted:
    """What the draft of a task should be like, by what the prompt says."""
    people = (*task.to, *task.cc)
    return Wanted(
        asked.greeting,
        asked.sign_off,
        asked.words,
        task.instruction,
        names=names_of(task.author.name),
        nameable=nameable(
            [
                *(f"{one.name} {one.email}" for one in people),
                *(f"{turn.author} {turn.text}" for turn in task.thread),
                task.subject,
                task.instruction,
                asked.greeting,
            ]
        ),
        language=asked.language,
    )


def _cleaned(
    answer: Generation,
    task: DraftTask,
    thread: Sequence[str],
    signature: str | None,
    signer: Signer,
) -> str:
    """The mail in a model's answer, under the user's own name; `thread` are the thread's texts."""
    text = cleaning.draft_text(
        answer.text,
        truncated=answer.truncated,
        signature=signature,
        names=signer.names,
        thread=thread,
    )
    return own_sign_off(text, signer, _others(task))


def sources(task: DraftTask, past: Sequence[str], own: Sequence[str], today: date) -> list[Source]:
    """All that a draft may take facts from: thread, instruction, past mails, and the `own` facts
    of the user (signature, addresses).

    `today` is the day from which "Thursday" in an instruction counts.
    """
    people = (task.author, *task.to, *task.cc)
    return [
        *(source for turn in task.thread for source in turn_sources(turn.date, turn.text)),
        *(Source(f"{turn.author} {turn.email}") for turn in task.thread),
        Source(task.subject),
        Source(task.instruction, today),
        *(Source(text) for text in (*past, *own)),
        *(Source(f"{person.name} {person.email}") for person in people),
    ]


def _others(task: DraftTask) -> list[str]:
    """The names of everybody but the user."""
    names = [person.name for person in (*task.to, *task.cc)]
    return names + [turn.author for turn in task.thread if turn.email != task.author.email]


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
