"""All that a draft needs, gathered once from the mailbox and kept with its mark."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from panzad.mail.message import Address
from panzad.store.mails import ThreadTurn


@dataclass(frozen=True, slots=True)
class Original:
    """The mail that is answered, as it is quoted below the reply."""

    author: Address
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class DraftTask:
    """What to write and how to address it; recipients and headers never come from the model.

    `thread` runs from the oldest mail to the one answered; `author` is the user.
    """

    author: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    in_reply_to: str | None
    references: tuple[str, ...]
    thread: tuple[ThreadTurn, ...]
    original: Original | None
    instruction: str

    @property
    def audience(self) -> tuple[str, ...]:
        """The addresses of everybody who would read the draft."""
        return tuple(person.email for person in (*self.to, *self.cc))


_TASK = TypeAdapter(DraftTask)


def dumped(task: DraftTask) -> str:
    """The task as JSON, for its mark's row."""
    return _TASK.dump_json(task).decode()


def loaded(text: str) -> DraftTask:
    """The task out of a mark's row."""
    return _TASK.validate_json(text)
