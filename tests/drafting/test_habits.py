"""How a user answers, by what was sent: too few cases tell nothing, the newest tell most."""

from __future__ import annotations

import pytest

from panzad.drafting import habits
from panzad.mail.message import Address
from panzad.store.habits import SentReply
from panzad.store.mails import Manner

BEN, CAT, DAN = (Address("", f"{name}@example.net") for name in ("ben", "cat", "dan"))


def sent(*to: Address, thread: tuple[Address, ...] = (), **manner: str | bool) -> SentReply:
    return SentReply(
        frozenset(one.email for one in to),
        frozenset(one.email for one in thread),
        Manner(**manner),  # pyright: ignore[reportArgumentType]
    )


class TestReplyAll:
    def test_who_keeps_the_others_in_answers_all(self) -> None:
        assert habits.answers_all([sent(BEN, CAT)] * 3, [BEN], [CAT]) is True

    def test_who_leaves_them_out_answers_the_author(self) -> None:
        left_out = [sent(BEN, thread=(BEN, CAT))] * 3

        assert habits.answers_all(left_out, [BEN], [CAT]) is False

    def test_mails_between_two_tell_nothing_about_a_third(self) -> None:
        assert habits.answers_all([sent(BEN, thread=(BEN,))] * 9, [BEN], [CAT]) is None

    def test_the_newest_count(self) -> None:
        now = [sent(BEN, CAT)] * 20
        then = [sent(BEN, thread=(BEN, CAT))] * 80

        assert habits.answers_all([*now, *then], [BEN], [CAT]) is True

    def test_strangers_are_answered_as_others_are(self) -> None:
        in_company = [sent(BEN, thread=(BEN, CAT))] * 3

        assert habits.answers_all(in_company, [DAN], [Address("", "eve@x.y")]) is False

    def test_a_plus_address_is_the_same_person(self) -> None:
        tagged = Address("", "Cat+work@example.net")

        assert habits.answers_all([sent(BEN, CAT)] * 3, [BEN], [tagged]) is True


class TestQuote:
    @pytest.mark.parametrize(
        ("layout", "place"),
        [("top", "below"), ("bottom", "above"), ("interleaved", "above"), ("plain", "none")],
    )
    def test_the_quote_stands_where_the_user_puts_it(self, layout: str, place: str) -> None:
        assert habits.quote_place([sent(BEN, layout=layout)] * 3, [BEN]) == place

    def test_a_correspondent_may_have_another_way(self) -> None:
        mails = [sent(CAT, layout="top")] * 9 + [sent(BEN, layout="bottom")] * 3

        assert habits.quote_place(mails, [BEN]) == "above"
        assert habits.quote_place(mails, [DAN]) == "below"

    def test_two_mails_are_no_habit(self) -> None:
        mails = [sent(BEN, layout="bottom")] * 2

        assert habits.quote_place(mails, [BEN]) == "below"

    def test_mails_stored_before_layouts_were_tell_nothing(self) -> None:
        mails = [sent(BEN)] * 9 + [sent(CAT, layout="bottom")] * 3

        assert habits.quote_place(mails, [BEN]) == "above"


def test_html_and_language_are_habits_too() -> None:
    mails = [sent(BEN, html=True, language="de")] * 3 + [sent(CAT, language="en")] * 9

    assert habits.writes_html(mails, [BEN])
    assert not habits.writes_html(mails, [CAT])
    assert habits.language(mails, [BEN]) == "de"
    assert habits.language([sent(BEN)] * 9, [BEN]) == ""
