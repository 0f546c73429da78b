"""Takes unmarked signatures off the stored mails, once enough of them show what repeats."""

from __future__ import annotations

from collections.abc import Sequence

from panzad.mail.message import Address
from panzad.mail.signatures import name_words, repeated, without_repeated
from panzad.store import mails, problems
from panzad.store.database import Database
from panzad.store.mails import OwnText

# A signature older than these has gone out of use; the newest tell what is in use now.
LEARNT_FROM = 2_000
BATCH = 200


def strip_repeated(db: Database, account: str, identities: Sequence[Address]) -> int:
    """Take what repeats under an account's mails off those that came in since the last time.

    `identities` are the user's own addresses and name. The newest mails are looked at again with
    every new one: what was chance at first may have become a habit. Each batch is one
    transaction, and the note of how far this came is written last; being killed costs only a
    repetition. Returns how many mails lost a signature.
    """
    note = f"signatures:{account}"
    newest = mails.newest_id(db, account)
    done = int(problems.noted(db, note) or 0)
    if newest <= done:
        return 0
    lines = repeated(_as_sent(one) for one in mails.own_texts(db, account, LEARNT_FROM))
    names = name_words(identities)
    looked_at = changed = 0
    before = newest + 1
    while batch := mails.own_texts(db, account, BATCH, before):
        before = batch[-1].mail_id
        changed += _strip(db, batch, lines, names)
        looked_at += len(batch)
        if before <= done and looked_at >= LEARNT_FROM:
            break
    with db.transaction() as tx:
        problems.note(tx, note, str(newest))
    return changed


def _as_sent(one: OwnText) -> str:
    """With its signature under it: what was taken off the other mails still tells what repeats."""
    return f"{one.text}\n{one.signature}"


def _strip(db: Database, batch: list[OwnText], lines: frozenset[str], names: frozenset[str]) -> int:
    found = [(one, *without_repeated(one.text, lines, names)) for one in batch]
    signed = [(one, own, signature) for one, own, signature in found if signature]
    if signed:
        with db.transaction() as tx:
            for one, own, signature in signed:
                under = f"{signature}\n{one.signature}" if one.signature else signature
                mails.keep_signature(tx, one.mail_id, own, under)
    return len(signed)
