"""Who may see what of past mails."""

from __future__ import annotations

import pytest

from panzad.recall.sharing import Share, may_lend, nearness
from panzad.store.search import PastMail

ME = "ann@own.example"


def past(*readers: str) -> PastMail:
    return PastMail(1, "2026-05-01", ME, frozenset(), frozenset(readers), "the price is 400", "en")


class TestMayLend:
    @pytest.mark.parametrize(
        ("readers", "audience", "share", "allowed"),
        [
            (["bob@a.example"], ["bob@a.example"], "participants", True),
            (["bob@a.example"], ["Bob@A.example"], "participants", True),
            (["bob@a.example"], ["eve@b.example"], "participants", False),
            (["bob@a.example"], ["bob@a.example", "eve@b.example"], "participants", False),
            (["bob@a.example", "eve@b.example"], ["bob@a.example"], "participants", True),
            (["bob@a.example"], [], "participants", False),
            (["bob@a.example"], ["carl@a.example"], "participants", False),
            (["bob@a.example"], ["carl@a.example"], "domain", True),
            (["bob@gmail.com"], ["carl@gmail.com"], "domain", False),
            (["bob@gmail.com"], ["bob@gmail.com"], "domain", True),
            (["bob@a.example"], ["carl@a.example", "eve@b.example"], "domain", False),
            (["bob@a.example"], ["eve@b.example"], "all", True),
        ],
    )
    def test_only_people_who_took_part_see_it(
        self, readers: list[str], audience: list[str], share: Share, allowed: bool
    ) -> None:
        assert may_lend(past(*readers), audience, share) is allowed

    def test_a_copy_to_oneself_hinders_nothing(self) -> None:
        assert may_lend(past("bob@a.example"), ["bob@a.example", ME], "participants")

    def test_the_users_own_domain_makes_no_colleagues_of_the_readers(self) -> None:
        """A mail to a client is not for everybody in the user's own house."""
        assert not may_lend(past("bob@a.example"), ["carl@own.example"], "domain")

    def test_a_draft_to_oneself_alone_borrows_nothing(self) -> None:
        assert not may_lend(past("bob@a.example"), [ME], "participants")


class TestNearness:
    @pytest.mark.parametrize(
        ("reader", "near"),
        [("bob@a.example", 0), ("carl@a.example", 1), ("carl@b.example", 2)],
    )
    def test_the_same_people_come_before_their_colleagues(self, reader: str, near: int) -> None:
        assert nearness(past(reader), ["bob@a.example"]) == near

    def test_a_public_provider_is_no_house(self) -> None:
        assert nearness(past("carl@gmail.com"), ["bob@gmail.com"]) == 2
