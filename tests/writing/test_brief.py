"""What the past says of a letter, for training and writing alike."""

from __future__ import annotations

from typing import Any

import pytest

from panzad.store.mails import Person, ThreadTurn
from panzad.store.search import PastMail
from panzad.writing.brief import Briefing, Letter

KARL = Person("to", "Karl Voss", "karl@c.example")
ASKED = "Liebe Ann, könntest du mir bis Donnerstag die Schlüssel für das Boot schicken?"
ENGLISH = "Hi Tom,\n\nnoon works for me.\n\nBest,\nAnn"
GERMAN = "Hallo Eva,\n\nMittag passt mir.\n\nViele Grüße\nAnn"


class _Retriever:
    """Knows eight English mails and so many German ones."""

    def __init__(self, german: int) -> None:
        told = [(ENGLISH, "tom@a.example", "en")] * 8 + [(GERMAN, "eva@e.example", "de")] * german
        self._mails = [
            PastMail(at, f"2026-05-{at + 1:02}", "ann@x.example", to, to, text, language)
            for at, (text, email, language) in enumerate(told)
            for to in [frozenset({email})]
        ]

    def past(self, account: str, *, before: str = "") -> list[PastMail]:
        return [mail for mail in self._mails if not before or mail.date < before]

    def examples(self, *asked: object, **how: object) -> list[PastMail]:
        return []


class TestLanguage:
    @pytest.mark.parametrize(
        ("german", "greeting", "sign_off"),
        [(3, "Hallo Karl,", "Viele Grüße\nAnn"), (2, "", "")],
        ids=["enough of them", "too few"],
    )
    def test_a_reply_has_the_habits_of_mails_in_its_threads_language(
        self, german: int, greeting: str, sign_off: str
    ) -> None:
        retriever: Any = _Retriever(german)
        briefing = Briefing(retriever, len)
        thread = (ThreadTurn(KARL.name, KARL.email, "", ASKED),)
        letter = Letter("work", "Ann Lee", (KARL,), "Boot", thread, "")
        asked, habit = briefing.task(letter, 3), briefing.habits(letter)
        # The prompt, and what is put around a base model's draft.
        for found in (asked, habit):
            assert (found.greeting, found.sign_off, found.language) == (greeting, sign_off, "de")

    def test_a_new_mail_has_the_usual_ones(self) -> None:
        retriever: Any = _Retriever(german=3)
        asked = Briefing(retriever, len).task(Letter("work", "Ann Lee", (KARL,), "Boat", (), ""), 3)
        assert (asked.greeting, asked.sign_off) == ("Hi Karl,", "Best,\nAnn")
        assert asked.language == "en"
