"""What a mail is learnt beside: nothing of its moment or later, nothing that says the same."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from panzad.learning.samples import READINGS, Mix, samples
from panzad.recall.ranking import near_copy
from panzad.store import pairs
from panzad.store.mails import Person, ThreadTurn
from panzad.writing.brief import Briefing
from tests.learning.test_samples import Box, words

READERS = tuple(Person("to", name.title(), f"{name}@a.example") for name in ("bob", "eve", "zoe"))
# Mails of one row say the same; a long one may be changed a little or written to somebody else.
LONG = (
    "the boat leaves on monday at nine from the old pier bring oars and rope",
    "our garden needs forty bags of soil before the roses come next week please order",
    "could you send me last year's figures for the mill so that we can close the books",
)
SHORT = ("Thanks, that helps!", "Not today.", "See you there.")
CHANGES = (
    "{}",
    "{}\n",
    "Dear Maria, {}",
    "{} and please tell the others who could not come about all of it as well",
)
TEXTS = st.one_of(
    st.sampled_from(SHORT).map(lambda text: (text, text)),
    st.tuples(st.sampled_from(LONG), st.sampled_from(CHANGES)).map(
        lambda drawn: (drawn[0], drawn[1].format(drawn[0]))
    ),
    # A mail that is like no other.
    st.integers(0, 99).map(lambda n: (f"n{n}", " ".join(f"word{n}x{at}" for at in range(12)))),
)


@dataclass(frozen=True)
class Sent:
    """A sent mail: its row, its text, its readers, its minute, and which mail it goes on from."""

    row: str
    text: str
    to: tuple[Person, ...]
    minute: int
    follows: int | None

    @property
    def readers(self) -> set[str]:
        return {one.email for one in self.to}


@st.composite
def mailboxes(draw: st.DrawFn) -> list[Sent]:
    """Sent mails in any order of time, some of one moment, some in one thread."""
    sent: list[Sent] = []
    for _ in range(draw(st.integers(2, 9))):
        row, text = draw(TEXTS)
        to = draw(st.lists(st.sampled_from(READERS), min_size=1, unique=True))
        minute = draw(st.integers(0, 9))
        older = [at for at, one in enumerate(sent) if one.minute < minute]
        follows = draw(st.sampled_from([None, *older]))
        sent.append(Sent(row, text, tuple(to), minute, follows))
    return sent


def thread_before(sent: list[Sent], one: Sent) -> tuple[ThreadTurn, ...]:
    """What was said before in the thread of a mail: the user's own mails among it."""
    if one.follows is None:
        return ()
    parent = sent[one.follows]
    question = ThreadTurn("Bob", "bob@a.example", "", f"And what of minute {one.minute}?")
    said = ThreadTurn("Ann Lee", "ann@own.example", "", parent.text)
    return (*thread_before(sent, parent), said, question)


def shown(prompt: str) -> list[str]:
    """The past mails in a prompt."""
    _, found, rest = prompt.partition("Mails I wrote before:\n---\n")
    return rest.partition("\n---\n\n")[0].split("\n---\n") if found else []


@settings(max_examples=60, deadline=None)
@given(mailboxes(), st.integers(0, 9))
def test_no_prompt_shows_the_mail_a_copy_of_it_or_what_came_with_or_after_it(
    sent: list[Sent], seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        box = Box(Path(folder))
        ids = [
            box.add(
                one.text,
                *one.to,
                thread=thread_before(sent, one),
                date=f"2026-05-01T10:{one.minute:02}:00+00:00",
            )
            for one in sent
        ]
        # As many examples as there are mails: whatever may be shown is shown.
        mix = Mix(drop_instruction=0.3, retrieved=1, examples=len(sent), seed=seed)
        briefing = Briefing(box.retriever, words)
        learnt = samples(pairs.finished(box.db), {"work": "Ann Lee"}, briefing, mix, READINGS)
        box.db.close()
    assert sorted(one.mail_id for one in learnt) == ids
    for sample in learnt:
        mail = sent[ids.index(sample.mail_id)]
        older = [one for one in sent if one.minute < mail.minute]
        lenders = [one for one in older if mail.readers <= one.readers]
        known = {mail.row, *(one.row for one in older)}
        for epoch in range(READINGS):
            prompt = sample.of_epoch(epoch).messages[1].content
            assert not [one for one in sent if one.row not in known and one.text in prompt]
            texts = shown(prompt)
            for text in texts:
                rows = {one.row for one in lenders if one.text.strip() == text}
                assert rows
                assert mail.row not in rows
            for one in lenders:
                assert near_copy(one.text, [*texts, mail.text])
