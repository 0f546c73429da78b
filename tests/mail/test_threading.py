"""Who answers whom: by ids whatever their order, by quotes, subjects and people where ids fail."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.extract import extract
from panzad.mail.message import Message
from panzad.mail.thread import thread_of, to_answer
from panzad.mail.threading import Links, Node
from tests.mail.builder import mail

ME = ("ann@example.org",)
ANN, BEN, CAT = "Ann Lee <ann@example.org>", "Ben <ben@example.net>", "Cat <cat@example.net>"


def ids(nodes: tuple[Node, ...]) -> list[str | None]:
    return [node.message.message_id for node in nodes]


def links(*mails: Message) -> Links:
    return Links(Node.of(one) for one in mails)


def at(day: int, text: str = "", /, **fields: str) -> Message:
    """A mail of the n-th of November."""
    return mail(text or f"Mail of day {day}.", date=f"{day} Nov 2026 09:00:00 +0000", **fields)


class TestIds:
    def test_a_missing_mail_in_between_still_joins_its_neighbours(self) -> None:
        first = at(1, message_id="<1@x>")
        sibling = at(3, message_id="<3@x>", references="<1@x> <2@x>")
        # Its own References were cut to the missing parent: the sibling's tell the rest.
        last = at(4, message_id="<4@x>", in_reply_to="<2@x>")

        assert ids(links(first, sibling, last).ancestors(last)) == ["<1@x>"]

    def test_order_comes_from_the_ids_where_a_clock_is_wrong(self) -> None:
        first = at(9, message_id="<1@x>")
        second = at(2, message_id="<2@x>", references="<1@x>")
        third = at(3, message_id="<3@x>", references="<1@x> <2@x>")

        assert ids(links(third, first, second).ancestors(third)) == ["<1@x>", "<2@x>"]

    def test_in_reply_to_counts_where_references_lack_it(self) -> None:
        first = at(1, message_id="<1@x>")
        second = at(2, message_id="<2@x>", in_reply_to="<1@x>")
        third = at(3, message_id="<3@x>", in_reply_to="<2@x>", references="<1@x>")

        assert ids(links(first, second, third).ancestors(third)) == ["<1@x>", "<2@x>"]

    def test_of_mails_that_claim_to_answer_each_other_the_newer_does(self) -> None:
        first = at(1, message_id="<1@x>", references="<3@x>")
        second = at(2, message_id="<2@x>", references="<1@x>")
        third = at(3, message_id="<3@x>", references="<2@x>")

        for order in ((first, second, third), (third, second, first)):
            found = links(*order)
            assert ids(found.ancestors(third)) == ["<1@x>", "<2@x>"]
            assert ids(found.descendants(first)) == ["<2@x>", "<3@x>"]

    def test_a_copy_from_another_folder_counts_once(self) -> None:
        first = at(1, message_id="<1@x>")
        copy = at(1, message_id="<1@x>", received="from mx by y")
        second = at(2, message_id="<2@x>", in_reply_to="<1@x>")

        assert ids(links(copy, second, first).ancestors(second)) == ["<1@x>"]

    def test_two_mails_under_one_id_are_both_kept(self) -> None:
        first = at(1, "Offer", message_id="<same@x>")
        other = at(2, "Invoice", message_id="<same@x>", references="<0@x>")

        assert ids(links(first, other).ancestors(other)) == []
        assert [turn.text for turn in thread_of(other, extract(other), [first])] == ["Invoice"]


class TestWithoutIds:
    QUESTION = at(
        1, "Can we ship the second batch before the holidays?", from_=BEN, to=ANN, subject="Batch"
    )
    OTHER = at(2, "The invoice is missing.", from_=BEN, to=ANN, subject="Re: Batch")

    def test_what_is_quoted_decides(self) -> None:
        answer = at(
            3,
            "Yes.\n\n-----Original Message-----\nFrom: Ben\nSent: Sunday, November 1, 2026\n"
            "To: Ann Lee\nSubject: Batch\n\nCan we ship the second batch before the holidays?\n",
            from_=ANN,
            to=BEN,
            subject="RE: Batch",
        )

        assert links(self.OTHER, self.QUESTION, answer).ancestors(answer)[0].message == (
            self.QUESTION
        )

    def test_a_reply_without_quotes_answers_the_newest_mail_of_whom_it_is_for(self) -> None:
        answer = at(3, "Yes.", from_=ANN, to=BEN, subject="Re: Batch")
        later = at(4, "And the third?", from_=BEN, to=ANN, subject="Re: Batch")

        assert [node.message for node in links(later, self.QUESTION, answer).ancestors(answer)] == [
            self.QUESTION
        ]

    def test_on_a_list_nobody_need_be_addressed(self) -> None:
        post = at(1, "Which glue?", from_=BEN, to="crew@lists.example", subject="Glue")
        answer = at(2, "Epoxy.", from_=CAT, to="crew@lists.example", subject="Re: Glue")

        assert [node.message for node in links(post, answer).ancestors(answer)] == [post]

    def test_the_same_subject_among_other_people_is_another_thread(self) -> None:
        answer = at(3, "Yes.", from_=ANN, to=CAT, subject="Re: Batch")

        assert links(self.QUESTION, answer).ancestors(answer) == ()

    def test_a_new_mail_of_an_old_subject_begins_a_thread(self) -> None:
        again = at(3, "Another batch has come.", from_=ANN, to=BEN, subject="Batch")

        assert links(self.QUESTION, again).ancestors(again) == ()

    def test_last_years_lunch_is_another_thread(self) -> None:
        old = mail("Lunch?", from_=BEN, to=ANN, subject="Lunch", date="1 Nov 2025 09:00 +0000")
        answer = at(3, "Yes.", from_=ANN, to=BEN, subject="Re: Lunch")

        assert links(old, answer).ancestors(answer) == ()


class TestWhatIsAnswered:
    MARKED = at(1, from_=BEN, to=ANN, message_id="<1@x>")
    MINE = at(2, from_=ANN, to=BEN, message_id="<2@x>", references="<1@x>")
    NEWER = at(3, from_=BEN, to=ANN, message_id="<3@x>", references="<1@x> <2@x>")

    def chosen(self, *others: Message) -> tuple[str | None, str]:
        found = to_answer(self.MARKED, others, ME)
        return found.message.message_id, found.note

    def test_the_marked_mail_where_nothing_came_after_it(self) -> None:
        assert self.chosen() == ("<1@x>", "")

    def test_the_newest_mail_to_the_user_where_the_talk_went_on(self) -> None:
        assert self.chosen(self.NEWER, self.MINE) == (
            "<3@x>",
            "answers the newer mail of Ben in this thread",
        )

    def test_an_answer_of_the_users_is_told(self) -> None:
        assert self.chosen(self.MINE) == ("<1@x>", "you have answered it already")

    def test_another_branch_is_another_conversation(self) -> None:
        sibling = at(3, from_=CAT, to=ANN, message_id="<4@x>", references="<0@x>")

        assert self.chosen(sibling) == ("<1@x>", "")

    def test_mail_to_others_and_automatic_mail_is_passed_over(self) -> None:
        aside = at(3, from_=BEN, to=CAT, message_id="<5@x>", references="<1@x>")
        away = at(4, from_=BEN, to=ANN, references="<1@x>", auto_submitted="auto-replied")

        assert self.chosen(aside, away) == ("<1@x>", "")


NAMES = st.sampled_from(["<1@x>", "<2@x>", "<3@x>", "<4@x>", "<5@x>", "< @", "no-brackets@x"])
CHAINS = st.lists(NAMES, max_size=5).map(" ".join)
MAILS = st.lists(
    st.builds(
        lambda name, above, refs, day, words, people, subject: mail(
            words,
            message_id=name,
            in_reply_to=above,
            references=refs,
            date=day,
            from_=people[0],
            to=people[1],
            subject=subject,
        ),
        NAMES,
        st.one_of(st.just(""), NAMES),
        CHAINS,
        st.sampled_from(["", "1 Nov 2026 09:00:00 +0000", "2 Nov 2026 09:00:00 +0000"]),
        st.text(alphabet="ab >\n", max_size=30),
        st.permutations([ANN, BEN, CAT]),
        st.sampled_from(["", "Boat", "Re: Boat"]),
    ),
    min_size=1,
    max_size=8,
)


@given(mails=MAILS, data=st.data())
def test_any_order_of_the_mails_gives_the_same_thread(
    mails: list[Message], data: st.DataObject
) -> None:
    message, others = mails[0], mails[1:]
    shuffled = data.draw(st.permutations(others))

    found = thread_of(message, extract(message), others)

    assert found == thread_of(message, extract(message), [*shuffled, *others])
    assert to_answer(message, others, ME) == to_answer(message, shuffled, ME)


@given(mails=MAILS)
def test_no_mail_stands_twice_or_above_itself(mails: list[Message]) -> None:
    found = links(*mails)
    for one in mails:
        above = [node.message for node in found.ancestors(one)]
        assert one not in above
        assert len(above) == len({id(other) for other in above})
        for parent, child in pairwise(above):
            assert child in [node.message for node in found.descendants(parent)]
    texts = [
        turn for turn in thread_of(mails[0], extract(mails[0]), mails[1:])[:-1] if turn.text.strip()
    ]
    assert len({(turn.email, turn.date, turn.text) for turn in texts}) == len(texts)
