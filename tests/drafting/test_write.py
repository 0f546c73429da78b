"""A gathered task becomes a draft: the model answers, and is held to what is known.

The model and the retriever are stand-ins with a fixed answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from panzad.drafting.task import DraftTask
from panzad.drafting.write import PATIENCE, Written, write
from panzad.engines.protocol import Sampling
from panzad.errors import NetworkError
from panzad.mail.message import Address
from panzad.store.mails import ThreadTurn

ANN = Address("Ann Lee", "ann@example.org")
TOM = Address("Tom Ray", "tom@example.net")
TASK = DraftTask(
    author=ANN,
    to=(TOM,),
    cc=(),
    subject="Re: Keys",
    in_reply_to="<1@example.net>",
    references=("<1@example.net>",),
    thread=(
        ThreadTurn(
            "Tom Ray",
            "tom@example.net",
            "2026-11-09T10:00:00+01:00",
            "Can you bring the keys on Thursday at 3pm? They are at https://keys.example/7.",
        ),
    ),
    original=None,
    instruction="yes, and 40 euros",
)


@dataclass(frozen=True)
class Answer:
    text: str
    truncated: bool = False
    tokens: int = 9
    seconds: float = 0.1


class Counting:
    """Takes each word for a token."""

    def count_tokens(self, text: str) -> int:
        return len(text.split())


@dataclass(frozen=True)
class FixedEngine(Counting):
    answer: str

    def generate(self, *_: object, **__: object) -> Answer:
        return Answer(self.answer)


@dataclass(frozen=True)
class Past:
    own_text: str


@dataclass(frozen=True)
class FixedRetriever:
    lent: tuple[str, ...] = ()

    def past(self, *_: object, **__: object) -> list[Past]:
        return []

    def examples(self, *_: object, **__: object) -> list[Past]:
        return [Past(text) for text in self.lent]

    def lending_style(self, *_: object, **__: object) -> list[Past]:
        return []


def written(answer: str, *past: str, task: DraftTask = TASK, grounding: bool = True) -> Written:
    return write(
        task,
        cast(Any, FixedEngine(answer)),
        cast(Any, FixedRetriever(past)),
        account="work",
        examples=3,
        signature="Ann Lee\n+44 20 7946 0000",
        addresses=["ann@club.example.org"],
        grounding=grounding,
    )


@dataclass
class Drawing(Counting):
    """An engine that has another answer for each draw, and keeps how it was asked."""

    answers: tuple[str, ...]
    seconds: float = 0.1
    then: Exception | None = None
    asked: list[Sampling] = field(default_factory=list)

    def generate(self, _: object, sampling: Sampling, **__: object) -> Answer:
        self.asked.append(sampling)
        if len(self.asked) > len(self.answers) and self.then is not None:
            raise self.then
        return Answer(self.answers[len(self.asked) - 1], seconds=self.seconds)


class TestCandidates:
    ANSWERS = (
        "On Friday I bring 90 euros.",
        "On Thursday I bring 40 euros.",
        "On Thursday I bring them.",
    )

    def chosen(self, engine: Drawing, candidates: int, *, grounding: bool = True) -> Written:
        return write(
            TASK,
            cast(Any, engine),
            cast(Any, FixedRetriever()),
            account="work",
            examples=3,
            signature=None,
            grounding=grounding,
            candidates=candidates,
        )

    def test_the_one_that_says_what_was_asked_for_and_nothing_else_is_taken(self) -> None:
        engine = Drawing(self.ANSWERS)
        result = self.chosen(engine, 3)
        assert (result.text, result.gaps) == (self.ANSWERS[1], ())
        assert (result.tokens, len(engine.asked)) == (27, 3)

    def test_no_other_is_begun_after_half_a_minute(self) -> None:
        engine = Drawing(self.ANSWERS, seconds=PATIENCE / 2)
        assert self.chosen(engine, 3).text == self.ANSWERS[1]
        assert len(engine.asked) == 2

    def test_without_grounding_inventions_count_all_the_same(self) -> None:
        assert self.chosen(Drawing(self.ANSWERS), 2, grounding=False).text == self.ANSWERS[1]

    def test_the_first_is_the_likeliest_and_the_others_are_the_same_every_time(self) -> None:
        first, again = Drawing(self.ANSWERS), Drawing(self.ANSWERS)
        self.chosen(first, 3)
        self.chosen(again, 3)
        assert first.asked == again.asked
        assert [one.temperature > 0 for one in first.asked] == [False, True, True]
        assert len({one.seed for one in first.asked}) == 3

    def test_more_are_drawn_until_one_says_all(self) -> None:
        lacking, whole = self.ANSWERS[2], self.ANSWERS[1]
        engine = Drawing((lacking, lacking, whole, lacking))
        assert self.chosen(engine, 2).text == whole
        assert len(engine.asked) == len({one.seed for one in engine.asked}) == 3

    @pytest.mark.parametrize(("candidates", "most"), [(1, 1), (2, 4), (3, 6)])
    def test_no_more_than_as_many_again_and_one_stays_alone(
        self, candidates: int, most: int
    ) -> None:
        engine = Drawing((self.ANSWERS[2],) * 9)
        result = self.chosen(engine, candidates)
        assert (result.text, len(engine.asked)) == (self.ANSWERS[2], most)

    def test_what_was_drawn_before_the_engine_failed_is_not_lost(self) -> None:
        result = self.chosen(Drawing(self.ANSWERS[:2], then=NetworkError("it is gone", "wait")), 3)
        assert (result.text, result.candidates) == (self.ANSWERS[1], 2)

    def test_an_engine_that_fails_at_once_is_told_of(self) -> None:
        with pytest.raises(NetworkError):
            self.chosen(Drawing((), then=NetworkError("it is gone", "wait")), 3)

    def test_nobody_is_greeted_whom_nobody_has_named(self) -> None:
        answers = [
            f"{greeting}\n\nOn Thursday I bring 40 euros."
            for greeting in ("Hi Wilhelmina,", "Hi Tom,")
        ]
        assert self.chosen(Drawing(tuple(answers)), 2).text == answers[1]

    def test_one_is_the_models_likeliest_alone(self) -> None:
        engine = Drawing(self.ANSWERS)
        assert self.chosen(engine, 1).gaps == ("day", "amount")
        assert [one.temperature for one in engine.asked] == [0.0]


class TestWrite:
    def test_facts_of_the_thread_the_instruction_and_the_user_stay(self) -> None:
        answer = (
            "Hi Tom,\n\nThursday, 12 November at 15:00 is fine, I bring €40."
            " Thanks for https://keys.example/7. Call 020 7946 0000"
            " or write to ann@club.example.org.\n\nBest,\nAnn"
        )
        assert written(answer) == Written(answer, (), 9, 0.1, 0, 1)

    def test_what_nobody_said_is_a_gap_and_a_link_of_nobodys_is_gone(self) -> None:
        result = written("On Friday at 5pm I bring €90, see https://evil.example/?q=keys.")
        assert result.text == "On [?day] at [?time] I bring [?amount], see [?link]."
        assert result.gaps == ("day", "time", "amount", "link")

    def test_past_mails_that_may_be_shown_lend_their_facts(self) -> None:
        text = "My address is 7 Mill Lane."
        assert written(text).gaps == ("number",)
        assert written(text, "I live at 7 Mill Lane.").text == text

    def test_the_address_of_somebody_who_wrote_in_the_thread_is_known(self) -> None:
        iris = ThreadTurn("Iris", "iris@boats.example", "2026-11-08", "Tom has no keys.")
        answer = "I ask iris@boats.example for them, and olga@boats.example."
        result = written(answer, task=replace(TASK, thread=(iris, *TASK.thread)))
        assert result.text == "I ask iris@boats.example for them, and [?address]."

    def test_grounding_can_be_turned_off(self) -> None:
        text = "On Friday at 5pm I bring €90."
        assert written(text, grounding=False) == Written(text, (), 9, 0.1, 0, 1)

    def test_the_draft_is_signed_by_the_user(self) -> None:
        assert written("Yes, I do.\n\nBest,\nTom").text == "Yes, I do.\n\nBest,\nAnn"

    def test_a_new_mail_has_its_instruction_alone(self) -> None:
        new = replace(TASK, thread=(), subject="Keys", instruction="keys, Friday 5pm")
        assert written("Please bring the keys on Friday at 17:00.", task=new).gaps == ()
        assert written("Please bring the keys on Thursday.", task=new).gaps == ("day",)
