"""Sent mails written again, as if they had just been asked for: `panzad draft` without its mailbox.

No draft is shown a mail that is hidden, nor one that is as new as the mail to be written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from panzad.config import Config
from panzad.drafting.task import DraftTask
from panzad.drafting.write import write
from panzad.evaluation.experiments import Answer
from panzad.evaluation.tapped import Tapped
from panzad.mail.message import Address
from panzad.recall.retriever import Retriever
from panzad.store.mails import Mail
from panzad.store.pairs import Pair
from panzad.writing.brief import Cutoff


class Rehearsal:
    """Writes mails of the configured accounts again by the function that writes drafts."""

    def __init__(
        self, config: Config, retriever: Retriever, hidden: Iterable[int], candidates: int = 1
    ) -> None:
        """`hidden` are the ids of the mails that no draft may know: those held out.

        By default a draft is the likeliest: others drawn beside it cost more and tell less of the
        model.
        """
        self._config = config
        self._retriever = retriever
        self._hidden = frozenset(hidden)
        self._candidates = candidates

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
        mail = pair.mail
        account = self._config.accounts[mail.account]
        written = write(
            _task(mail, instruction, Address(account.name, account.address)),
            engine,
            self._retriever,
            account=mail.account,
            examples=self._config.retrieval.examples if retrieval else 0,
            signature=account.signature,
            addresses=account.identities,
            grounding=self._config.drafts.grounding,
            adapter=adapter,
            candidates=self._candidates,
            patience=math.inf,  # a busy machine draws no other draft than an idle one
            cutoff=Cutoff(mail.date, mail.id, mail.own_text, self._hidden),
        )
        return Answer(written.text, engine.asked, written.seconds)


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
