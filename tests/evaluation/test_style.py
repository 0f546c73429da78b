"""Whose style a text is in."""

from __future__ import annotations

import random

import pytest

from panzad.evaluation.style import MIN_MAILS, Authors, Voice

ANN = (
    "Dear {}, I should be delighted to {}. Kind regards, Ann",
    "Dear {}, it would be a pleasure to {}. Yours sincerely, Ann",
)
BOB = ("hey {} yep lets {} cu bob", "yo {}!! gonna {} thx bob")
NAMES = ("Tom", "Rachel", "Peter", "Iris", "Olga", "Jim", "Mei", "Ken")
DEEDS = ("meet", "read the report", "come on Friday", "fetch the boat", "pay the bill", "call")


def mails(templates: tuple[str, ...], seed: int, count: int = 40) -> list[str]:
    rng = random.Random(seed)
    return [
        rng.choice(templates).format(rng.choice(NAMES), rng.choice(DEEDS)) for _ in range(count)
    ]


class TestAuthors:
    AUTHORS = Authors({"ann": mails(ANN, 1), "bob": mails(BOB, 1)})

    def test_new_mails_are_given_to_who_wrote_them(self) -> None:
        assert self.AUTHORS.shares(mails(ANN, 2)) == {"ann": 1, "bob": 0}
        assert self.AUTHORS.shares(mails(BOB, 2)[:3] + mails(ANN, 2)[:1]) == {
            "ann": 0.25,
            "bob": 0.75,
        }

    def test_one_person_alone_cannot_be_told_from_others(self) -> None:
        with pytest.raises(ValueError, match="nobody"):
            Authors({"ann": mails(ANN, 1)})


class TestVoice:
    VOICE = Voice(mails(ANN, 1))

    def mean(self, texts: list[str]) -> float:
        return sum(map(self.VOICE.score, texts)) / len(texts)

    def test_own_mails_score_as_the_own_mails_do(self) -> None:
        assert 0.3 < self.mean(mails(ANN, 2)) < 0.8

    def test_anothers_score_next_to_nothing(self) -> None:
        assert self.mean(mails(BOB, 2)) < 0.05

    def test_length_alone_changes_little(self) -> None:
        long = [f"{one} {two}" for one, two in zip(mails(BOB, 2), mails(BOB, 3), strict=True)]
        assert self.mean(long) < 0.05

    def test_an_empty_text_has_a_score(self) -> None:
        assert 0 <= self.VOICE.score("") <= 1

    def test_a_few_mails_are_no_style(self) -> None:
        with pytest.raises(ValueError, match=f"{MIN_MAILS}"):
            Voice(mails(ANN, 1, MIN_MAILS - 1))
