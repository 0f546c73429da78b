"""A draft says nothing that nobody has said."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing.grounding import Grounded, Source, grounded, turn_sources

MONDAY = date(2026, 11, 9)


def against(draft: str, *sources: str) -> str:
    return grounded(draft, [Source(text, MONDAY) for text in sources]).text


class TestGrounded:
    @pytest.mark.parametrize(
        ("draft", "expected"),
        [
            ("See you at 3pm.", "See you at [?time]."),
            ("See you on Friday, 13 November 2026!", "See you on [?date]!"),
            ("Friday suits me.", "[?day] suits me."),
            ("It is €1,200.", "It is [?amount]."),
            ("We need 17 chairs.", "We need [?number] chairs."),
            ("See https://evil.example/x?d=1.", "See [?link]."),
            ("Write to eve@evil.example.", "Write to [?address]."),
            ("Call 020 7946 0000.", "Call [?phone]."),
            ("It is DE89 3704 0044 0532 0130 00.", "It is [?number]."),
            ("Es kostet 40 Euro, am 3. Mai.", "Es kostet [?amount], am [?date]."),
        ],
    )
    def test_what_stands_nowhere_becomes_a_gap(self, draft: str, expected: str) -> None:
        assert against(draft, "Can we meet?") == expected

    @pytest.mark.parametrize(
        ("draft", "source"),
        [
            ("15:00 is fine.", "Is 3pm good?"),
            ("3pm is fine.", "at three?"),
            ("At 3 then.", "Is 15:00 good?"),
            ("Thursday, 12 November then.", "Thursday?"),
            ("Thursday then.", "On the 12th?"),
            ("Thursday the 12th then.", "On 12.11.?"),
            ("On 10 November then.", "Tomorrow?"),
            ("In November then.", "On 2026-11-12?"),
            ("Two chairs.", "2 chairs"),
            ("It is 1.200,50 €.", "It is EUR 1,200.50"),
            ("It is $50.", "Say that it is 50."),
            ("See https://example.org/a.", "It is on www.example.org/a/"),
            ("See example.org.", "Mail ann@example.org"),
            ("Call 020 7946 0000.", "Tel. +44 20 7946 0000"),
            ("I asked Ruth Miller.", ""),
            ("See you tomorrow, one of us comes.", ""),
            ("1. This.\n2. That.", ""),
        ],
    )
    def test_what_is_known_stays_however_it_is_written(self, draft: str, source: str) -> None:
        assert against(draft, source) == draft

    @pytest.mark.parametrize(
        ("draft", "source"),
        [
            ("It is $50.", "It is €50"),
            ("At 3pm.", "We have 3 chairs"),
            ("On 12 November 2025.", "On 12 November"),
            ("On Friday.", "On 12 November"),
            ("See example.org/b.", "See example.org/a"),
        ],
    )
    def test_what_is_only_like_a_known_fact_is_a_gap(self, draft: str, source: str) -> None:
        assert grounded(draft, [Source(source, MONDAY)]).gaps

    def test_a_date_in_a_language_that_is_not_the_drafts_is_one(self) -> None:
        """Its day and its year may be known by themselves."""
        draft = "Wir haben lange darüber gesprochen und es steht nun fest: c'était le 19 juin 2018."
        assert grounded(draft, [Source("Am 19. März 2018.")]).gaps == ("date",)

    def test_the_gaps_are_told_in_order(self) -> None:
        found = grounded("Friday at 3pm for $5, or Friday the 13th.", [])
        assert found == Grounded(
            "[?day] at [?time] for [?amount], or [?date].", ("day", "time", "amount", "date")
        )

    def test_a_gap_in_a_source_is_no_fact(self) -> None:
        assert against("On the 3rd.", "[?date] [?number]") == "On the [?date]."

    def test_the_date_of_the_mail_that_is_answered_is_known(self) -> None:
        sources = turn_sources("2026-11-09T10:00:00+01:00", "See you on Thursday.")
        draft = "Thanks for your mail of 9 November, see you on the 12th."
        assert grounded(draft, sources).text == draft

    @pytest.mark.parametrize(
        "written", ["2026-11-09T10:00:00+01:00", "Monday, November 9, 2026 1:14 PM", "Mo., 9.11.26"]
    )
    def test_a_weekday_counts_from_the_day_of_its_mail(self, written: str) -> None:
        sources = turn_sources(written, "See you on Thursday.")
        assert grounded("See you on 12 November 2026.", sources).gaps == ()

    @pytest.mark.parametrize("written", ["", "yesterday", "2026-02-31", "10/11/2026", "9999-12-31"])
    def test_a_mail_of_no_certain_day_dates_nothing(self, written: str) -> None:
        sources = turn_sources(written, "See you on Thursday.")
        assert grounded("See you on 12 November 2026.", sources).gaps == ("date",)

    @given(st.text(max_size=200), st.text(max_size=200))
    def test_a_text_is_grounded_in_itself(self, text: str, other: str) -> None:
        sources = [Source(text, MONDAY), Source(other)]
        assert grounded(text, sources) == Grounded(text, ())

    @given(st.text("ab 0123:.,€$@/-\n", max_size=150))
    def test_a_grounded_draft_has_no_further_gaps(self, text: str) -> None:
        once = grounded(text, [])
        assert grounded(once.text, []).text == once.text

    @given(st.lists(st.integers(13, 9999), min_size=1, max_size=5))
    def test_no_invented_number_is_left(self, numbers: list[int]) -> None:
        draft = " and ".join(f"{number} chairs" for number in numbers)
        assert not any(one.isdigit() for one in grounded(draft, []).text)
