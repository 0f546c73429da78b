"""Facts are found in any language, and mean the same however they are written."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing.calendar_names import MONTHS
from panzad.writing.facts import facts, masked, unprompted


def found(text: str, *people: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.kind) for one in facts(text, people=people)]


def agree(one: str, other: str) -> bool:
    """Whether the only fact of each text has a meaning in common with the other's."""
    [first], [second] = facts(one), facts(other)
    return bool(first.values & second.values)


class TestFacts:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                "See you Thursday the 12th at 3pm.",
                [("Thursday", "day"), ("12th", "date"), ("3pm", "time")],
            ),
            (
                "Am Donnerstag, den 12. November um 15 Uhr kostet es 1.200,50 Euro.",
                [
                    ("Donnerstag", "day"),
                    ("12. November", "date"),
                    ("15 Uhr", "time"),
                    ("1.200,50 Euro", "amount"),
                ],
            ),
            (
                "jeudi 12 novembre à 15h30, 50 €",
                [
                    ("jeudi", "day"),
                    ("12 novembre", "date"),
                    ("15h30", "time"),
                    ("50 €", "amount"),
                ],
            ),
            (
                "В среду 5 ноября в 15:30, 500 руб.",
                [
                    ("среду", "day"),
                    ("5 ноября", "date"),
                    ("15:30", "time"),
                    ("500 руб.", "amount"),
                ],
            ),
            (
                "torstaina 12. marraskuuta klo 15.30",
                [("torstaina", "day"), ("12. marraskuuta", "date"), ("15.30", "time")],
            ),
            (
                "11月12日15時30分に会いましょう。3個",
                [("11月12日", "date"), ("15時30分", "time"), ("3", "number")],
            ),
            (
                "Write to ann@example.org or see (https://example.org/a_(b)).",
                [("ann@example.org", "address"), ("https://example.org/a_(b)", "link")],
            ),
            ("Call +44 20 7946 0000.", [("+44 20 7946 0000", "phone")]),
            ("Call 555-1234 or (713) 555-0101.",
             [("555-1234", "phone"), ("(713) 555-0101", "phone")]),
            (
                "Order AB-1234, 5 kg, version 3.11.2",
                [("AB-1234", "number"), ("5", "number"), ("3.11.2", "number")],
            ),
            ("It is due in March 2026.", [("March 2026", "date")]),
            ("2 or 3pm, 10-12 people", [
                ("2", "number"), ("3pm", "time"), ("10", "number"), ("12", "number"),
            ]),
        ],
    )  # fmt: skip
    def test_each_is_found_with_its_kind(self, text: str, expected: list[tuple[str, str]]) -> None:
        assert found(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "One of us is there 24/7, and that's the one thing.",
            "1. First this.\n2) Then that.\n(3) And this.",
            "May I march on? I sat in the sun and wed.",
            "Sei so gut. Due diligence, once more.",
            "Guten Morgen, das passt mir sehr gut, bis morgen.",
            "Best Regards,\nMany Thanks",
            "We need a new fridge, and sundry other things.",
            "On se voit cet après midi, ou à midi, comme convenu ?",
            "The MIDI cable is here.",
            "It is midnight-blue, or a forty two of a hundred and ten.",
            "Half past ten, or quarter to two, or five past three.",
            "Some two hundred of them, and a six-pack.",
        ],
    )
    def test_what_only_looks_like_one_is_none(self, text: str) -> None:
        assert found(text) == []

    def test_a_capital_in_mid_sentence_is_a_name(self) -> None:
        text = "Hi Tom,\n\nI asked Ruth Miller about it. Nobody knows. Please tell I.\n\nAnn"
        assert found(text) == [("Tom", "name"), ("Ruth", "name"), ("Miller", "name")]

    def test_known_people_are_names_wherever_they_stand(self) -> None:
        assert found("Ruth knows.", "Ruth Miller") == [("Ruth", "name")]
        assert found("今日は山田様と会います。") == [("山田", "name")]

    def test_a_german_noun_is_no_name(self) -> None:
        text = (
            "Hallo Jörg,\n\ndie Rechnung für den Umbau ist heute mit der Post gekommen, bitte gib"
            " sie Frau Meier."
        )
        assert found(text) == [("Jörg", "name"), ("Meier", "name")]

    @given(st.text(max_size=300))
    def test_any_text_gives_facts_in_order_that_do_not_overlap(self, text: str) -> None:
        position = 0
        for one in facts(text):
            assert position <= one.start < one.end <= len(text)
            assert one.values
            position = one.end

    @given(st.text("0123456789.,:/-+ aAhkmp$€(\n年月日@w", max_size=120))
    def test_no_mix_of_digits_and_signs_raises(self, text: str) -> None:
        facts(text)
        masked(text)


class TestMeaning:
    @pytest.mark.parametrize(
        "same",
        [
            ("3pm", "15:00", "3 p.m.", "15 Uhr", "15h", "kl. 15", "at three", "15.00 Uhr", "3 PM"),
            ("noon", "12 pm", "12:00", "mezzogiorno", "mediodía"),
            ("midnight", "12 am", "00:00", "Mitternacht", "minuit"),
            ("12 Nov", "November 12th", "12. November", "2026-11-12",
             "12 de noviembre", "11月12日"),
            ("1,200.50", "1.200,50", "1200.5", "1 200,50", "1'200.50"),
            ("€50", "50 EUR", "50,00 euros", "€ 50.00"),
            ("two", "2", "zwei tolle Hunde", "deux"),
            ("https://www.Example.org/a/", "example.org/a", "http://example.org/a"),
            ("+44 20 7946 0000", "020 7946 0000"),
            ("Thursday", "thursdays", "Donnerstag", "jeudi", "четверг"),
            ("٣", "3", "３"),
        ],
    )  # fmt: skip
    def test_a_fact_is_the_same_however_it_is_written(self, same: tuple[str, ...]) -> None:
        for other in same[1:]:
            first = {value for one in facts(same[0]) for value in one.values}
            second = {value for one in facts(other) for value in one.values}
            assert _meets(first, second), other

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("3pm", "4pm"),
            ("3am", "15:00"),
            ("noon", "midnight"),
            ("€50", "$50"),
            ("12 Nov", "13 Nov"),
            ("example.org/a", "example.org/b"),
            ("1,200", "1,201"),
        ],
    )
    def test_other_facts_are_others(self, one: str, other: str) -> None:
        assert not agree(one, other)

    @given(st.integers(0, 10**9), st.integers(0, 99))
    def test_a_number_is_read_alike_with_any_signs(self, whole: int, cents: int) -> None:
        english = f"{whole:,}.{cents:02}"
        german = english.translate(str.maketrans(",.", ".,"))
        assert agree(english, german)

    @given(st.integers(0, 23), st.integers(0, 59))
    def test_a_time_is_read_alike_on_both_clocks(self, hour: int, minute: int) -> None:
        twelve = f"{hour % 12 or 12}:{minute:02} {'pm' if hour >= 12 else 'am'}"
        assert agree(f"{hour:02}:{minute:02}", twelve)


class TestMasked:
    def test_facts_are_gone_and_the_style_is_left(self) -> None:
        text = "Hi Tom,\n\nThe ACME deal closes on 5 May at 3pm for $2,000. Ask Ruth Miller.\n\nAnn"
        assert masked(text, keep=["Ann Lee"]) == (
            "Hi [?name],\n\nThe [?name] deal closes on [?date] at [?time] for [?amount]."
            " Ask [?name].\n\nAnn"
        )

    def test_the_users_own_name_stays(self) -> None:
        assert masked("Yes, says Ann Lee.", keep=["Ann Lee"]) == "Yes, says Ann Lee."

    def test_where_every_noun_has_a_capital_none_is_kept(self) -> None:
        text = "Hallo Jörg,\n\nich habe gestern noch mit den Leuten von Zeppelin gesprochen."
        assert "Zeppelin" not in masked(text)

    def test_none_of_a_thousand_planted_facts_is_left(self) -> None:
        rng = random.Random(11)
        left = [fact for fact in _planted(rng, 1000) if fact in masked(_telling(rng, fact))]
        assert left == []


class TestUnprompted:
    def test_facts_of_the_prompt_are_left_out(self) -> None:
        text = "Hi Tom, Thursday 15:00 works, the code is 7741."
        [one] = unprompted(text, "Tom asked: Thursday at 3pm?")
        assert text[one.start : one.end] == "7741"


def _meets(one: set[str], other: set[str]) -> bool:
    """Full dates meet dates without a year."""
    short = {value.replace("2026-", "") for value in one}
    return bool(short & {value.replace("2026-", "") for value in other})


def _planted(rng: random.Random, count: int) -> Iterator[str]:
    """Made-up facts of every kind, each once."""
    months = ("March", "mai", "octubre", "Dezember", "ноября")
    for number in range(count):
        match number % 8:
            case 0:
                yield f"{rng.randint(13, 99999)}"
            case 1:
                yield f"{rng.randint(1, 28)} {rng.choice(months)}"
            case 2:
                yield f"{rng.randint(13, 23)}:{rng.randint(10, 59)}"
            case 3:
                yield f"{rng.choice('€$£')}{rng.randint(100, 99999):,}"
            case 4:
                yield f"https://x{rng.randint(100, 999)}.example.org/{rng.randint(100, 999)}"
            case 5:
                yield f"kim{rng.randint(100, 999)}@mail{rng.randint(1, 9)}.example"
            case 6:
                yield f"+44 20 7946 0{rng.randint(100, 999)}"
            case _:
                yield "".join(
                    rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in "abc"
                ).title()


def _telling(rng: random.Random, fact: str) -> str:
    before = rng.choice(("It is", "Please keep it:", "On", "Es geht um", "Nous avons dit"))
    return f"Hello,\n\nthanks. {before} {fact} as we said, so do come.\n\nAnn"


def months(*languages: str) -> list[tuple[int, str]]:
    """The number and the full name of each month in these languages."""
    return [
        (number, forms.split()[0])
        for language in languages
        for number, forms in enumerate(MONTHS[language].split("|"), 1)
    ]


class TestMonths:
    @pytest.mark.parametrize(
        ("number", "name"), months("en", "de", "fr", "es", "pt", "it", "nl", "da", "sv")
    )
    def test_each_makes_a_date_with_a_day_before_or_after_it(self, number: int, name: str) -> None:
        name = name.capitalize()
        for text in (f"12 {name}", f"12 {name} 2026", f"12 de {name}", f"{name} 12"):
            [fact] = facts(text)
            assert fact.kind == "date"
            assert any(value.endswith(f"{number:02}-12") for value in fact.values), text
