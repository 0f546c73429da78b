"""Training samples out of playback pairs: the same prompt that a draft will get.

What chance decides (whether an instruction is left out and how it is worded, whether past mails are
shown) follows from the seed and the mail alone, so that a run that was cut off finds the same
samples.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random

from panzad.store.drafts import Preference
from panzad.store.mails import Mail
from panzad.store.pairs import Pair
from panzad.training.dataset import Sample, split
from panzad.training.preference import Contrast
from panzad.writing.brief import Briefing, Cutoff, Letter
from panzad.writing.jotting import reworded

# Prompts for each mail at most: as many as a run has epochs by default.
READINGS = 3


@dataclass(frozen=True, slots=True)
class Mix:
    """The shares of replies without instruction and of mails with (so many) examples."""

    drop_instruction: float
    retrieved: float
    examples: int
    seed: int


def older_and_newest(
    pairs: Iterable[Pair], known: Collection[int] = frozenset()
) -> tuple[list[Pair], list[Pair]]:
    """The pairs to learn from and the newest ones to judge by, as `split` divides their mails;
    earlier runs learnt the `known` ones."""
    by_id = {pair.mail.id: pair for pair in pairs}
    dated = [Sample(one, pair.mail.date, (), pair.mail.own_text) for one, pair in by_id.items()]
    learnt, held_out = split(dated, known)
    return [by_id[one.mail_id] for one in learnt], [by_id[one.mail_id] for one in held_out]


def samples(
    pairs: Iterable[Pair],
    authors: Mapping[str, str],
    briefing: Briefing,
    mix: Mix,
    readings: int = 1,
) -> list[Sample]:
    """Samples for all pairs; `authors` gives the user's name by account."""
    return [
        sample_of(pair, authors[pair.mail.account], briefing, mix, readings)
        for pair in pairs
        if pair.mail.account in authors
    ]


def sample_of(pair: Pair, author: str, briefing: Briefing, mix: Mix, readings: int = 1) -> Sample:
    """The sample for one pair under so many prompts; `author` is the user's name in them."""
    first, *others = (_sample(pair, author, briefing, mix, reading) for reading in range(readings))
    return replace(first, others=tuple(others))


def _sample(pair: Pair, author: str, briefing: Briefing, mix: Mix, reading: int) -> Sample:
    mail = pair.mail
    shown = _chance(mix, mail.id, "examples", reading).random() < mix.retrieved
    task = briefing.task(
        letter_of(mail, asked(pair, mix, reading), author),
        mix.examples if shown else 0,
        Cutoff(mail.date, mail.id, mail.own_text),
    )
    return Sample(
        mail_id=mail.id,
        date=mail.date,
        messages=briefing.messages(task),
        completion=mail.own_text,
    )


def asked(pair: Pair, mix: Mix, reading: int = 0) -> str:
    """The instruction in the pair's prompt; empty for a reply of which chance leaves it out.

    What the user typed is shown as it is, what was made up in other words in each reading.
    """
    mail = pair.mail
    bare = _chance(mix, mail.id, "instruction", reading).random() < mix.drop_instruction
    if bare and mail.thread:
        return ""
    if pair.typed:
        return pair.instruction
    chance = _chance(mix, mail.id, "words", reading)
    return reworded(pair.instruction, mail.own_text, mail.manner.language, chance)


def contrasts(
    preferences: Iterable[Preference], authors: Mapping[str, str], briefing: Briefing, mix: Mix
) -> dict[int, Contrast]:
    """By its mark, each draft that was edited and the mail that it became, under one prompt.

    The prompt is as it was: with what was asked for, and with past mails.
    """
    as_written = replace(mix, drop_instruction=0.0, retrieved=1.0)
    found: dict[int, Contrast] = {}
    for one in preferences:
        if one.mail.account in authors:
            pair = Pair(one.mail, one.instruction, typed=True)
            chosen = _sample(pair, authors[one.mail.account], briefing, as_written, 0)
            found[one.mark_id] = Contrast(chosen, replace(chosen, completion=one.draft))
    return found


def letter_of(mail: Mail, instruction: str, author: str) -> Letter:
    """A sent mail as it was before it was written."""
    return Letter(mail.account, author, mail.recipients, mail.subject, mail.thread, instruction)


def _chance(mix: Mix, mail_id: int, what: str, reading: int) -> Random:
    """Chance of this mail's own."""
    return Random(f"{mix.seed}/{mail_id}/{what}/{reading}")  # noqa: S311 - no secret
