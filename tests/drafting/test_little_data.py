"""Before there is an adapter: the base model is shown the user's own mails, and held to habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from panzad.drafting.task import DraftTask
from panzad.drafting.write import write
from panzad.engines.protocol import ChatMessage
from panzad.mail.message import Address
from panzad.store.database import Database
from panzad.store.mails import ThreadTurn
from tests.drafting.test_write import Answer, Counting
from tests.recall.test_retriever import Sent, retriever, stored

TOM = "tom@example.net"
SHORT = (
    "Please bring the oars.",
    "No, Sunday is better for all of us.",
    "Fine, I take the train and walk.",
    "Can you ask your sister for the tent?",
    "Thanks, the lamps arrived in one piece.",
    "Sure, leave the key under the pot.",
)
TASK = DraftTask(
    author=Address("Ann Lee", "ann@own.example"),
    to=(Address("Tom Ray", TOM),),
    cc=(),
    subject="Re: Boat",
    in_reply_to="<1@example.net>",
    references=("<1@example.net>",),
    thread=(ThreadTurn("Tom Ray", TOM, "2026-05-20T10:00:00+01:00", "Shall I bring the boat?"),),
    original=None,
    instruction="",
)


@dataclass
class ListeningEngine(Counting):
    """Answers always the same and keeps what it was asked."""

    answer: str
    asked: list[ChatMessage] = field(default_factory=list[ChatMessage])

    def generate(self, messages: Sequence[ChatMessage], *_: object, **__: object) -> Answer:
        self.asked = list(messages)
        return Answer(self.answer)


def test_a_new_user_gets_own_examples_greeting_and_sign_off(db: Database) -> None:
    """Two weeks of mail, far too little for an adapter."""
    long = "Ahoy Tom,\n\n" + " ".join(f"This is sentence {n} of many." for n in range(60))
    stored(
        db,
        [
            *(
                Sent((TOM,), f"Ahoy Tom,\n\n{text}\n\nCheers,\nAnn", day)
                for day, text in enumerate(SHORT, 1)
            ),
            Sent(
                (TOM,), long + "\n\nCheers,\nAnn", 8, "Re: Boat", thread="Shall I bring the boat?"
            ),
            Sent(("eve@corp.example",), "Dear Eve,\n\nthe boat is sold.\n\nRegards,\nAnn Lee", 9),
        ],
    )
    engine = ListeningEngine("Yes, do bring it, the lake is calm.")
    draft = write(
        TASK,
        cast(Any, engine),
        retriever(db),
        account="work",
        examples=3,
        signature=None,
        adapter=False,
    )
    prompt = engine.asked[-1].content
    shown = [text for text in SHORT if text in prompt]
    assert (draft.examples, len(shown)) == (3, 3)
    assert "sentence 3 of many" not in prompt
    assert "boat is sold" not in prompt
    assert draft.text == "Ahoy Tom,\n\nYes, do bring it, the lake is calm.\n\nCheers,\nAnn"
