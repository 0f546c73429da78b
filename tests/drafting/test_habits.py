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
    LEFT_OUT = sent(BEN, thread=(BEN, CAT))
    KEPT_IN = sent(BEN, CAT)

    def test_who_leaves_the_others_out_answers_the_author(self) -> None:
        assert habits.leaves_out([self.LEFT_OUT] * 3, [BEN], [CAT])

    def test_who_keeps_them_in_answers_all(self) -> None:
        assert not habits.leaves_out([self.KEPT_IN] * 3, [BEN], [CAT])

    def test_only_a_clear_habit_drops_people(self) -> None:
        assert habits.leaves_out([self.LEFT_OUT] * 3 + [self.KEPT_IN], [BEN], [CAT])
        assert not habits.leaves_out([self.LEFT_OUT] * 2 + [self.KEPT_IN], [BEN], [CAT])
        assert not habits.leaves_out([self.LEFT_OUT] * 2, [BEN], [CAT])

    def test_mails_between_two_tell_nothing_about_a_third(self) -> None:
        assert not habits.leaves_out([sent(BEN, thread=(BEN,))] * 9, [BEN], [CAT])

    def test_the_newest_count(self) -> None:
        assert not habits.leaves_out([self.KEPT_IN] * 20 + [self.LEFT_OUT] * 80, [BEN], [CAT])

    def test_strangers_are_answered_as_others_are(self) -> None:
        assert habits.leaves_out([self.LEFT_OUT] * 3, [DAN], [Address("", "eve@x.y")])

    def test_a_plus_address_is_the_same_person(self) -> None:
        tagged = Address("", "Cat+work@example.net")

        assert not habits.leaves_out([self.KEPT_IN] * 3, [BEN], [tagged])
        assert habits.leaves_out([self.LEFT_OUT] * 3, [BEN], [tagged])


class TestList:
    LIST = Address("", "crew@lists.example")

    def test_who_answers_the_list_alone_goes_on_to(self) -> None:
        posts = {"crew@lists.example"}

        assert habits.answers_list_alone([sent(self.LIST)] * 3, posts)
        assert not habits.answers_list_alone([sent(self.LIST, BEN)] * 3, posts)
        assert not habits.answers_list_alone([sent(BEN)] * 3, posts)


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

    def test_two_mails_to_somebody_are_no_habit_with_them(self) -> None:
        mails = [sent(BEN, layout="bottom")] * 2 + [sent(CAT, layout="top")] * 9

        assert habits.quote_place(mails, [BEN]) == "below"

    def test_without_any_reply_the_quote_stands_below(self) -> None:
        assert habits.quote_place([], [BEN]) == "below"

    def test_mails_stored_before_layouts_were_tell_nothing(self) -> None:
        mails = [sent(BEN)] * 9 + [sent(CAT, layout="bottom")] * 3

        assert habits.quote_place(mails, [BEN]) == "above"


def test_html_and_language_are_habits_too() -> None:
    mails = [sent(BEN, html=True, language="de")] * 3 + [sent(CAT, language="en")] * 9

    assert habits.writes_html(mails, [BEN])
    assert not habits.writes_html(mails, [CAT])
    assert habits.language(mails, [BEN]) == "de"
    assert habits.language([sent(BEN)] * 9, [BEN]) == ""
