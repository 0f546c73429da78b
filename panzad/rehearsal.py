"""Sent mails written again, as if they had just been asked for: `panzad draft` without its mailbox.

No draft is shown a mail that is hidden, nor one that is as new as the mail to be written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from panzad.config import Config
from panzad.drafting.task import DraftTask
from panzad.drafting.write import write
from panzad.evaluation.experiments import Answer
from panzad.evaluation.tapped import Tapped
from panzad.mail.message import Address
from panzad.recall.retriever import Retriever
from panzad.store.mails import Mail
from panzad.store.pairs import Pair
from panzad.store.search import PastMail


class Rehearsal:
    """Writes mails of the configured accounts again by the function that writes drafts."""

    def __init__(self, config: Config, retriever: Retriever, hidden: Iterable[int]) -> None:
        """`hidden` are the ids of the mails that no draft may know: those held out."""
        self._config = config
        self._retriever = retriever
        self._hidden = frozenset(hidden)

    def write(
        self,
        pair: Pair,
        instruction: str,
        engine: Tapped,
        *,
        adapter: bool,
        retrieval: bool = True,
    ) -> Answer:
        """The draft of a mail by this instruction, with past mails shown or without."""
        account = self._config.accounts[pair.mail.account]
        written = write(
            _task(pair.mail, instruction, Address(account.name, account.address)),
            engine,
            _Earlier(self._retriever, pair.mail, self._hidden),  # pyright: ignore[reportArgumentType]
            account=pair.mail.account,
            examples=self._config.retrieval.examples if retrieval else 0,
            signature=account.signature,
            grounding=self._config.drafts.grounding,
            adapter=adapter,
        )
        return Answer(written.text, engine.asked, written.seconds)


class _Earlier:
    """The retriever as it was before a mail was written, without the hidden mails."""

    def __init__(self, retriever: Retriever, mail: Mail, hidden: frozenset[int]) -> None:
        self._retriever = retriever
        self._mail = mail
        self._hidden = hidden

    def past(self, account: str, *, before: str = "") -> list[PastMail]:
        found = self._retriever.past(account, before=before or self._mail.date)
        return [one for one in found if one.id not in self._hidden]

    def examples(
        self,
        query: str,
        audience: Collection[str],
        count: int,
        *,
        account: str,
        words: int = 0,
        **_: object,
    ) -> list[PastMail]:
        return self._retriever.examples(
            query,
            audience,
            count,
            account=account,
            before=self._mail.date,
            excluding=self._hidden,
            unlike=self._mail.own_text,
            words=words,
        )


def _task(mail: Mail, instruction: str, author: Address) -> DraftTask:
    def of(field: str) -> tuple[Address, ...]:
        return tuple(Address(one.name, one.email) for one in mail.recipients if one.field == field)

    return DraftTask(
        author=author,
        to=of("to"),
        cc=of("cc"),
        subject=mail.subject,
        in_reply_to=None,
        references=(),
        thread=mail.thread,
        original=None,
        instruction=instruction,
    )
