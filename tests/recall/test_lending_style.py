"""Mails to others show how the user writes, without what they say; where that is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from panzad.recall.exact import ExactIndex
from panzad.recall.retriever import Retriever
from panzad.store.mails import Person
from panzad.writing.brief import Briefing, Letter
from tests.learning.test_samples import BOB, Box, _Embedder

TO_A_STRANGER = Letter(
    "work", "Ann Lee", (Person("to", "Tom Ash", "tom@a.example"),), "Keys", (), "bring the keys"
)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    box = Box(tmp_path)
    box.add("Hi Bob,\n\nthe door opens at 9:15, ask Eve.\n\nBest,\nAnn", BOB)
    return box


def shown(box: Box, *, lend_style: bool, style: bool = True) -> tuple[str, ...]:
    embedder: Any = _Embedder()
    retriever = Retriever(
        box.db, ExactIndex(box.db), embedder, "participants", lend_style=lend_style
    )
    return Briefing(retriever, len).task(TO_A_STRANGER, 3, style=style).examples


class TestStyleOfOthersMails:
    def test_is_lent_without_their_facts_and_with_the_authors_name(self, box: Box) -> None:
        [text] = shown(box, lend_style=True)
        assert text.endswith("Best,\nAnn")
        assert text.startswith("Hi [?name],")
        assert "door opens at [?time], ask [?name]." in text

    def test_is_not_lent_by_default_nor_to_an_adapter(self, box: Box) -> None:
        assert shown(box, lend_style=False) == ()
        assert shown(box, lend_style=True, style=False) == ()

    def test_whom_a_mail_went_to_is_shown_it_as_it_is(self, box: Box) -> None:
        box.add("Hi Tom,\n\nat 9:15.\n\nBest,\nAnn", *TO_A_STRANGER.recipients)
        first, second = shown(box, lend_style=True)
        assert "9:15" in first
        assert "[?time]" in second
