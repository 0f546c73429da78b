"""Tells what became of a draft, from what lies in Drafts and what was sent: pure.

| the draft lies in Drafts | an answer was sent                       | what became of it          |
|--------------------------|------------------------------------------|----------------------------|
| either                   | under its id, or made from its words     | sent, unchanged or edited  |
| untouched, or missing    | in other words, to some of its people    | answered without it        |
| edited                   | in other words                           | awaited: it is worked on   |
| no more, for a day       | none                                     | discarded                  |
| for `STALE` or longer    | none                                     | stale; awaited all the same|

A draft that is not found is in doubt: a client that saves it anew takes the old one away first, and
one that sends later keeps it elsewhere. So it is missing before it is discarded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Literal

GRACE = timedelta(days=1)
STALE = timedelta(days=30)
# Unrelated mails of one person are further from each other than this (docs/drafts.md has the
# figures); a mail that names no mail that it answers has to be nearer to the draft.
REWRITTEN = 0.65
ALIKE = 0.4
# The comparison is quadratic; no draft is as long.
_WORDS = 600

# Where the draft is: as it was appended; there, but edited or not to be told; not there; not known.
Place = Literal["untouched", "standing", "missing", "unknown"]
# How much that speaks against its having been sent.
_STILL_THERE: Mapping[Place, int] = {"missing": 0, "unknown": 1, "standing": 1, "untouched": 2}


@dataclass(frozen=True, slots=True)
class Pending:
    """A draft of ours whose outcome is awaited.

    `answers` is the id of the mail that it answers, `audience` whom it goes to; `asked` is when its
    mail was marked.
    """

    mark_id: int
    message_id: str
    answers: str | None
    audience: frozenset[str]
    text: str
    asked: datetime
    appended: datetime
    place: Place
    missing_since: datetime | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that the user sent. `claimed`: it is known which draft it was."""

    mail_id: int
    message_id: str
    parents: tuple[str, ...]
    recipients: frozenset[str]
    text: str
    date: datetime
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """A mail in Drafts that is newer than a draft of ours; `mark_id` as its X-Panzad says.

    `text` is empty where its headers say what it is.
    """

    message_id: str | None
    in_reply_to: tuple[str, ...]
    text: str
    mark_id: int | None


@dataclass(frozen=True, slots=True)
class Became:
    """The state that a mark goes to; `distance` is the share of words changed, None if unknown."""

    mark_id: int
    state: str
    mail_id: int | None = None
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """The draft is not found since `since`; None: it is found again."""

    mark_id: int
    since: datetime | None


Decision = Became | Missing


def distance(draft: str, sent: str) -> float:
    """The share of words changed between two texts: 0 for the same words, 1 for no word in common.

    Counted by difflib's edit script over words, of the longer text.
    """
    one, two = draft.split(), sent.split()
    if one == two:
        return 0.0
    steps = SequenceMatcher(None, one[:_WORDS], two[:_WORDS], autojunk=False).get_opcodes()
    changed = sum(max(b - a, d - c) for what, a, b, c, d in steps if what != "equal")
    changed += max(len(one[_WORDS:]), len(two[_WORDS:]))
    return min(1.0, max(1, changed) / max(len(one), len(two)))


def is_edit_of(draft: Pending, saved: Saved) -> bool:
    """Whether a mail in Drafts is this draft, saved again.

    Thunderbird gives it a new Message-ID and drops X-Panzad, but keeps In-Reply-To.
    """
    if saved.mark_id is not None:
        return saved.mark_id == draft.mark_id
    if saved.message_id == draft.message_id or draft.answers in saved.in_reply_to:
        return True
    return bool(saved.text) and distance(draft.text, saved.text) <= ALIKE


def decide(drafts: Sequence[Pending], sent: Sequence[Sent], now: datetime) -> list[Decision]:
    """What is to be put on record of these drafts; nothing for those that wait as they are."""
    used = {one.mark_id: one for one in _used(drafts, sent)}
    decisions: list[Decision] = []
    for draft in drafts:
        made = used.get(draft.mark_id) or _answered(draft, sent) or _by_place(draft, now)
        if made is not None:
            decisions.append(made)
    return decisions


def _used(drafts: Sequence[Pending], sent: Sequence[Sent]) -> Iterator[Became]:
    """Which draft became which mail: each at most one of the others, the nearest first.

    Of two versions for one mail that one was sent which is nearer to what was; of two that say the
    same, rather one that is not in Drafts any more, and rather one that was edited there than one
    that lies there as it was.
    """
    links = sorted(
        (
            (
                draft.message_id != mail.message_id,
                far,
                _STILL_THERE[draft.place],
                draft.mark_id,
                mail.mail_id,
            )
            for draft in drafts
            for mail in sent
            if not mail.claimed
            for far in _link(draft, mail)
        ),
    )
    unread = {mail.mail_id for mail in sent if not mail.text}
    taken: set[int] = set()
    found: set[int] = set()
    for _, far, _, mark_id, mail_id in links:
        if mark_id in found or mail_id in taken:
            continue
        found.add(mark_id)
        taken.add(mail_id)
        state = "sent-edited" if far else "sent-unchanged"
        yield Became(mark_id, state, mail_id, None if mail_id in unread else far)


def _link(draft: Pending, mail: Sent) -> Iterator[float]:
    """How far a sent mail is from the draft that it was made from; nothing if it was not."""
    if mail.message_id == draft.message_id:
        yield distance(draft.text, mail.text)
        return
    if mail.date < draft.asked or not mail.text:
        return
    parent = next(iter(mail.parents), None)
    answers_it = draft.answers is not None and parent == draft.answers
    elsewhere = None not in (draft.answers, parent) and not answers_it
    if elsewhere or (not answers_it and not draft.audience & mail.recipients):
        return
    far = distance(draft.text, mail.text)
    if far <= (REWRITTEN if answers_it else ALIKE):
        yield far


def _answered(draft: Pending, sent: Sequence[Sent]) -> Became | None:
    """The user has answered in other words. A mail passed on to others is no answer."""
    if draft.answers is None or draft.place in ("standing", "unknown"):
        return None
    if draft.place == "missing" and draft.missing_since is None:
        return None  # It may just be on its way from Drafts to Sent, after an earlier answer.
    for mail in sent:
        if (
            mail.date >= draft.asked
            and mail.parents[:1] == (draft.answers,)
            and draft.audience & mail.recipients
        ):
            far = distance(draft.text, mail.text) if mail.text else None
            return Became(draft.mark_id, "answered-without", mail.mail_id, far)
    return None


def _by_place(draft: Pending, now: datetime) -> Decision | None:
    """What the Drafts folder alone tells."""
    if draft.place == "unknown":
        return None
    if draft.place == "missing":
        if draft.missing_since is None:
            return Missing(draft.mark_id, now)
        if now - draft.missing_since >= GRACE:
            return Became(draft.mark_id, "discarded")
        return None
    if draft.missing_since is not None:
        return Missing(draft.mark_id, None)
    if not draft.stale and now - draft.appended >= STALE:
        return Became(draft.mark_id, "stale")
    return None
