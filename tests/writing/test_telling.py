"""What of a mail an instruction tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing import telling

MAIL = (
    "Dear Prof. Lee,\n\nI wanted to ask whether Thursday 3pm suits you. The room costs 1.200,50,"
    " see www.rooms.example/a?b=1, and Maria's mail is maria@rooms.example.\n\nBest regards,\nAnn"
)


class TestFacts:
    def test_names_dates_numbers_links_and_addresses_are_found_in_order(self) -> None:
        assert telling.wanted_facts(MAIL) == [
            "Prof. Lee",
            "Thursday 3pm",
            "1.200,50",
            "www.rooms.example/a?b=1",
            "Maria",
            "maria@rooms.example",
        ]

    def test_a_capital_at_the_beginning_of_a_sentence_is_no_name(self) -> None:
        assert telling.facts("Thanks. Could you come? Yes.\nHere it is.") == []

    def test_where_every_noun_has_a_capital_it_makes_no_name(self) -> None:
        text = "ich habe den Bericht und die Rechnung mit dem Auto in die Stadt gebracht, 3 Kisten"
        assert telling.facts(text) == ["3"]

    @given(st.text(max_size=300))
    def test_any_text_holds_its_own_facts(self, text: str) -> None:
        assert all(telling.holds(text, fact) for fact in telling.facts(text))


class TestBody:
    @pytest.mark.parametrize(
        ("mail", "said"),
        [
            ("Hi Tom,\n\nNoon works.\n\nBest,\nAnn", "Noon works."),
            ("Noon works.\nAnn", "Noon works."),
            ("Hi,\nsee https://a.example/b\n\nThanks!\n\nAnn", "see https://a.example/b"),
            ("Great, thanks!", "Great, thanks!"),
            ("Noon works.\n\nFair winds from the bindery,\nAnn", "Noon works."),
            (
                "Bring ten chairs from the bindery,\nplease.",
                "Bring ten chairs from the bindery,\nplease.",
            ),
        ],
    )
    def test_greeting_and_closing_lines_are_left_out(self, mail: str, said: str) -> None:
        assert telling.body(mail) == said


class TestScore:
    def test_more_told_scores_higher(self) -> None:
        little = "Ask whether Thursday suits."
        more = "Ask Prof. Lee whether Thursday 3pm suits, the room costs 1.200,50 euros."
        assert telling.score("", MAIL) < telling.score(little, MAIL) < telling.score(more, MAIL)

    def test_copying_costs(self) -> None:
        said = telling.body(MAIL)
        noted = " ".join(telling.shortened(one) for one in telling.sentences(said))
        assert telling.copying(said, MAIL) == 1
        assert telling.score(said, MAIL) < telling.score(noted, MAIL)

    def test_words_of_its_own_cost(self) -> None:
        true = "Ask whether Thursday 3pm suits."
        assert telling.score(f"{true} Climate conferences matter.", MAIL) < telling.score(
            f"{true} The room costs euros.", MAIL
        )

    def test_a_mail_of_a_few_words_may_be_quoted(self) -> None:
        assert telling.score("Noon works.", "Noon works.") == 1

    @given(st.text(max_size=200), st.text(max_size=300))
    def test_any_two_texts_give_a_score_from_0_to_1(self, text: str, mail: str) -> None:
        assert 0 <= telling.score(text, mail) <= 1
