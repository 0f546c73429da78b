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
            "Hi Bob,\n\nSign-Off: Best, Ann\nYes.",
            "Write my reply to Bob in English.\nHi Bob,\n\nYes.",
            "Hi Bob,\n\nYes.\n\nBob Ray wrote:\nWhen can we have the keys?",
            "Hi Bob,\n\nYes.\n\nYour response is in English.",
        ],
    )
    def test_what_is_about_the_mail_or_quotes_another_goes(self, answer: str) -> None:
        assert draft_text(answer, truncated=False, signature=None) == "Hi Bob,\n\nYes."

    @pytest.mark.parametrize(
        "said",
        [
            "Here is a draft reply to Bob's email.\n",
            "Here is a draft reply to Mr. Ray's email.\n",
            "Here's a possible reply\n",
            "Here’s a short and friendly response:\n",
            "Here's your reply:\n",
            "Here is the draft:\n",
            "Here is a draft of the email:\n",
            "Here is a draft for you:\n",
            "Here's a polite response based on your notes.\n",
            "Here's an email you could send to Bob.\n",
            "Here's what I would write:\n",
            "Sure, here's a possible reply\n",
            "Certainly!\n\nHere is a draft reply.\n",
            "Of course! Here is one:\n",
            "**Here is a draft reply:**\n",
            "Here's a possible reply\n\n---\n",
            "Here is a draft reply.\n\n**Subject:** Lunch\n",
            "**Subject:** Lunch\n",
            "**Subject: Lunch**\n",
            "*Subject*: Lunch\n",
            "__Subject:__ Lunch\n",
            "### Subject: Lunch\n",
            "**Betreff:** Mittagessen\n",
            "Voici une réponse possible.\n",
            "Hier ist ein Entwurf.\n",
            "Вот черновик ответа.\n",
            "Aquí está la respuesta\n",
        ],
    )
    def test_what_announces_the_mail_goes(self, said: str) -> None:
        text = draft_text(f"{said}\nHi Bob,\n\nYes.", truncated=False, signature=None)
        assert text == "Hi Bob,\n\nYes."

    @pytest.mark.parametrize(
        "said",
        [
            "Here is a draft reply to Bob's email.",
            "Here's a possible reply",
            "Sure! Here's a possible reply:",
            "Here is the draft:",
            "**Subject:** Lunch",
        ],
    )
    def test_it_goes_where_no_greeting_follows_too(self, said: str) -> None:
        text = draft_text(f"{said}\n\nThursday works.", truncated=False, signature=None)
        assert text == "Thursday works."

    @pytest.mark.parametrize(
        "first",
        [
            "Here is the draft of the contract.",
            "Here is a draft of the report:",
            "Here is the draft for Thursday's talk.",
            "Here is my reply.",
            "Here is the agenda:",
            "Here is the address that you asked for:",
            "Here is the email from Eve:",
            "Here is the response rate:",
            "Here is a reply card for the party.",
            "Here is a draft. Please send me your remarks.",
            "Here's a draft reply to Eve. Please check it.",
            "Here you are.",
            "Sure, here is the contract.",
            "Of course, here is the draft of the report.",
            "Sure, these are the days:",
            "Anbei der Vertrag:",
            "Voici le contrat.",
            "Hier ist der Vertrag.",
            "**Boats:** two of them",
            "Note: it is at noon.",
        ],
    )
    @pytest.mark.parametrize(
        "rest", ["It is from May.", "- one\n- two", "Best,\nAnn", "Merci,\nAnn"]
    )
    def test_a_first_line_of_the_mails_own_stays(self, first: str, rest: str) -> None:
        text = f"{first}\n\n{rest}"
        names = frozenset({"ann", "lee"})
        assert draft_text(text, truncated=False, signature=None, names=names) == text

    @pytest.mark.parametrize("line", ["Here is a draft reply.", "Here's a reply", "**Subject:** x"])
    def test_a_text_that_is_nothing_else_stays(self, line: str) -> None:
        assert draft_text(line, truncated=False, signature=None) == line

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
