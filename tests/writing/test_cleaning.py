"""What is made of a model's answer."""

from __future__ import annotations

import pytest

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
