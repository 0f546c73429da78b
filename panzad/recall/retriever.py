"""Chooses past mails of the user's own that a draft may draw on, by its sharing rule.

A past mail lends its content only to people who were part of it (or share its domain): what was
written to one person must not turn up in a draft to another (FIELD-NOTES, EchoLeak).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from panzad.recall.embedder import Embedder
from panzad.recall.index import Index
from panzad.store import mails
from panzad.store.database import Database
from panzad.store.mails import Mail

Share = Literal["participants", "domain", "all"]

# How many neighbours are looked at first, and how much wider each further look is.
POOL = 50
WIDER = 8

# Sharing a public provider does not make two people colleagues.
PUBLIC_DOMAINS = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com aol.com
    icloud.com me.com mac.com proton.me protonmail.com gmx.de gmx.net gmx.com web.de t-online.de
    mail.ru yandex.ru yandex.com qq.com 163.com 126.com fastmail.com mail.com zoho.com orange.fr
    free.fr laposte.net libero.it wp.pl o2.pl seznam.cz
    """.split()  # noqa: SIM905
)


def may_lend(mail: Mail, audience: Collection[str], share: Share) -> bool:
    """Whether a past mail may be shown to the model when it writes to `audience` (addresses)."""
    if share == "all":
        return True
    took_part = {person.email.lower() for person in mail.recipients}
    took_part |= {turn.email.lower() for turn in mail.thread if turn.email}
    readers = {address.lower() for address in audience}
    if not readers:
        return False
    if share == "participants":
        return readers <= took_part
    domains = {address.rpartition("@")[2] for address in took_part} - PUBLIC_DOMAINS
    return all(reader in took_part or reader.rpartition("@")[2] in domains for reader in readers)


def text_of(mail: Mail) -> str:
    """What of a mail is embedded: its subject, what it answers, its own words."""
    answered = mail.thread[-1].text[:500] if mail.thread else ""
    return "\n".join(part for part in (mail.subject, answered, mail.own_text) if part)


class Retriever:
    """Finds examples for a draft among the learnt mails."""

    def __init__(self, db: Database, index: Index, embedder: Embedder, share: Share) -> None:
        self._db = db
        self._index = index
        self._embedder = embedder
        self._share: Share = share

    def examples(
        self, query: str, audience: Collection[str], count: int, *, account: str
    ) -> list[Mail]:
        """Up to `count` mails of this account that may be shown, the most similar first.

        The few mails to one person may lie far from the query among thousands to others, so the
        search widens until there are enough or all mails have been looked at.
        """
        if count == 0 or len(self._index) == 0:
            return []
        [vector] = self._embedder.embed([query])
        found: dict[int, Mail] = {}
        looked_at: set[int] = set()
        pool = POOL
        while True:
            for hit in self._index.search(vector, pool):
                if hit.mail_id in looked_at:
                    continue
                looked_at.add(hit.mail_id)
                mail = mails.get(self._db, hit.mail_id)
                if mail and mail.account == account and may_lend(mail, audience, self._share):
                    found[mail.id] = mail
                if len(found) == count:
                    return list(found.values())
            if pool >= len(self._index):
                return list(found.values())
            pool *= WIDER
