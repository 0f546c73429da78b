"""How this user writes to whom: learnt from past mails, said in the prompt, kept in drafts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing.greetings import frame_of
from panzad.writing.habits import Habits, expected_words, habits, signed, trait_of, with_habits

TOM = ("Tom Ash", "tom@a.example")
NEW = ("Maria Luz", "maria@b.example")
ANN = frozenset({"ann", "lee"})


def sent(to: str, text: str, count: int = 3, language: str = "en") -> list:  # pyright: ignore[reportMissingTypeArgument]
    return [trait_of([to], text, language, "Ann Lee")] * count


class TestFrame:
    @pytest.mark.parametrize(
        ("line", "form"),
        [
            ("Hi Tom,", "Hi {name},"),
            ("Hey Tom!", "Hey {name}!"),
            ("Dear Prof. Ash,", "Dear {name},"),
            ("Liebe Maria,", "Liebe {name},"),
            ("Sehr geehrte Damen und Herren,", ""),
            ("Bonjour Luc,", "Bonjour {name},"),
            ("Dear Ann, Ben, and Tom,", "Dear {name},"),
            ("Здравствуйте, ", "Здравствуйте,"),
            ("Hi all,", "Hi all,"),
            ("Hi", "Hi"),
            ("Hey dad,", ""),
            ("Dear Tom and all,", ""),
        ],
    )
    def test_a_greeting_lends_its_form_without_a_name(self, line: str, form: str) -> None:
        frame = frame_of(f"{line}\n\nNoon works.", ANN)
        assert (frame.greeting, frame.form) == (line.strip(), form)

    @pytest.mark.parametrize(
        "line",
        [
            "Thanks, got it!",
            "Hey, great to hear from you!",
            "Hello. It works now, thank you.",
            "Hidden costs,",
            "Hi Tom, noon works for me.",
            "",
        ],
    )
    def test_text_is_no_greeting(self, line: str) -> None:
        assert frame_of(f"{line}\nNoon works.", ANN).greeting == ""

    @pytest.mark.parametrize(
        ("end", "sign_off"),
        [
            ("Noon works.\n\nBest,\nAnn", "Best,\nAnn"),
            ("Noon works.\n\nMany thanks!\n\nAnn Lee", "Many thanks!\n\nAnn Lee"),
            ("Noon works.\n\nAnn", "Ann"),
            ("Noon works.\n\n-A", "-A"),
            ("Noon works.\n\nBest,\nBob", ""),
            ("Could you tell Ann that noon works for all of us", ""),
        ],
    )
    def test_a_sign_off_ends_with_the_authors_name(self, end: str, sign_off: str) -> None:
        assert frame_of(f"Hi,\n\n{end}", ANN).sign_off == sign_off

    @given(st.text(max_size=300))
    def test_any_text_has_a_frame(self, text: str) -> None:
        frame = frame_of(text, ANN)
        assert frame.greeting in text
        assert "\n" not in frame.greeting


class TestHabits:
    @pytest.mark.parametrize("to", [TOM, NEW])
    def test_a_sign_off_that_says_a_fact_is_no_habit(self, to: tuple[str, str]) -> None:
        past = sent("tom@a.example", "Hi Tom,\n\nNoon works.\n\nCall 020 7946 0000\nAnn")
        assert past[0].frame.sign_off == "Call 020 7946 0000\nAnn"
        assert habits(past, [to]).sign_off == ""

    def test_the_mails_to_the_same_people_tell(self) -> None:
        past = [
            *sent(NEW[1], "Dear Maria,\n\nyes.\n\nKind regards,\nAnn Lee", 9),
            *sent(TOM[1], "Hey Tommy,\n\n" + "word " * 36 + "\n\nx\nAnn", language="de"),
        ]
        assert habits(past, [TOM]) == Habits("Hey Tommy,", "x\nAnn", 40, 40, "de")

    def test_somebody_new_is_written_to_as_others_are_by_their_own_name(self) -> None:
        past = sent(TOM[1], "Hi Tom,\n\nyes.\n\nBest,\nAnn")
        found = habits(past, [NEW])
        assert (found.greeting, found.sign_off) == ("Hi Maria,", "Best,\nAnn")

    @pytest.mark.parametrize("name", ["", "maria@b.example", "Frau Luz", "Support"])
    def test_who_has_no_first_name_is_not_greeted_by_one(self, name: str) -> None:
        past = sent(TOM[1], "Hi Tom,\n\nyes.\n\nBest,\nAnn")
        assert habits(past, [(name, NEW[1])]).greeting == ""

    @pytest.mark.parametrize("name", ["Dr. Maria Luz", "Luz, Maria", "MARIA LUZ", "Maria"])
    def test_who_has_one_is_greeted_by_it_however_it_is_written(self, name: str) -> None:
        past = sent(TOM[1], "Hi Tom,\n\nyes.\n\nBest,\nAnn")
        assert habits(past, [(name, NEW[1])]).greeting == "Hi Maria,"

    def test_several_people_are_not_greeted_by_the_name_of_one(self) -> None:
        past = sent(TOM[1], "Hi Tom,\n\nyes.\n\nBest,\nAnn")
        assert habits(past, [NEW, ("Karl Voss", "karl@c.example")]).greeting == ""

    def test_what_is_said_to_one_person_alone_is_not_said_to_others(self) -> None:
        past = sent(TOM[1], "Hey dad,\n\nyes.\n\nBest,\nAnn")
        assert habits(past, [TOM]).greeting == "Hey dad,"
        assert habits(past, [NEW]).greeting == ""

    def test_too_few_mails_make_no_habit(self) -> None:
        assert habits(sent(TOM[1], "Hi Tom,\n\nyes.\n\nBest,\nAnn", 2), [TOM]) == Habits()

    def test_what_was_written_once_is_none(self) -> None:
        past = [
            *sent(TOM[1], "Hi,\n\nyes.\n\nGood luck in Oslo!\nAnn", 1),
            *sent(TOM[1], "yes.\n\nSee you at two,\nAnn", 1),
            *sent(TOM[1], "yes.", 1),
        ]
        assert habits(past, [TOM]).sign_off == ""

    def test_who_mostly_greets_nobody_need_not(self) -> None:
        past = [*sent(TOM[1], "yes.", 7), *sent(TOM[1], "Hi Tom,\n\nyes.", 3)]
        assert habits(past, [TOM]).greeting == ""


ENGLISH = "Hi Tom,\n\nnoon works for me.\n\nBest,\nAnn"
GERMAN = "Hallo Eva,\n\nMittag passt mir.\n\nViele Grüße\nAnn"
ASKED_IN_GERMAN = "Liebe Ann, könntest du mir bis Donnerstag die Schlüssel für das Boot schicken?"
KARL = ("Karl Voss", "karl@c.example")


class TestLanguage:
    """Whom the user has not written to before is written to in the language of the thread."""

    def test_a_german_thread_has_the_greeting_and_sign_off_of_german_mails(self) -> None:
        past = [*sent(TOM[1], ENGLISH, 8), *sent("eva@e.example", GERMAN, 3, "de")]
        found = habits(past, [KARL], ASKED_IN_GERMAN)
        assert (found.greeting, found.sign_off) == ("Hallo Karl,", "Viele Grüße\nAnn")
        assert found.language == "de"

    def test_what_is_usual_in_another_language_is_not_said(self) -> None:
        past = [*sent(TOM[1], ENGLISH, 8), *sent("eva@e.example", GERMAN, 2, "de")]
        found = habits(past, [KARL], ASKED_IN_GERMAN)
        assert (found.greeting, found.sign_off, found.language) == ("", "", "de")
        # How much the user writes is no matter of language.
        assert found.words == habits(past, [KARL]).words

    @pytest.mark.parametrize("name", ["Ann", "- Ann Lee", "A."])
    def test_a_name_alone_signs_in_any_language(self, name: str) -> None:
        past = sent(TOM[1], f"Hi Tom,\n\nnoon works for me.\n\n{name}", 8)
        assert habits(past, [KARL], ASKED_IN_GERMAN).sign_off == name

    @pytest.mark.parametrize("sign_off", ["Cheers Ann", "Thanks, Ann", "Cheers,\nAnn", "Ann 24"])
    def test_what_says_more_than_the_name_is_of_one_language(self, sign_off: str) -> None:
        past = sent(TOM[1], f"Hi Tom,\n\nnoon works for me.\n\n{sign_off}", 8)
        assert habits(past, [KARL], ASKED_IN_GERMAN).sign_off == ""

    def test_an_answer_that_cannot_be_told_is_in_the_usual_language(self) -> None:
        past = [*sent("eva@e.example", GERMAN, 3, "de"), *sent(TOM[1], ENGLISH, 8)]
        found = habits(past, [KARL], "Ok?")
        assert (found.greeting, found.language) == ("Hi Karl,", "en")

    def test_a_new_mail_is_in_one_language(self) -> None:
        past = [
            *(one for _ in range(3) for one in sent("eva@e.example", GERMAN, 1, "de")),
            *sent(TOM[1], "noon works for me.", 8),
        ]
        found = habits(past, [KARL])
        assert (found.greeting, found.sign_off, found.language) == ("", "", "en")

    def test_mails_of_no_known_language_tell_as_ever(self) -> None:
        past = sent(TOM[1], ENGLISH, 3, "")
        found = habits(past, [KARL], ASKED_IN_GERMAN)
        assert (found.greeting, found.sign_off) == ("Hi Karl,", "Best,\nAnn")

    def test_a_mail_of_no_known_language_among_others_counts_as_the_usual_one(self) -> None:
        past = [*sent(TOM[1], ENGLISH, 5), *sent(TOM[1], ENGLISH, 3, "")]
        assert habits(past, [KARL], ASKED_IN_GERMAN).greeting == ""
        assert habits(past, [KARL], "Could you send me the keys by Thursday?").greeting != ""

    def test_with_the_same_people_each_language_has_its_own_habits(self) -> None:
        past = [
            *sent(KARL[1], "Hey Charly,\n\nnoon works for me.\n\nBest,\nAnn", 8),
            *sent(KARL[1], "Lieber Karl,\n\nMittag passt mir.\n\nLG\nAnn", 3, "de"),
        ]
        found = habits(past, [KARL], ASKED_IN_GERMAN)
        assert (found.greeting, found.sign_off) == ("Lieber Karl,", "LG\nAnn")
        found = habits(past, [KARL], "Could you send me the keys by Thursday?")
        assert (found.greeting, found.sign_off) == ("Hey Charly,", "Best,\nAnn")

    def test_what_is_usual_with_others_in_the_language_goes_before_another_language(self) -> None:
        past = [*sent(KARL[1], ENGLISH, 8), *sent("eva@e.example", GERMAN, 3, "de")]
        assert habits(past, [KARL], ASKED_IN_GERMAN).greeting == "Hallo Karl,"

    def test_what_people_are_always_called_they_are_called_in_a_language_never_written(
        self,
    ) -> None:
        past = sent(KARL[1], "Hi Karl,\n\nnoon works for me.\n\nBest,\nAnn", 4)
        assert habits(past, [KARL], ASKED_IN_GERMAN).greeting == "Hi Karl,"

    def test_too_few_mails_still_tell_the_threads_language(self) -> None:
        assert habits([], [KARL], ASKED_IN_GERMAN) == Habits(language="de")


class TestExpectedWords:
    @pytest.mark.parametrize(
        ("usual", "instruction", "words"),
        [(42, "", 40), (0, "", 0), (3, "", 10), (20, "word " * 40, 80), (80, "yes", 80)],
    )
    def test_the_usual_length_unless_more_is_asked(
        self, usual: int, instruction: str, words: int
    ) -> None:
        assert expected_words(Habits(words=usual), instruction) == words


class TestWithHabits:
    HABIT = Habits("Hi Tom,", "Best,\nAnn", 20)

    @pytest.mark.parametrize(
        "draft",
        [
            "Noon works.",
            "Dear Mr. Ash,\n\nNoon works.\n\nSincerely,\n[Your Name]",
            "Hi Tom,\n\nNoon works.\n\nBest,\nAnn",
            "Hello!\nNoon works.\n\nKind regards,\n\nAnn Lee",
            "Noon works.\n\nAnn",
        ],
    )
    def test_a_draft_gets_the_users_own_greeting_and_sign_off(self, draft: str) -> None:
        assert (
            with_habits(draft, self.HABIT, "Ann Lee", 0) == "Hi Tom,\n\nNoon works.\n\nBest,\nAnn"
        )

    def test_where_nothing_is_usual_the_draft_stays(self) -> None:
        draft = "Dear Mr. Ash,\n\nNoon works.\n\nSincerely,\nAnn"
        assert with_habits(draft, Habits(), "Ann Lee", 0) == draft

    def test_a_draft_that_goes_on_and_on_ends_with_a_whole_sentence(self) -> None:
        draft = "Hello,\n\n" + "This is one more sentence. " * 20 + "\n\nRegards,\nAnn"
        text = with_habits(draft, self.HABIT, "Ann Lee", 20)
        assert text == f"Hi Tom,\n\n{'This is one more sentence. ' * 6}".rstrip() + "\n\nBest,\nAnn"

    def test_the_first_sentence_stays_however_long_it_is(self) -> None:
        draft = "word " * 90 + "end. And more."
        assert with_habits(draft, Habits(), "Ann Lee", 10) == "word " * 90 + "end."

    @pytest.mark.parametrize(
        ("draft", "whole"),
        [
            ("Hi Tom,\n\nNoon works.", "Hi Tom,\n\nNoon works.\n\nBest,\nAnn"),
            ("Noon works.\n\nBest,", "Noon works.\n\nBest,\nAnn"),
            ("Noon works.\n\nBest,\n\nAnn", "Noon works.\n\nBest,\nAnn"),
            ("Noon works.\n\nCheers,\nAnn", "Noon works.\n\nCheers,\nAnn"),
            ("Noon works.\nAnn", "Noon works.\nAnn"),
            ("", ""),
        ],
    )
    def test_a_draft_without_a_sign_off_gets_the_usual_one(self, draft: str, whole: str) -> None:
        assert signed(draft, "Best,\nAnn", frozenset({"ann"})) == whole

    def test_where_no_sign_off_is_usual_none_is_put_in(self) -> None:
        assert signed("Noon works.", "", frozenset({"ann"})) == "Noon works."

    @given(st.text(max_size=300))
    def test_done_twice_it_is_as_done_once(self, draft: str) -> None:
        once = with_habits(draft, self.HABIT, "Ann Lee", 20)
        assert with_habits(once, self.HABIT, "Ann Lee", 20) == once
