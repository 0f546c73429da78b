"""The instruction behind a mail: what is asked, which answers are not taken, what is added."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from panzad.writing import playback, telling
from panzad.writing.playback import best, completed, instruction_from, notes

MAIL = (
    "Dear Tom,\n\nCould you please send me the report by Friday? I would like to read it on the"
    " train to Vienna.\n\nBest,\nAnn"
)
LONG = (
    "Hi Maria,\n\nThank you for the drawings of the boat. I have shown them to the harbour office."
    " Could we meet on Thursday 3pm at the old pier? The timetable is at https://ferry.example/times"
    " and the crossing costs 40 euros.\n\nCheers,\nAnn"
)


class TestRequest:
    def test_it_shows_the_mail_and_nothing_else(self) -> None:
        asked, shown = playback.request(MAIL)
        assert (asked.role, shown.role, shown.content) == ("system", "user", MAIL)


class TestInstructionFrom:
    def test_wrapping_is_taken_off(self) -> None:
        answer = 'Instruction: "Please send the report\nby Friday."'
        assert instruction_from(answer, MAIL) == "Please send the report by Friday."

    def test_greeting_and_sign_off_of_a_rewritten_mail_are_taken_off(self) -> None:
        answer = "Dear Tom,\n\nSend the report by Friday.\n\nBest,\nAnn"
        assert instruction_from(answer, MAIL) == "Send the report by Friday."

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
            "Send the report to Berlin by Friday.",
            "Send the report by 5pm Friday.",
            "I would be happy to provide assistance with the report by Friday.",
        ],
    )
    def test_empty_parroting_looping_and_invented_answers_are_refused(self, answer: str) -> None:
        assert instruction_from(answer, MAIL) is None

    def test_a_mail_of_a_few_words_may_be_quoted(self) -> None:
        assert instruction_from("Yes, that works.", "Yes, that works.") is not None


class TestCompleted:
    def test_whom_it_is_to_and_the_facts_left_out_are_added(self) -> None:
        text = completed("Thank for the drawings, which the harbour office has seen.", LONG)
        assert text.startswith("Tell Maria: Thank for the drawings")
        for fact in ("Thursday", "3pm", "https://ferry.example/times", "40"):
            assert fact in text

    def test_a_second_request_is_added_as_a_note(self) -> None:
        text = completed("Tell Tom to read on the train to Vienna.", MAIL)
        assert text == ("Tell Tom to read on the train to Vienna. Could please send report Friday?")

    def test_what_says_it_all_stays_as_it_is(self) -> None:
        text = "Ask Tom to send the report by Friday, to read it on the train to Vienna."
        assert completed(text, MAIL) == text

    def test_a_greeting_that_names_nobody_adds_nobody(self) -> None:
        assert completed("Say that noon works.", "Hi all,\n\nNoon works.\n\nAnn") == (
            "Say that noon works."
        )

    @given(st.text(max_size=60), st.text(max_size=300))
    def test_every_fact_of_any_mail_is_named(self, instruction: str, mail: str) -> None:
        assume(len(telling.wanted_facts(mail)) <= playback.MENTIONED)
        assert telling.fact_recall(completed(instruction, mail), mail) == 1

    def test_a_table_is_not_typed_twice(self) -> None:
        table = "Here are the tides:\n" + "\n".join(f"pier {n} {n}:30" for n in range(100, 200))
        assert len(completed("Send the tides.", table).split()) < 40

    @given(st.lists(st.sampled_from(LONG.split()), max_size=30).map(" ".join))
    def test_no_word_comes_from_elsewhere(self, instruction: str) -> None:
        words = completed(instruction, LONG).split()
        bare = {word.strip(".,:?") for word in words} - {"", "Tell", "Mention"}
        assert bare <= {word.strip(".,:?") for word in LONG.split()}


class TestNotes:
    def test_short_words_fall_but_not_those_that_turn_the_sense(self) -> None:
        assert notes("Hi Tom,\n\nI can not be at the pier on Monday.\n\nAnn") == (
            "Tell Tom: not pier Monday."
        )

    def test_links_and_numbers_stay(self) -> None:
        assert "https://ferry.example/times" in notes(LONG)
        assert "3pm" in notes(LONG)

    def test_a_language_without_spaces_stays_as_it_is(self) -> None:
        assert notes("明日の会議は三時からです。") == "明日の会議は三時からです。"

    @given(st.text(max_size=2000))
    def test_any_mail_gives_a_bounded_note(self, mail: str) -> None:
        assert len(notes(mail)) <= playback.NOTES_CHARACTERS


class TestBest:
    def test_an_answer_that_tells_the_mail_comes_before_notes(self) -> None:
        found = best(["Send the report by Friday to read on the train to Vienna."], MAIL)
        assert found is not None
        assert found.text == "Tell Tom: Send the report by Friday to read on the train to Vienna."

    def test_of_two_answers_the_one_that_tells_more_is_kept(self) -> None:
        more = "Please send the report by Friday, to read it on the train to Vienna."
        found = best(["Please send the report by Friday.", more], MAIL)
        assert found is not None
        assert more in found.text

    @pytest.mark.parametrize("answers", [[], [""], ["Sure! I would be glad to help."], [MAIL]])
    def test_without_a_usable_answer_the_mail_is_noted_down(self, answers: list[str]) -> None:
        found = best(answers, MAIL)
        assert found is not None
        assert found.text.startswith("Tell Tom: Could please send report Friday?")

    @pytest.mark.parametrize("mail", ["", "\n "])
    def test_of_a_mail_that_says_nothing_there_is_none(self, mail: str) -> None:
        assert best([], mail) is None

    @given(st.lists(st.text(max_size=200), max_size=3), st.text(max_size=300))
    def test_any_answers_to_any_mail_give_a_score_from_0_to_1(
        self, answers: list[str], mail: str
    ) -> None:
        found = best(answers, mail)
        assert found is None or 0 <= found.score <= 1
