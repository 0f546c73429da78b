"""The life of a mark as a state machine: which state may follow which. Pure; `marks` holds to it.

A state says what has been done, the work between two of them has no state of its own: a mark that
is `marked` is being gathered, one that is `gathered` is being written. docs/drafts.md shows it.
"""

from __future__ import annotations

from collections.abc import Mapping

FIRST = frozenset({"marked", "ignored"})
_OUTCOMES = frozenset({"sent-unchanged", "sent-edited", "discarded", "answered-without"})

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "ignored": frozenset(),
    "marked": frozenset({"gathered", "cancelled", "refused", "failed"}),
    "gathered": frozenset({"written", "cancelled", "failed"}),
    "written": frozenset({"appending", "cancelled", "failed"}),
    # A draft that did not arrive is prepared again.
    "appending": frozenset({"appending", "appended", "cancelled", "failed"}),
    "appended": _OUTCOMES | {"stale"},
    "stale": _OUTCOMES,
    "sent-unchanged": frozenset(),
    "sent-edited": frozenset(),
    "discarded": frozenset(),
    "answered-without": frozenset(),
    "cancelled": frozenset(),
    "refused": frozenset(),
    "failed": frozenset(),
}

UNFINISHED = frozenset({"marked", "gathered", "written", "appending"})
# The draft lies in the mailbox, and what becomes of it is not known yet.
AWAITED = frozenset({"appended", "stale"})
USED = frozenset({"sent-unchanged", "sent-edited"})
UNUSED = frozenset({"discarded", "answered-without", "stale"})


class IllegalStep(Exception):
    """A defect of ours: no mark goes from the one state to the other."""


def check(before: str | None, after: str) -> None:
    """Raises IllegalStep unless a mark may go from `before` (None: it is new) to `after`."""
    if after not in (FIRST if before is None else TRANSITIONS[before]):
        raise IllegalStep(f"{before} to {after}")
