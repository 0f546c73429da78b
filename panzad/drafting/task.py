"""All that a draft needs, gathered once from the mailbox and kept with its mark."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from panzad.mail.compose import Arrangement
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

    `thread` runs from the oldest mail to the one answered; `author` is the user. `note` is for
    the user to read: what about this draft is not plain.
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
    arrangement: Arrangement = field(default_factory=Arrangement)
    note: str = ""

    @property
    def audience(self) -> tuple[str, ...]:
        """The addresses of everybody who would read the draft."""
        return tuple(person.email for person in (*self.to, *self.cc))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command says about the draft that it asks for, kept with the mark until gathered.

    `force` drafts an answer to what gets none by itself: automatic mail, lists, old mail.
    """

    instruction: str = ""
    force: bool = False


_TASK = TypeAdapter(DraftTask)
_ASKED = TypeAdapter(Asked)


def dumped(task: DraftTask) -> str:
    """The task as JSON, for its mark's row."""
    return _TASK.dump_json(task).decode()


def loaded(text: str) -> DraftTask:
    """The task out of a mark's row."""
    return _TASK.validate_json(text)


def dumped_request(asked: Asked) -> str:
    """The request as JSON, for its mark's row."""
    return _ASKED.dump_json(asked).decode()


def loaded_request(text: str) -> Asked:
    """The request out of a mark's row."""
    return _ASKED.validate_json(text)
