"""Decides what a look at a folder's marks means: pure, a truth table of six lines.

| on the server | on record          | the first look | then                                  |
|---------------|--------------------|----------------|---------------------------------------|
| marked        | nothing            | yes            | ignored: it stood there before panzad |
| marked        | nothing            | no             | a new mark                            |
| marked        | present, elsewhere | either         | the mark moves with its mail          |
| marked        | handled elsewhere  | no             | ignored: the mail was moved           |
| not marked    | present, unwritten | either         | cancelled                             |
| not marked    | present, finished  | either         | left: marking it again asks anew      |
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

CANCELLABLE = frozenset({"marked", "gathered", "written"})


@dataclass(frozen=True, slots=True)
class Marked:
    """A mail that carries the mark now."""

    uid: int
    message_id: str


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

    marked: Marked
    state: str


@dataclass(frozen=True, slots=True)
class Move:
    """The marked mail lies in this folder under this UID now."""

    mark_id: int
    uid: int


@dataclass(frozen=True, slots=True)
class Leave:
    """The mark is gone; `cancel` says that its draft is not wanted any more."""

    mark_id: int
    cancel: bool


Action = Add | Move | Leave


def plan(
    folder: str,
    uidvalidity: int,
    marked: Sequence[Marked],
    present: Sequence[OnRecord],
    *,
    first_look: bool,
    handled_elsewhere: Collection[str] = (),
) -> list[Action]:
    """What to do about the marks that stand in `folder` now.

    `present` are the account's marks that stood on the server at the last look, in any folder;
    `handled_elsewhere` the ids of mails whose mark in another folder has had its draft.
    """
    by_id = {mark.message_id: mark for mark in present}
    standing = {mail.message_id for mail in marked}
    actions: list[Action] = []
    added: set[str] = set()
    for mail in marked:
        known = by_id.get(mail.message_id)
        if known is None:
            if mail.message_id not in added:
                old = first_look or mail.message_id in handled_elsewhere
                actions.append(Add(mail, "ignored" if old else "marked"))
                added.add(mail.message_id)
        elif _moved(known, folder, uidvalidity, mail, marked):
            actions.append(Move(known.id, mail.uid))
    actions += [
        Leave(mark.id, cancel=mark.state in CANCELLABLE)
        for mark in present
        if mark.folder == folder and mark.message_id not in standing
    ]
    return actions


def _moved(
    known: OnRecord, folder: str, uidvalidity: int, mail: Marked, marked: Sequence[Marked]
) -> bool:
    """Whether the record points to a place where the mail does not lie any more.

    A folder may hold the same mail twice; the record stays with the copy that it names.
    """
    if known.folder != folder or known.uidvalidity != uidvalidity:
        return True
    copies = {other.uid for other in marked if other.message_id == mail.message_id}
    return known.uid not in copies and mail.uid == min(copies)
