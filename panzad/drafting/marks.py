"""Decides what a look at the marks means: pure, a truth table.

| on the server        | on record                       | first look | then                       |
|----------------------|---------------------------------|------------|----------------------------|
| marked               | nothing                         | yes        | ignored: it stood there    |
|                      |                                 |            | before panzad              |
| marked               | nothing                         | no         | a new mark                 |
| marked               | its place is marked still       | either     | as it is                   |
| marked               | its place is not marked any     | either     | the record moves with the  |
|                      | more, or the mail vanished      |            | mail                       |
| marked nowhere       | unwritten                       | either     | cancelled                  |
| marked nowhere       | under way or finished           | either     | left: marking it again     |
|                      |                                 |            | asks anew                  |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

CANCELLABLE = frozenset({"marked", "gathered", "written"})


@dataclass(frozen=True, slots=True)
class Marked:
    """A mail that carries the mark now."""

    uid: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Look:
    """What carries the mark in one folder now, by UID.

    `first` says that the folder was never looked at for this mark before; `gone` are UIDs of
    records whose mails are not in the folder any more, marked or not.
    """

    folder: str
    uidvalidity: int
    marked: tuple[Marked, ...]
    first: bool = False
    gone: frozenset[int] = frozenset()


class OnRecord(Protocol):
    """What the planner reads of a mark's row."""

    @property
    def id(self) -> int: ...
    @property
    def folder(self) -> str: ...
    @property
    def uidvalidity(self) -> int: ...
    @property
    def uid(self) -> int: ...
    @property
    def message_id(self) -> str: ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Add:
    """Put a mark on record, in state `marked` or `ignored`."""

    folder: str
    uidvalidity: int
    marked: Marked
    state: str


@dataclass(frozen=True, slots=True)
class Move:
    """The marked mail lies in this folder under this UID now."""

    mark_id: int
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Leave:
    """The mark is gone; `cancel` says that its draft is not wanted any more.

    `vanished`: the mail went from the folder with its mark on, and may come up in another.
    """

    mark_id: int
    cancel: bool
    vanished: bool = False


Action = Add | Move | Leave


def plan(
    looks: Sequence[Look], present: Sequence[OnRecord], vanished: Sequence[OnRecord] = ()
) -> list[Action]:
    """What to do about the marks as they stand in all folders of one kind.

    `present` are the account's marks that stood on the server at the last look, in any folder;
    `vanished` those whose mails went from their folders, oldest first.
    """
    places = {(look.folder, look.uidvalidity, mail.uid) for look in looks for mail in look.marked}
    by_id = {mark.message_id: mark for mark in (*vanished, *present)}
    here = {mark.id for mark in present}
    actions: list[Action] = []
    settled: set[str] = set()
    for look in looks:
        for mail in look.marked:
            if mail.message_id in settled:
                continue
            settled.add(mail.message_id)
            known = by_id.get(mail.message_id)
            if known is None:
                state = "ignored" if look.first else "marked"
                actions.append(Add(look.folder, look.uidvalidity, mail, state))
            # A mail may be marked twice; the record stays with the copy that it names.
            elif known.id not in here or _place(known) not in places:
                actions.append(Move(known.id, look.folder, look.uidvalidity, mail.uid))
    looked = {look.folder: look for look in looks}
    return actions + [
        _left(mark, looked[mark.folder])
        for mark in present
        if mark.folder in looked and mark.message_id not in settled
    ]


def _left(mark: OnRecord, look: Look) -> Leave:
    return Leave(
        mark.id,
        cancel=mark.state in CANCELLABLE,
        vanished=mark.uidvalidity == look.uidvalidity and mark.uid in look.gone,
    )


def _place(mark: OnRecord) -> tuple[str, int, int]:
    return mark.folder, mark.uidvalidity, mark.uid
