"""Figures of drafts against the true mails."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.evaluation.metrics import (
    Drafted,
    Scores,
    bleu,
    fact_recall,
    greeting,
    over_mails,
    rouge_l,
    scores,
    sign_off,
)

MAIL = "Dear Tom,\n\nthe boat is ready, you can fetch it on Friday at 10:30.\n\nBest,\nOdile"
OTHER = "Hi,\n\nno.\n\nOdile"


class TestScores:
    def test_the_mail_itself_scores_best(self) -> None:
        found = scores([Drafted(MAIL, MAIL, "Tell Tom to fetch it Friday 10:30", seconds=2)] * 2)
        assert replace(found, bleu=round(found.bleu)) == Scores(2, 100, 1, 1, 1, 1, 1, 0, 2)

    def test_another_mail_scores_low(self) -> None:
        found = scores([Drafted(OTHER, MAIL)])
        assert found.bleu < 1
        assert found.rouge_l < 0.3
        assert found.length_ratio == pytest.approx(len(OTHER) / len(MAIL))
        assert (found.greeting, found.sign_off, found.fact_recall) == (0, 0, None)

    def test_gaps_are_counted(self) -> None:
        assert scores([Drafted("Come [?day] at [?time].", MAIL)]).gaps_per_draft == 2

    def test_no_drafts_have_no_figures(self) -> None:
        with pytest.raises(ValueError, match="no drafts"):
            scores([])

    @given(st.text(), st.text(), st.text())
    def test_any_texts_give_figures_in_their_range(
        self, text: str, truth: str, instruction: str
    ) -> None:
        found = scores([Drafted(text, truth, instruction)])
        assert 0 <= found.bleu <= 100.0001
        assert 0 <= found.rouge_l <= 1
        assert found.fact_recall is None or 0 <= found.fact_recall <= 1

    def test_the_order_of_the_mails_does_not_matter(self) -> None:
        one, two = Drafted(OTHER, MAIL), Drafted(MAIL, MAIL)
        assert scores([one, two]) == scores([two, one])
        assert bleu([one, two]) < bleu([two, two])
        assert rouge_l(MAIL, MAIL) == 1


class TestGreetingAndSignOff:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Dear Tom,\n\nyes.", "dear"),
            ("Dear Rachel, Maria, and Anna,\nyes.", "dear"),
            ("hi Tom!\nyes.", "hi"),
            ("Hallo Frau Lee\n\nja.", "hallo"),
            ("Уважаемый Пётр!\nда.", "уважаемый"),
            ("Thanks.\n\nOdile", ""),
            ("I have read it all and agree with you, it is fine,\nyes.", ""),
            ("", ""),
        ],
    )
    def test_a_greeting_is_a_short_first_line(self, text: str, found: str) -> None:
        assert greeting(text) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Yes.\n\nBest regards,\nDavid", "best regards"),
            ("Yes.\n\nBest,\n\nDavid", "best"),
            ("Ja.\n\nViele Grüße,\nAnn", "viele grüsse"),
            ("Yes.\n\nThanks!", "thanks"),
            ("Yes.\n\nDavid", "(name)"),
            ("Yes, I will come.", ""),
            ("Dear Tom,\nI will come on Friday.", ""),
            ("Thanks!", ""),
        ],
    )
    def test_a_sign_off_is_a_short_last_line_above_a_name(self, text: str, found: str) -> None:
        assert sign_off(text) == found

    @given(st.text())
    def test_any_text_has_one_or_none(self, text: str) -> None:
        assert greeting(text) == greeting(text).casefold()
        assert sign_off(text) == sign_off(text).casefold()


class TestFactRecall:
    def test_names_dates_numbers_and_links_are_facts(self) -> None:
        instruction = (
            "Write to Ann Lee that I'm late: meet Friday, 12 May at 10:30, see www.example.org/a,"
            " mail x@example.org. It costs 40 euros."
        )
        said = (
            "Dear Ann Lee, Friday 12 May at 10:30, see www.example.org/a, x@example.org, 40 euros."
        )
        found, wanted = fact_recall(instruction, said)
        assert found == wanted == 8
        assert fact_recall(instruction, "Dear all,\n\nI am late.") == (0, 8)

    def test_other_ways_to_write_a_fact_count(self) -> None:
        assert fact_recall("Meet at 3pm", "See you at 15:00.") == (1, 1)

    def test_what_begins_a_sentence_is_no_name(self) -> None:
        assert fact_recall("Thank him. Say yes: Come soon.", "No.") == (0, 0)

    def test_a_fact_counts_when_it_stands_in_the_draft(self) -> None:
        instruction = "Thank Chris's team, meet on Monday at 9"
        assert fact_recall(instruction, "Hi CHRIS,\n\nMonday at 10 is fine.") == (2, 3)

    def test_a_number_inside_another_is_not_said(self) -> None:
        assert fact_recall("Ask for 12 chairs", "We need 120 chairs.") == (0, 1)


class TestSpread:
    DRAFTS = [Drafted(MAIL, MAIL), Drafted(OTHER, MAIL)] * 10

    def test_the_bounds_hold_the_figure_and_are_the_same_each_time(self) -> None:
        def figure(drafts: object) -> float:
            assert isinstance(drafts, list)
            return sum(one.text == one.truth for one in drafts) / len(drafts)

        found = over_mails(self.DRAFTS, figure)
        assert found == over_mails(self.DRAFTS, figure)
        assert found.value == 0.5
        assert 0.2 < found.low < 0.5 < found.high < 0.8
