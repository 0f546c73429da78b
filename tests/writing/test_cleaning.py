"""What is made of a model's answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing.cleaning import draft_text


class TestDraftText:
    @pytest.mark.parametrize(
        "answer",
        [
            "Here is a draft:\n\nHi Bob,\n\nYes.",
            "Sure! Here you go\n\nHi Bob,\n\nYes.",
            "Subject: lunch\n\nHi Bob,\n\nYes.",
            "Hi Bob,\r\n\r\nYes.\r\n",
            "Hi Bob,\n\n\n\nYes.",
            "Hi Bob,\n\nYes.\n-- \nAnn\nExample Ltd",
        ],
    )
    def test_only_the_mail_is_left(self, answer: str) -> None:
        assert draft_text(answer, truncated=False, signature=None) == "Hi Bob,\n\nYes."

    def test_a_mail_that_begins_with_sure_keeps_it(self) -> None:
        text = "Sure, Thursday works."
        assert draft_text(text, truncated=False, signature=None) == text

    def test_the_configured_signature_is_not_written_twice(self) -> None:
        text = draft_text("Yes.\n\nAnn Lee\nACME", truncated=False, signature="Ann Lee\nACME")
        assert text == "Yes."

    def test_a_text_that_ran_out_of_room_ends_with_a_whole_sentence(self) -> None:
        text = draft_text("It is done. And then we", truncated=True, signature=None)
        assert text == "It is done."

    def test_a_sentence_longer_than_the_room_stays(self) -> None:
        assert draft_text("And then we", truncated=True, signature=None) == "And then we"

    @pytest.mark.parametrize(
        "answer",
        [
            "Hier ist der Entwurf:\n\nHi Bob,\n\nYes.",
            "```\nHi Bob,\n\nYes.\n```",
            "Betreff: Mittagessen\n\nHi Bob,\n\nYes.",
            "Hi Bob,\n\nYes.\n\nLet me know if you would like any changes to this draft.",
            "Hi Bob,\n\nYes.\n\n---\n\nNote: I kept it short.",
            "Hi Bob,\n\nYes.\n\nOn Mon, 9 Nov 2026 at 10:00, Bob <bob@example.org> wrote:\n> When?",
            "Hi Bob,\n\nYes.\n\n> When can we have the keys?",
            "Hi Bob,\n\nGreeting: Hi Bob, | Sign-off: Best, Ann | About 20 words\nYes.",
            "Write my reply to Bob in English.\nHi Bob,\n\nYes.",
            "Hi Bob,\n\nYes.\n\nBob Ray wrote:\nWhen can we have the keys?",
            "Hi Bob,\n\nYes.\n\nYour response is in English.",
        ],
    )
    def test_what_is_about_the_mail_or_quotes_another_goes(self, answer: str) -> None:
        assert draft_text(answer, truncated=False, signature=None) == "Hi Bob,\n\nYes."

    def test_what_is_told_of_somebody_stays(self) -> None:
        text = "Hi Bob,\n\nThis is what Eve wrote: noon works. Your reply is in her mailbox."
        assert draft_text(text, truncated=False, signature=None) == text

    def test_a_first_line_with_a_colon_is_the_mails_own_before_text(self) -> None:
        text = "Two remarks:\n\nThe first is long. The second is not."
        assert draft_text(text, truncated=False, signature=None) == text

    def test_the_mail_that_is_answered_is_not_said_again(self) -> None:
        asked = "Could you please send me the report by the end of the week? Thanks."
        answer = (
            "Hi Bob,\n\ncould you please send me the report by the end of the week?"
            " I will. Thanks.\n\nAnn"
        )
        text = draft_text(answer, truncated=False, signature=None, thread=[asked])
        assert text == "Hi Bob,\n\nI will. Thanks.\n\nAnn"

    def test_a_loop_is_left(self) -> None:
        said = "I will send you the report tomorrow. "
        text = draft_text(said * 5, truncated=False, signature=None)
        assert text == said.strip()
        text = draft_text("Yes and then we go " * 4 + "home.", truncated=False, signature=None)
        assert text == "Yes and then we go home."

    def test_emphasis_is_no_loop(self) -> None:
        text = "Ha, ha, ha. Very very good. Yes. Yes."
        assert draft_text(text, truncated=False, signature=None) == text

    def test_one_sign_off_is_enough(self) -> None:
        text = draft_text(
            "Yes.\n\nBest,\nAnn\n\nRegards,\nAnn Lee",
            truncated=False,
            signature=None,
            names=frozenset({"ann", "lee"}),
        )
        assert text == "Yes.\n\nBest,\nAnn"

    def test_a_postscript_stays(self) -> None:
        text = "Yes.\n\nBest,\nAnn\n\nP.S. Bring the keys."
        names = frozenset({"ann", "lee"})
        assert draft_text(text, truncated=False, signature=None, names=names) == text

    @given(st.text("ab. \n!?,>", max_size=200))
    def test_a_clean_text_stays_as_it_is(self, text: str) -> None:
        once = draft_text(text, truncated=False, signature=None)
        assert draft_text(once, truncated=False, signature=None) == once
