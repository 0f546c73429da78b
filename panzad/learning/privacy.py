"""Brings what is stored under the user's exclusions and under the rules for secrets.

New mail is judged when it is taken in. What was stored before the config said so, or before the
rules knew a secret, is judged here: before every sync, lesson, training and draft, at no cost when
nothing has changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import structlog

from panzad.config import Privacy
from panzad.learning import forgetting
from panzad.learning.intake import EXCLUDED, SECRET, is_excluded, is_secret, learnable
from panzad.mail.exclusion import Exclusions
from panzad.mail.sensitive import masked
from panzad.store import mails, problems, search
from panzad.store.database import Database
from panzad.store.mails import Mail, ThreadTurn

# Raised when `panzad.mail.sensitive` learns to find more: what is stored is masked again.
RULES = 1
BATCH = 200
NOTE = "privacy"

log = structlog.get_logger("panzad.learning")


def exclusions_of(privacy: Privacy) -> Exclusions:
    """The exclusions of a config."""
    return Exclusions(privacy.exclude_people, privacy.exclude_folders, privacy.exclude_words)


def enforce(db: Database, privacy: Privacy) -> int:
    """Judge the stored mails that this config has not judged yet; returns how many changed.

    A `panzad forget` that was cut off is brought to its end first.

    What is excluded leaves with its instruction and vector; what no longer is comes back with the
    next sync. The note of how far this came is committed with each batch: a kill costs nothing.
    """
    forgetting.finish(db)
    exclusions = exclusions_of(privacy)
    wanted = _Wanted(RULES, privacy.model_dump_json())
    note = _noted(db)
    if note is None or note.wanted != wanted:
        note = _begin(db, wanted, privacy, note)
    changed = 0
    up_to = note.up_to
    while batch := mails.usable_after(db, up_to, BATCH):
        up_to = batch[-1].id
        verdicts = [(mail.id, _judged(mail, exclusions)) for mail in batch]
        with db.transaction() as tx:
            for mail_id, verdict in verdicts:
                match verdict:
                    case str(reason):
                        mails.withdraw(tx, mail_id, reason)
                    case _Revised(subject, own_text, thread):
                        mails.revise(tx, mail_id, subject, own_text, thread)
                    case None:
                        continue
                changed += 1
            if any(verdict is not None for _, verdict in verdicts):
                search.forget(tx)
            problems.note(tx, NOTE, _dumped(_Note(wanted, up_to)))
    if changed:
        log.info("privacy.enforced", mails=changed)
    return changed


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the mails are judged by: the version of the rules and the exclusions, as JSON."""

    rules: int
    privacy: str


@dataclass(frozen=True, slots=True)
class _Note:
    """By what the mails with ids up to `up_to` have been judged."""

    wanted: _Wanted
    up_to: int


@dataclass(frozen=True, slots=True)
class _Revised:
    subject: str
    own_text: str
    thread: tuple[ThreadTurn, ...]


def _noted(db: Database) -> _Note | None:
    noted = problems.noted(db, NOTE)
    if noted is None:
        return None
    rules, privacy, up_to = json.loads(noted)
    return _Note(_Wanted(rules, privacy), up_to)


def _dumped(note: _Note) -> str:
    return json.dumps([note.wanted.rules, note.wanted.privacy, note.up_to])


def _begin(db: Database, wanted: _Wanted, privacy: Privacy, before: _Note | None) -> _Note:
    """Start from the first mail: under other exclusions other mails are out."""
    note = _Note(wanted, 0)
    old = json.loads(before.wanted.privacy)["exclude_folders"] if before else []
    with db.transaction() as tx:
        mails.forget_unused(tx, EXCLUDED)
        if old != [*privacy.exclude_folders]:
            mails.want_threads_again(tx)
        problems.note(tx, NOTE, _dumped(note))
    return note


def _judged(mail: Mail, exclusions: Exclusions) -> str | _Revised | None:
    """Why a mail may not be learnt from any more, or what of it may; None when it is right."""
    if is_excluded(exclusions, mail.recipients, (mail.subject, mail.own_text)):
        return EXCLUDED
    revised = _Revised(
        masked(mail.subject), masked(mail.own_text), learnable(mail.thread, exclusions)
    )
    if is_secret(revised.own_text):
        return SECRET
    if revised == _Revised(mail.subject, mail.own_text, mail.thread):
        return None
    return revised
