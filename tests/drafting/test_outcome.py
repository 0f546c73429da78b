"""What became of a draft, as a table: where it lies, what was sent, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.drafting.outcome import (
    GRACE,
    STALE,
    Became,
    Missing,
    Pending,
    Place,
    Saved,
    Sent,
    decide,
    distance,
    is_edit_of,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEXT = "Hi Bob,\n\nThursday at noon is fine. I book the table by the window.\n\nBest,\nAnn"
EDITED = "Hi Bob,\n\nThursday at one is fine. I book the table by the door.\n\nBest,\nAnn"
OTHER = "Bob, sorry: no lunch for me before Christmas, ask Eve instead. A."
BOB = frozenset({"bob@example.net"})
DRAFT = Pending(1, "<draft@x>", "<lunch@x>", BOB, TEXT, NOON, NOON + MINUTE, "untouched")
SENT = Sent(7, "<sent@x>", ("<lunch@x>",), BOB, TEXT, NOON + 5 * MINUTE)
PLACES: tuple[Place, ...] = ("untouched", "standing", "missing", "unknown")


def became(
    *sent: Sent, draft: Pending = DRAFT, place: Place = "missing", now: datetime = NOON + MINUTE
) -> str | None:
    """The state that the draft goes to, None when it waits as it is."""
    match decide([replace(draft, place=place)], sent, now):
        case []:
            return None
        case [Became(_, state)]:
            return state
        case [Missing(_, since)]:
            return "found" if since is None else "missing"
        case more:
            raise AssertionError(more)


class TestSent:
    @pytest.mark.parametrize("place", PLACES)
    def test_the_same_words_were_sent_unchanged_wherever_the_draft_is(self, place: Place) -> None:
        assert became(SENT, place=place) == "sent-unchanged"

    @pytest.mark.parametrize("place", PLACES)
    def test_some_words_of_it_were_sent_edited(self, place: Place) -> None:
        assert became(replace(SENT, text=EDITED), place=place) == "sent-edited"

    def test_how_much_was_changed_is_on_record(self) -> None:
        [decision] = decide([DRAFT], [replace(SENT, text=EDITED)], NOON)
        assert decision == Became(1, "sent-edited", 7, 2 / 16)

    def test_other_line_breaks_are_no_change(self) -> None:
        assert became(replace(SENT, text=" ".join(TEXT.split()))) == "sent-unchanged"

    def test_under_its_own_id_it_was_sent_whatever_it_says_now(self) -> None:
        assert became(replace(SENT, message_id="<draft@x>", text=OTHER)) == "sent-edited"

    def test_under_its_own_id_without_a_text_that_may_be_kept(self) -> None:
        sent = replace(SENT, message_id="<draft@x>", text="", parents=(), recipients=frozenset())
        assert decide([DRAFT], [sent], NOON) == [Became(1, "sent-edited", 7, None)]

    def test_a_client_that_names_no_parent_is_told_by_the_words_and_the_people(self) -> None:
        orphan = replace(SENT, parents=(), text=EDITED)
        assert became(orphan) == "sent-edited"
        assert became(replace(orphan, recipients=frozenset({"eve@x"}))) == "missing"

    def test_a_new_mail_is_told_in_the_same_way(self) -> None:
        new = replace(DRAFT, answers=None)
        assert became(replace(SENT, parents=(), text=EDITED), draft=new) == "sent-edited"
        assert became(replace(SENT, parents=(), text=OTHER), draft=new) == "missing"

    def test_the_same_words_in_another_thread_are_another_mail(self) -> None:
        assert became(replace(SENT, parents=("<other@x>",))) == "missing"

    def test_of_two_versions_the_nearer_one_was_sent(self) -> None:
        second = replace(DRAFT, mark_id=2, message_id="<second@x>", text=OTHER)
        assert decide([DRAFT, second], [replace(SENT, text=OTHER)], NOON) == [
            Became(1, "answered-without", 7, distance(TEXT, OTHER)),
            Became(2, "sent-unchanged", 7, 0.0),
        ]

    @pytest.mark.parametrize("place", ["standing", "missing"])
    def test_of_two_that_say_the_same_it_was_not_the_one_that_lies_there(
        self, place: Place
    ) -> None:
        """That one would lie there for ever, and the other be awaited."""
        second = replace(DRAFT, mark_id=2, message_id="<second@x>", place=place)
        assert decide([DRAFT, second], [SENT], NOON) == [
            Became(1, "answered-without", 7, 0.0),
            Became(2, "sent-unchanged", 7, 0.0),
        ]

    def test_nor_the_one_that_is_worked_on(self) -> None:
        first = replace(DRAFT, place="standing")
        second = replace(DRAFT, mark_id=2, message_id="<second@x>", place="missing")
        assert decide([first, second], [SENT], NOON) == [Became(2, "sent-unchanged", 7, 0.0)]

    def test_a_mail_whose_draft_is_known_is_no_other_drafts(self) -> None:
        assert became(replace(SENT, claimed=True), place="untouched") == "answered-without"

    def test_a_draft_becomes_one_mail(self) -> None:
        later = replace(SENT, mail_id=8, message_id="<later@x>")
        assert decide([DRAFT], [later, SENT], NOON) == [Became(1, "sent-unchanged", 7, 0.0)]


class TestAnsweredWithout:
    @pytest.mark.parametrize(
        ("place", "state"),
        [
            ("untouched", "answered-without"),
            ("missing", "missing"),
            ("standing", None),
            ("unknown", None),
        ],
    )
    def test_an_answer_in_other_words(self, place: Place, state: str | None) -> None:
        assert became(replace(SENT, text=OTHER), place=place) == state

    def test_a_draft_that_leaves_drafts_after_an_answer_may_be_on_its_way(self) -> None:
        """Edited, and then sent by a client that files it only after it took the draft away."""
        answered = replace(SENT, text=OTHER)
        assert became(answered) == "missing"
        lost = replace(DRAFT, missing_since=NOON)
        filed = replace(SENT, mail_id=8, message_id="<later@x>", text=EDITED)
        assert became(answered, filed, draft=lost) == "sent-edited"
        assert became(answered, draft=lost) == "answered-without"

    def test_an_answer_of_which_no_text_may_be_kept(self) -> None:
        assert became(replace(SENT, text=""), place="untouched") == "answered-without"

    def test_not_by_an_answer_from_before_the_mark(self) -> None:
        assert became(replace(SENT, date=NOON - MINUTE)) == "missing"

    def test_not_by_passing_the_mail_on_to_others(self) -> None:
        passed_on = replace(SENT, text=OTHER, recipients=frozenset({"eve@example.net"}))
        assert became(passed_on, place="untouched") is None

    def test_not_by_an_answer_to_another_mail(self) -> None:
        assert became(replace(SENT, text=OTHER, parents=("<other@x>", "<lunch@x>"))) == "missing"


class TestMissing:
    LOST = replace(DRAFT, missing_since=NOON)

    def test_a_draft_that_is_not_found_is_missing_first(self) -> None:
        assert became() == "missing"

    def test_and_discarded_when_it_has_been_for_a_day(self) -> None:
        assert became(draft=self.LOST, now=NOON + GRACE - MINUTE) is None
        assert became(draft=self.LOST, now=NOON + GRACE) == "discarded"

    def test_unless_it_is_found_again(self) -> None:
        assert became(draft=self.LOST, place="standing", now=NOON + GRACE) == "found"

    def test_or_sent_after_all(self) -> None:
        assert became(SENT, draft=self.LOST, now=NOON + GRACE) == "sent-unchanged"

    def test_a_folder_that_cannot_be_read_tells_nothing(self) -> None:
        assert became(draft=self.LOST, place="unknown", now=NOON + GRACE + STALE) is None


class TestStale:
    LATE = DRAFT.appended + STALE

    @pytest.mark.parametrize("place", ["untouched", "standing"])
    def test_a_draft_that_nothing_happens_to_is_stale(self, place: Place) -> None:
        assert became(place=place, now=self.LATE - MINUTE) is None
        assert became(place=place, now=self.LATE) == "stale"

    def test_and_is_awaited_all_the_same(self) -> None:
        old = replace(DRAFT, stale=True)
        assert became(draft=old, place="untouched", now=self.LATE) is None
        assert became(SENT, draft=old, now=self.LATE) == "sent-unchanged"


class TestSavedAnew:
    THUNDERBIRDS = Saved("<new@x>", ("<lunch@x>",), OTHER, None)

    def test_by_the_mail_that_it_answers(self) -> None:
        assert is_edit_of(DRAFT, self.THUNDERBIRDS)
        assert not is_edit_of(replace(DRAFT, answers="<other@x>"), self.THUNDERBIRDS)

    def test_by_its_own_headers_where_a_client_keeps_them(self) -> None:
        assert is_edit_of(DRAFT, Saved("<draft@x>", (), OTHER, None))
        assert is_edit_of(DRAFT, Saved("<new@x>", (), OTHER, 1))

    def test_another_version_of_panzads_is_none(self) -> None:
        assert not is_edit_of(DRAFT, replace(self.THUNDERBIRDS, mark_id=2))

    def test_a_new_mail_by_its_words(self) -> None:
        new = replace(DRAFT, answers=None)
        assert is_edit_of(new, Saved("<new@x>", (), EDITED, None))
        assert not is_edit_of(new, Saved("<new@x>", (), OTHER, None))


WORDS = st.lists(
    st.sampled_from(["yes", "no", "noon", "Thursday", "Bob", "Ann", "table"]), max_size=30
)
TEXTS = WORDS.map(" ".join)


class TestDistance:
    @given(TEXTS, TEXTS)
    def test_lies_between_nothing_and_everything(self, one: str, two: str) -> None:
        assert 0.0 <= distance(one, two) <= 1.0
        assert (distance(one, two) == 0.0) == (one.split() == two.split())

    @given(TEXTS)
    def test_to_a_text_of_other_words_it_is_one(self, text: str) -> None:
        assert distance(text, "rabbits eat carrots") == 1.0

    def test_of_very_long_texts_is_told_in_time(self) -> None:
        assert distance("a b " * 300, "b a " * 30_000) > 0.9


PENDING = st.builds(
    Pending,
    mark_id=st.integers(1, 4),
    message_id=st.sampled_from(["<d1@x>", "<d2@x>"]),
    answers=st.sampled_from([None, "<lunch@x>", "<other@x>"]),
    audience=st.sampled_from([BOB, frozenset({"eve@x"})]),
    text=TEXTS,
    asked=st.just(NOON),
    appended=st.just(NOON),
    place=st.sampled_from(PLACES),
    missing_since=st.sampled_from([None, NOON]),
    stale=st.booleans(),
)
MAILS = st.builds(
    Sent,
    mail_id=st.integers(1, 4),
    message_id=st.sampled_from(["<d1@x>", "<s1@x>"]),
    parents=st.sampled_from([(), ("<lunch@x>",), ("<other@x>",)]),
    recipients=st.sampled_from([BOB, frozenset({"eve@x"})]),
    text=TEXTS,
    date=st.sampled_from([NOON - MINUTE, NOON + MINUTE]),
    claimed=st.booleans(),
)


class TestAlways:
    @given(
        st.lists(PENDING, unique_by=lambda one: one.mark_id),
        st.lists(MAILS, unique_by=lambda one: one.mail_id),
        st.timedeltas(timedelta(0), timedelta(days=40)),
    )
    def test_one_decision_a_draft_one_draft_a_mail_and_no_touched_draft_is_given_up(
        self, drafts: list[Pending], sent: list[Sent], later: timedelta
    ) -> None:
        decisions = decide(drafts, sent, NOON + later)
        marks = [one.mark_id for one in decisions]
        assert len(marks) == len(set(marks))
        used = [
            one.mail_id
            for one in decisions
            if isinstance(one, Became) and one.state.startswith("sent")
        ]
        assert len(used) == len(set(used))
        places = {one.mark_id: one.place for one in drafts}
        for one in decisions:
            if isinstance(one, Became) and one.state in ("answered-without", "discarded"):
                assert places[one.mark_id] in ("untouched", "missing")
