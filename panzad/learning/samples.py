"""Training samples out of playback pairs: the same prompt that a draft will get."""

from __future__ import annotations

from collections.abc import Mapping

from panzad.store.mails import Mail
from panzad.store.pairs import Pair
from panzad.training.dataset import Sample
from panzad.writing import prompts
from panzad.writing.prompts import WritingTask


def sample_of(pair: Pair, author: str) -> Sample:
    """The sample for one pair; `author` is the user's name as the prompt says it."""
    mail = pair.mail
    return Sample(
        mail_id=mail.id,
        date=mail.date,
        messages=prompts.messages(_task(mail, pair.instruction, author)),
        completion=mail.own_text,
    )


def samples(pairs: list[Pair], authors: Mapping[str, str]) -> list[Sample]:
    """Samples for all pairs; `authors` gives the user's name by account."""
    return [
        sample_of(pair, authors[pair.mail.account])
        for pair in pairs
        if pair.mail.account in authors
    ]


def _task(mail: Mail, instruction: str, author: str) -> WritingTask:
    return WritingTask(
        author=author,
        recipients=tuple(person.name for person in mail.recipients if person.name),
        subject=mail.subject,
        thread=mail.thread,
        instruction=instruction,
    )
