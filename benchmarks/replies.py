"""How well threads are found without ids, and whom and how a reply goes, against what was sent.

    python -m benchmarks.replies --data FOLDER

FOLDER holds `sent.mbox` and `inbox.mbox` of one person. Each reply is predicted from the mails
that the person had sent before it, as the daemon would have them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from panzad.drafting import habits
from panzad.drafting.gather import REPLIES_READ, recipients_of
from panzad.learning.intake import intake
from panzad.mail import mbox
from panzad.mail.compose import Placement
from panzad.mail.exclusion import Exclusions
from panzad.mail.extract import extract
from panzad.mail.identities import canonical, is_own
from panzad.mail.message import Address, Message
from panzad.mail.parse import parse
from panzad.mail.recipients import list_addresses, reply_recipients
from panzad.mail.sameness import author_of
from panzad.mail.subject import base_subject
from panzad.mail.thread import MAX_MAILS
from panzad.mail.threading import Links, Node
from panzad.store import folders, mails
from panzad.store.database import Database
from panzad.store.habits import replies

ACCOUNT = "benchmark"


@dataclass(frozen=True)
class Reply:
    """A sent mail and the mail that it answers."""

    raw: bytes
    message: Message
    parent: Message


@dataclass
class Tally:
    """How many of some predictions were right."""

    right: int = 0
    of: int = 0

    def count(self, right: bool) -> None:
        self.right += right
        self.of += 1

    def __str__(self) -> str:
        return f"{self.right} of {self.of} ({100 * self.right / max(self.of, 1):.1f} %)"


@dataclass
class Outcomes:
    """What is measured of one person's replies."""

    recipients: Tally = field(default_factory=Tally)
    always_author: Tally = field(default_factory=Tally)
    always_all: Tally = field(default_factory=Tally)
    place: Tally = field(default_factory=Tally)
    always_below: Tally = field(default_factory=Tally)


def main() -> None:
    """Print the figures for one person."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of sent.mbox, inbox.mbox")
    folder: Path = parser.parse_args().data
    sent = _read(folder / "sent.mbox")
    everybody = [message for _, message in (*sent, *_read(folder / "inbox.mbox"))]
    found = _by_ids(sent, everybody)
    print(f"{len(sent)} sent; {len(found)} replies name a mail at hand")
    if found:
        for name, count in _without_ids(found, everybody).items():
            print(f"  without ids the parent is {name}: {count}")
    else:
        found = _by_guess(sent, everybody)
        print(f"  by quote, subject and people {len(found)} replies have their parent")
    own = [Address("", email) for email in sorted({author_of(one).email for _, one in sent})]
    outcomes = _predicted(found, sent, own)
    print(f"  recipients by habit {outcomes.recipients}")
    print(f"  recipients, always the author alone {outcomes.always_author}")
    print(f"  recipients, always all {outcomes.always_all}")
    print(f"  place of the quote by habit {outcomes.place}")
    print(f"  place of the quote, always below the text {outcomes.always_below}")


def _read(path: Path) -> list[tuple[bytes, Message]]:
    with path.open("rb") as file:
        return [(raw, parse(raw)) for raw in mbox.messages(file)]


def _by_ids(sent: Sequence[tuple[bytes, Message]], everybody: Sequence[Message]) -> list[Reply]:
    by_id = {one.message_id: one for one in everybody}
    return [
        Reply(raw, message, by_id[above[-1]])
        for raw, message in sent
        if (above := message.references or message.in_reply_to) and above[-1] in by_id
    ]


def _by_guess(sent: Sequence[tuple[bytes, Message]], everybody: Sequence[Message]) -> list[Reply]:
    alike = _by_subject(everybody)
    found: list[Reply] = []
    for raw, message in sent:
        parent = _guess(message, alike)
        if parent is not None:
            found.append(Reply(raw, message, parent))
    return found


def _without_ids(found: Sequence[Reply], everybody: Sequence[Message]) -> dict[str, int]:
    """The parents that are found when In-Reply-To and References are taken out of every mail."""
    alike = _by_subject([_bare(one) for one in everybody])
    outcome = {"right": 0, "another mail": 0, "not found": 0}
    for reply in found:
        guess = _guess(_bare(reply.message), alike)
        if guess is None:
            outcome["not found"] += 1
        else:
            same = guess.message_id == reply.parent.message_id
            outcome["right" if same else "another mail"] += 1
    return outcome


def _bare(message: Message) -> Message:
    return replace(message, in_reply_to=(), references=())


def _by_subject(everybody: Sequence[Message]) -> dict[str, list[Node]]:
    """What SEARCH SUBJECT would give."""
    alike: dict[str, list[Node]] = {}
    for one in everybody:
        alike.setdefault(base_subject(one.subject).casefold(), []).append(Node.of(one))
    return alike


def _guess(message: Message, alike: dict[str, list[Node]]) -> Message | None:
    candidates = alike.get(base_subject(message.subject).casefold(), [])
    above = Links([Node.of(message), *candidates[-MAX_MAILS:]]).ancestors(message)
    return above[-1].message if above else None


def _predicted(
    found: Sequence[Reply], sent: Sequence[tuple[bytes, Message]], own: Sequence[Address]
) -> Outcomes:
    """Predict each reply to somebody else from what was sent before it."""
    emails = [one.email for one in own]
    wanted = {reply.raw: reply for reply in found if _answers(reply, emails)}
    outcomes = Outcomes()
    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "benchmark.db")
        place = folders.known(db, ACCOUNT, "Sent", "sent")
        for uid, (raw, message) in enumerate(sorted(sent, key=lambda one: _moment(one[1])), 1):
            if raw in wanted:
                _judge(db, wanted[raw], own, outcomes)
            with db.transaction() as tx:
                mails.store(
                    tx, ACCOUNT, place.id, uid, intake(raw, message.date, own, Exclusions())
                )
        db.close()
    return outcomes


def _answers(reply: Reply, own: Sequence[str]) -> bool:
    """Whether it reaches the other's author or list; a mail passed on to others does not."""
    parent = reply.parent
    asked = {canonical(one.email) for one in (*parent.from_, *parent.reply_to)}
    reached = {canonical(one.email) for one in (*reply.message.to, *reply.message.cc)}
    return not is_own(_email(parent), own) and bool(reached & (asked | list_addresses(parent)))


def _judge(db: Database, reply: Reply, own: Sequence[Address], outcomes: Outcomes) -> None:
    """Compare what habits say with what was sent."""
    known = replies(db, ACCOUNT, REPLIES_READ)
    reached = _reached(reply.message.to, reply.message.cc, own)
    for tally, predicted in (
        (
            outcomes.recipients,
            recipients_of(db, ACCOUNT, own, reply.parent, known, "auto"),
        ),
        (outcomes.always_author, reply_recipients(reply.parent, own, False)),
        (outcomes.always_all, reply_recipients(reply.parent, own, True)),
    ):
        tally.count(_reached(predicted.to, predicted.cc, own) == reached)
    predicted = recipients_of(db, ACCOUNT, own, reply.parent, known, "auto")
    actual = habits.PLACES.get(extract(reply.message).layout)
    if actual is not None:
        _count_place(outcomes, habits.quote_place(known, predicted.to), actual)


def _count_place(outcomes: Outcomes, predicted: Placement, actual: Placement) -> None:
    outcomes.place.count(predicted == actual)
    outcomes.always_below.count(actual == "below")


def _reached(
    to: Sequence[Address], cc: Sequence[Address], own: Sequence[Address]
) -> frozenset[str]:
    emails = [one.email for one in own]
    return frozenset(canonical(one.email) for one in (*to, *cc) if not is_own(one.email, emails))


def _email(message: Message) -> str:
    return author_of(message).email


def _moment(message: Message) -> float:
    return message.date.timestamp() if message.date else 0.0


if __name__ == "__main__":
    main()
