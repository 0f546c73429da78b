"""The instruction behind a mail: what is asked, and which answers are not taken."""

from __future__ import annotations

import pytest

from panzad.writing import playback

MAIL = (
    "Dear Tom,\n\nCould you please send me the report by Friday? I would like to read it on the"
    " train to Vienna.\n\nBest,\nAnn"
)


class TestMessages:
    def test_the_mail_is_the_last_turn(self) -> None:
        system, user = playback.messages(MAIL)
        assert (system.role, user.role, user.content) == ("system", "user", MAIL)


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
            "Ann requests a detailed summary of the International Climate Conference.",
        ],
    )
    def test_empty_parroting_looping_and_invented_answers_are_refused(self, answer: str) -> None:
        assert playback.instruction_from(answer, MAIL) is None

    def test_a_mail_of_a_few_words_may_be_quoted(self) -> None:
        assert playback.instruction_from("Yes, that works.", "Yes, that works.") is not None


class TestExcerpt:
    def test_greeting_and_sign_off_are_left_out(self) -> None:
        assert playback.excerpt(MAIL).startswith("Could you please send me the report")
        assert playback.excerpt(MAIL).endswith("Vienna.")

    def test_a_mail_of_a_few_words_is_its_own_excerpt(self) -> None:
        assert playback.excerpt("Great, thanks!") == "Great, thanks!"
