"""After too many unused drafts in a row only marks that can mean nothing else get one."""

from __future__ import annotations

import structlog

from panzad.errors import PanzadError
from panzad.mailbox import Mailbox
from panzad.store import drafts, marks, problems
from panzad.store.database import Database
from panzad.store.marks import Mark

log = structlog.get_logger("panzad.drafting")


def is_explicit(kind: str, mark: str, *, by_command: bool, again: bool) -> bool:
    """Whether a mark can only mean that a draft is wanted.

    A flag is put on mail for many reasons. A keyword or a folder named in the config (`mark`) is
    panzad's alone; so is a marked draft, a command, and a flag on a mail that had one before
    (`again`).
    """
    return kind == "instruction" or mark != "flag" or by_command or again


def why_held_back(db: Database, mailbox: Mailbox, mark: Mark, limit: int) -> str | None:
    """Why a mark gets no draft after so many unused ones; None when it gets one."""
    if is_explicit(
        mark.kind,
        mailbox.account.mark,
        by_command=not mark.present,
        again=marks.asked_before(db, mark),
    ):
        return None
    unused = drafts.unused_in_a_row(db, mailbox.name)
    if not _too_many(unused, limit):
        return None
    return f"the last {unused} drafts were not used: flag it again for a draft"


def tell(db: Database, mailbox: Mailbox, limit: int) -> None:
    """Say that the drafts go unused, once, or that they are used again."""
    scope = f"unused:{mailbox.name}"
    unused = drafts.unused_in_a_row(db, mailbox.name)
    if not _too_many(unused, limit):
        problems.clear(db, scope)
    elif all(one.scope != scope for one in problems.listed(db)):
        with db.transaction() as tx:
            problems.report(tx, scope, _warning(unused, mailbox.account.mark))
        log.warning("drafts.unused", account=mailbox.name, in_a_row=unused)


def _warning(unused: int, mark: str) -> PanzadError:
    remedy = (
        "plain flags get no draft until one is used; flag a mail a second time, flag a draft of"
        " your own with what to say, or use `panzad draft`"
        if mark == "flag"
        else "mark less, or see docs/drafts.md for what makes drafts better"
    )
    return PanzadError(f"the last {unused} drafts were not used", remedy)


def _too_many(unused: int, limit: int) -> bool:
    return bool(limit) and unused >= limit
