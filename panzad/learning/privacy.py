"""Brings what is stored under the user's exclusions and under the rules for secrets.

New mail is judged when it is taken in. What was stored before the config said so, or before the
rules knew a secret, is judged here: before every sync, lesson, training and draft, at no cost when
nothing has changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import structlog

from panzad.config import Privacy
from panzad.learning import forgetting
from panzad.learning.intake import EXCLUDED, SECRET, is_excluded, is_secret, learnable
from panzad.mail.exclusion import Exclusions
from panzad.mail.sensitive import masked
from panzad.store import drafts, mails, pairs, problems, search
from panzad.store.database import Database
from panzad.store.drafts import Kept
from panzad.store.mails import Mail, ThreadTurn

# Raised when `panzad.mail.sensitive` learns to find more, or is asked about more (2: signatures):
# what is stored is masked again.
RULES = 2
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
    next sync. An instruction that says what is excluded, as only the user's own can where the mail
    does not, is made again. The note of how far this came is committed with each batch: a kill
    costs nothing.
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
        asked = pairs.instructions(db, [mail.id for mail in batch])
        verdicts = [
            (mail.id, verdict)
            for mail in batch
            if (verdict := _judged(mail, asked.get(mail.id, ""), exclusions)) is not None
        ]
        with db.transaction() as tx:
            for mail_id, verdict in verdicts:
                match verdict:
                    case str(reason):
                        mails.withdraw(tx, mail_id, reason)
                    case _Revised(subject, own_text, thread, signature):
                        mails.revise(tx, mail_id, subject, own_text, thread)
                        mails.keep_signature(tx, mail_id, own_text, signature)
                    case _Trimmed(own_text, signature, ask_anew):
                        mails.keep_signature(tx, mail_id, own_text, signature)
                        if ask_anew:
                            pairs.begin_anew(tx, mail_id)
            changed += len(verdicts)
            if verdicts:
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
    """What of a mail may be learnt; what a model is shown of it has changed."""

    subject: str
    own_text: str
    thread: tuple[ThreadTurn, ...]
    signature: str


@dataclass(frozen=True, slots=True)
class _Trimmed:
    """Of a mail that is right itself: what may stand under it, and whether its instruction may
    not be kept."""

    own_text: str
    signature: str
    ask_anew: bool


_Verdict = str | _Revised | _Trimmed


def _noted(db: Database) -> _Note | None:
    noted = problems.noted(db, NOTE)
    if noted is None:
        return None
    rules, privacy, up_to = json.loads(noted)
    return _Note(_Wanted(rules, privacy), up_to)


def _dumped(note: _Note) -> str:
    return json.dumps([note.wanted.rules, note.wanted.privacy, note.up_to])


def _begin(db: Database, wanted: _Wanted, privacy: Privacy, before: _Note | None) -> _Note:
    """Start from the first mail: under other exclusions other mails are out.

    Drafts are judged here, all at once. One that comes later is judged when it is found out what
    became of it (`panzad.drafting.followup`), before which nothing is learnt from it.
    """
    note = _Note(wanted, 0)
    exclusions = exclusions_of(privacy)
    old = json.loads(before.wanted.privacy)["exclude_folders"] if before else []
    with db.transaction() as tx:
        mails.forget_unused(tx, EXCLUDED)
        if old != [*privacy.exclude_folders]:
            mails.want_threads_again(tx)
        for draft in drafts.kept(db):
            if draft_is_excluded(draft, exclusions):
                drafts.forget(tx, draft.mark_id)
        problems.note(tx, NOTE, _dumped(note))
    return note


def draft_is_excluded(draft: Kept, exclusions: Exclusions) -> bool:
    """Whether a draft went to somebody excluded, or says what is."""
    return any(map(exclusions.person, draft.audience)) or any(map(exclusions.text, draft.texts))


def _judged(mail: Mail, instruction: str, exclusions: Exclusions) -> _Verdict | None:
    """Why a mail may not be learnt from any more, or what of it may; None when it is right."""
    if is_excluded(exclusions, mail.recipients, (mail.subject, mail.own_text)):
        return EXCLUDED
    before = _Revised(mail.subject, mail.own_text, mail.thread, mail.manner.signature)
    revised = _Revised(
        masked(mail.subject),
        masked(mail.own_text),
        learnable(mail.thread, exclusions),
        masked(mail.manner.signature),
    )
    if is_secret(revised.own_text):
        return SECRET
    if replace(revised, signature=before.signature) != before:
        return revised
    ask_anew = exclusions.text(instruction) or masked(instruction) != instruction
    if ask_anew or revised != before:
        return _Trimmed(revised.own_text, revised.signature, ask_anew)
    return None
