"""Makes a letter that is to be written into what the prompt is built from.

Drafts and training samples both pass through `brief`: for the same letter and the same past the
prompt is the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from panzad.engines.protocol import ChatMessage
from panzad.recall.query import query_of
from panzad.store.mails import Person, ThreadTurn
from panzad.store.search import PastMail
from panzad.writing.facts import masked
from panzad.writing.habits import NEWEST, Habits, Trait, expected_words, habits, trait_of
from panzad.writing.prompts import WritingTask, messages

if TYPE_CHECKING:
    from panzad.recall.retriever import Retriever


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be written, from a gathered mark or a mail that was sent.

    `recipients` are all who will read it; `thread` runs from the oldest mail to the one answered.
    """

    account: str
    author: str
    recipients: tuple[Person, ...]
    subject: str
    thread: tuple[ThreadTurn, ...]
    instruction: str

    @property
    def audience(self) -> tuple[str, ...]:
        """The addresses of all who will read it."""
        return tuple(person.email for person in self.recipients)

    @property
    def answered(self) -> str:
        """The text of the mail that it answers; empty for a new mail."""
        return self.thread[-1].text if self.thread else ""


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What of the past a mail that is written again may know: nothing later, not itself, no copy
    of it, none of the `hidden` ids."""

    before: str = ""
    mail_id: int = 0
    text: str = ""
    hidden: frozenset[int] = frozenset()


NOTHING_HIDDEN = Cutoff()


class Briefing:
    """Gathers for letters what the past says: similar mails, and how this user writes to whom.

    `count` gives a text's length in tokens of the model that is asked.
    """

    def __init__(self, retriever: Retriever, count: Callable[[str], int]) -> None:
        self._retriever = retriever
        self._count = count
        self._traits: dict[tuple[int, str], Trait] = {}

    def habits(self, letter: Letter, cutoff: Cutoff = NOTHING_HIDDEN) -> Habits:
        """How this user usually writes to the letter's recipients, in the thread's language."""
        known = self._retriever.past(letter.account, before=cutoff.before)
        past = [mail for mail in known if mail.id not in cutoff.hidden]
        to = [(one.name, one.email) for one in letter.recipients if one.field == "to"]
        people = frozenset(email.lower() for _, email in to)
        theirs = [mail for mail in past if mail.to == people][-NEWEST:]
        # Reading how a mail was written costs more than looking whom it went to.
        told = sorted({mail.id: mail for mail in (*past[-NEWEST:], *theirs)}.values(), key=_age)
        return habits([self._trait(mail, letter.author) for mail in told], to, letter.answered)

    def task(
        self,
        letter: Letter,
        examples: int,
        cutoff: Cutoff = NOTHING_HIDDEN,
        *,
        style: bool = False,
    ) -> WritingTask:
        """What the prompt is built from, with up to so many past mails as examples.

        With `style` they are chosen for a model that has not learnt how this user writes, and mails
        that others received may fill up their number, without their facts.
        """
        habit = self.habits(letter, cutoff)
        words = expected_words(habit, letter.instruction)
        found = self._retriever.examples(
            query_of(letter.subject, letter.answered, letter.instruction),
            letter.audience,
            examples,
            account=letter.account,
            before=cutoff.before,
            excluding=cutoff.hidden | {cutoff.mail_id},
            unlike=cutoff.text,
            words=words,
            style=style,
        )
        shown = [mail.own_text for mail in found]
        if style:
            others = self._retriever.lending_style(
                letter.audience,
                examples - len(found),
                account=letter.account,
                before=cutoff.before,
                excluding=cutoff.hidden | {cutoff.mail_id},
                unlike=cutoff.text,
                words=words,
            )
            shown += [_style_of(mail, letter.author) for mail in others]
        return WritingTask(
            author=letter.author,
            recipients=tuple(
                one.name for one in letter.recipients if one.name and one.field != "bcc"
            ),
            subject=letter.subject,
            thread=letter.thread,
            instruction=letter.instruction,
            examples=tuple(shown),
            language=habit.language,
            greeting=habit.greeting,
            sign_off=habit.sign_off,
            words=words,
        )

    def messages(self, task: WritingTask) -> tuple[ChatMessage, ...]:
        """The chat turns that ask the model for it."""
        return messages(task, self._count)

    def _trait(self, mail: PastMail, author: str) -> Trait:
        key = (mail.id, author)
        if key not in self._traits:
            self._traits[key] = trait_of(mail.to, mail.own_text, mail.language, author)
        return self._traits[key]


def _style_of(mail: PastMail, author: str) -> str:
    """A mail with all that it says of facts masked; the author's name stays."""
    people = [address.partition("@")[0] for address in mail.readers]
    return masked(mail.own_text, people=people, keep=[author])


def _age(mail: PastMail) -> tuple[str, int]:
    return mail.date, mail.id
