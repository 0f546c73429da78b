"""The instruction behind a mail: what is asked, and which answers are not taken."""

from __future__ import annotations

import pytest

from panzad.writing import playback

MAIL = (
    "Dear Tom,\n\nCould you please send me the report by Friday? I would like to read it on the"
    " train to Vienna.\n\nBest,\nAnn"
)


class TestMessages:
    def test_every_mail_gets_the_same_beginning(self) -> None:
        assert playback.messages("one")[:-1] == playback.messages("two")[:-1]

    def test_examples_alternate_and_the_mail_comes_last(self) -> None:
        messages = playback.messages(MAIL)
        assert [one.role for one in messages[1:3]] == ["user", "assistant"]
        assert (messages[-1].role, messages[-1].content) == ("user", MAIL)


class TestInstructionFrom:
    def test_wrapping_is_taken_off(self) -> None:
        answer = 'Instruction: "Ask Tom for the report\nby Friday."'
        assert playback.instruction_from(answer, MAIL) == "Ask Tom for the report by Friday."

    @pytest.mark.parametrize(
        "answer",
        [
            "",
            " \n",
            "Yes",
            MAIL,
            MAIL.replace("\n", " ")[:100],
            "ask him to come " * 4,
        ],
    )
    def test_empty_parroting_and_looping_answers_are_refused(self, answer: str) -> None:
        assert playback.instruction_from(answer, MAIL) is None

    def test_a_mail_of_a_few_words_may_be_quoted(self) -> None:
        assert playback.instruction_from("Yes, that works.", "Yes, that works.") is not None
