"""Signatures that no dashes mark: told by the author's name, or by repetition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.extract import extract
from panzad.mail.message import Address
from panzad.mail.signatures import name_words, repeated, without_repeated
from tests.mail.builder import mail

ANN = name_words([Address("Ann Lee", "ann.lee@example.org")])


class TestOneMail:
    @pytest.mark.parametrize(
        ("text", "own", "signature"),
        [
            (
                "It is done.\n\nAnn Lee\nHarbour Office\nPhone: +44 20 7946 0012",
                "It is done.",
                "Ann Lee\nHarbour Office\nPhone: +44 20 7946 0012",
            ),
            (
                "Es ist erledigt.\n\nViele Grüße,\nAnn Lee\nHafenamt\nTel. 040 / 123 45 67",
                "Es ist erledigt.\n\nViele Grüße,\nAnn Lee",
                "Hafenamt\nTel. 040 / 123 45 67",
            ),
            (
                "C'est fait.\n\nAnn\n\nAnn Lee\nCapitainerie\nann.lee@example.org",
                "C'est fait.\n\nAnn",
                "Ann Lee\nCapitainerie\nann.lee@example.org",
            ),
            (
                "Done.\n\n*********************\nDr. Ann M. Lee\nhttps://example.org/harbour",
                "Done.",
                "*********************\nDr. Ann M. Lee\nhttps://example.org/harbour",
            ),
            (
                "Done.\n\n--------\nAnn Lee   Harbour Office\nICQ 5119262\n--------\nCalm seas.",
                "Done.",
                "Ann Lee   Harbour Office\nICQ 5119262\n--------\nCalm seas.",
            ),
            (
                "Love,\nAnn\n\n7 Quay Street\nBristol BS1 4DB\n\nann@example.net",
                "Love,\nAnn",
                "7 Quay Street\nBristol BS1 4DB\n\nann@example.net",
            ),
        ],
    )
    def test_name_short_lines_and_a_way_to_reach_them_are_a_signature(
        self, text: str, own: str, signature: str
    ) -> None:
        found = extract(mail(text, from_="Ann Lee <ann.lee@example.org>"))

        assert (found.own_text, found.signature) == (own, signature)

    @pytest.mark.parametrize(
        "text",
        [
            "Yes.\n\nThanks,\nAnn",
            "Yes.\n\nBest,\nAnn Lee\nHarbour Office",
            "Please send the rope to:\n\nAnn Lee\n7 Quay Street\nann@example.net",
            "Call Ben:\n\nBen Okri\n+44 20 7946 0012",
            "The prices are now:\n\n--------\nRope, Ann: 12\n+44 20 7946 0012\n--------\nAll.",
            "Ben's new number:\n\n--------\nAnn Lee and Ben\n+44 20 7946 0012\n--------\nSee you.",
            "Ann\n\nThe number of the office is +44 20 7946 0012, but nobody answers it today.",
        ],
    )
    def test_a_sign_off_an_address_to_use_and_another_person_are_text(self, text: str) -> None:
        assert extract(mail(text, from_="Ann Lee <ann.lee@example.org>")).own_text == text

    def test_a_full_name_above_the_authors_own_address_signs_whoever_the_header_names(self) -> None:
        text = "Ok.\n\nMary Rembert\nQuay 4\nal77@example.org"

        assert extract(mail(text, from_="al77@example.org")).own_text == "Ok."
        assert extract(mail(text, from_="bo12@example.org")).own_text == text

    def test_a_name_written_together_in_the_address_is_known(self) -> None:
        found = extract(mail("Ok.\n\nMiller\n+44 20 7946 0012", from_="millerj@example.org"))

        assert found.own_text == "Ok.\n\nMiller"


class TestRepetition:
    def stripped(self, texts: list[str], names: frozenset[str] = ANN) -> list[str]:
        lines = repeated(texts)
        return [without_repeated(text, lines, names)[0] for text in texts]

    def test_what_repeats_below_the_name_is_a_signature_the_sign_off_is_style(self) -> None:
        texts = [f"Text number {n} here.\n\nBest,\nAnn Lee\nHarbour Office" for n in range(5)]

        assert self.stripped(texts) == [
            f"Text number {n} here.\n\nBest,\nAnn Lee" for n in range(5)
        ]

    def test_a_sign_off_alone_is_never_one(self) -> None:
        texts = ["Thanks, Ann", "Thanks, Ann", "Yes.\n\nThanks,\nAnn", "Ok.\n\nThanks,\nAnn"] * 3

        assert self.stripped(texts) == texts

    def test_a_habitual_last_sentence_is_style(self) -> None:
        texts = [f"Point {n}.\n\nLet me know if you have any questions." for n in range(9)]

        assert self.stripped(texts) == texts

    def test_a_block_without_the_name_needs_a_way_to_be_reached(self) -> None:
        block = "Harbour Office\n7 Quay Street\nwww.example.org"
        texts = [f"Point {n}.\n\nCheers,\n{block}" for n in range(4)]

        assert self.stripped(texts) == [f"Point {n}.\n\nCheers," for n in range(4)]

    def test_several_signatures_over_the_years_are_each_found(self) -> None:
        old = [f"Old {n}.\n\nAnn Lee\nJunior Clerk" for n in range(4)]
        new = [f"New {n}.\n\nAnn Lee\nHead  of Harbour" for n in range(2)]
        newer = [f"Newer {n}.\n\nAnn Lee\nHead of Harbour " for n in range(2)]

        assert all("Lee" not in text for text in self.stripped(old + new + newer))

    def test_a_chance_repetition_of_two_is_none(self) -> None:
        texts = [f"Text {n}.\n\nAnn Lee\nHarbour Office" for n in range(2)]

        assert self.stripped(texts) == texts

    def test_doing_it_twice_changes_nothing_more(self) -> None:
        texts = [f"Text {n}.\n\nBest,\nAnn Lee\nOffice\n+44 20 7946 0012" for n in range(6)]
        once = self.stripped(texts)

        assert self.stripped(once) == once


LINES = st.sampled_from(
    ["Ann Lee", "Best,", "", "Harbour Office", "+44 20 7946 0012", "Yes, that works.", "Ann", "--"]
)


@given(st.lists(st.lists(LINES, max_size=9).map("\n".join), max_size=12))
def test_own_text_and_signature_are_the_text_in_two(texts: list[str]) -> None:
    lines = repeated(texts)
    for text in texts:
        own, signature = without_repeated(text, lines, ANN)

        assert text.startswith(own)
        assert own.split() + signature.split() == text.split()
