"""What a look at the marks of a folder means: the planner's truth table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.drafting.marks import CANCELLABLE, Add, Leave, Look, Marked, Move, plan


@dataclass(frozen=True)
class Row:
    id: int
    message_id: str
    state: str = "marked"
    folder: str = "INBOX"
    uidvalidity: int = 1
    uid: int = 1


def here(*marked: Marked, **more: Any) -> Look:
    return Look("INBOX", 1, marked, **more)


def there(*marked: Marked) -> Look:
    return Look("Archive", 1, marked)


STAR = Marked(5, "<a@x>")


class TestPlan:
    def test_marks_of_the_first_look_are_ignored(self) -> None:
        assert plan([here(STAR, first=True)], []) == [Add("INBOX", 1, STAR, "ignored")]

    def test_a_new_mark_asks_for_a_draft(self) -> None:
        assert plan([here(STAR)], []) == [Add("INBOX", 1, STAR, "marked")]

    def test_a_mark_on_record_asks_for_nothing(self) -> None:
        assert plan([here(STAR)], [Row(1, "<a@x>", uid=5)]) == []

    def test_unmarking_before_the_draft_is_written_cancels(self) -> None:
        assert plan([here()], [Row(1, "<a@x>", "gathered")]) == [Leave(1, cancel=True)]

    def test_unmarking_during_the_append_does_not_cancel(self) -> None:
        assert plan([here()], [Row(1, "<a@x>", "appending")]) == [Leave(1, cancel=False)]

    def test_unmarking_after_the_draft_leaves_it(self) -> None:
        assert plan([here()], [Row(1, "<a@x>", "appended")]) == [Leave(1, cancel=False)]

    def test_new_uidvalidity_moves_the_mark(self) -> None:
        row = Row(1, "<a@x>", "appended", uidvalidity=0, uid=9)
        assert plan([here(STAR)], [row]) == [Move(1, "INBOX", 1, 5)]

    def test_a_mail_moved_with_its_mark_takes_it_along(self) -> None:
        row = Row(1, "<a@x>", "gathered", folder="Archive", uid=9)
        assert plan([here(STAR), there()], [row]) == [Move(1, "INBOX", 1, 5)]

    def test_a_record_stays_where_its_own_place_is_marked_still(self) -> None:
        """One mail in two watched folders (Gmail's labels): it would move at every look."""
        row = Row(1, "<a@x>", "appended", folder="Archive", uid=9)
        assert plan([here(STAR), there(Marked(9, "<a@x>"))], [row]) == []

    def test_a_mail_that_vanishes_with_its_mark_is_remembered(self) -> None:
        row = Row(1, "<a@x>", "ignored", uid=5)
        look = here(gone=frozenset({5}))
        assert plan([look], [row]) == [Leave(1, cancel=False, vanished=True)]

    @pytest.mark.parametrize("state", ["ignored", "appended", "refused", "failed"])
    def test_a_vanished_mail_that_comes_up_again_takes_its_record_along(self, state: str) -> None:
        row = Row(1, "<a@x>", state, folder="Archive", uid=9)
        assert plan([here(STAR)], [], [row]) == [Move(1, "INBOX", 1, 5)]

    def test_two_marked_copies_of_a_mail_ask_for_one_draft(self) -> None:
        twice = here(STAR, Marked(6, "<a@x>"))
        assert plan([twice], []) == [Add("INBOX", 1, STAR, "marked")]
        assert plan([here(STAR), there(Marked(1, "<a@x>"))], []) == [
            Add("INBOX", 1, STAR, "marked")
        ]

    def test_marks_of_folders_that_are_not_looked_at_are_left_alone(self) -> None:
        assert plan([here()], [Row(1, "<a@x>", folder="Archive")]) == []

    @given(
        marked=st.lists(
            st.tuples(
                st.sampled_from(["INBOX", "Archive"]),
                st.builds(Marked, st.integers(1, 9), st.sampled_from(["<a@x>", "<b@x>", "<c@x>"])),
            ),
            unique_by=lambda one: (one[0], one[1].uid),
        ),
        rows=st.lists(
            st.builds(
                Row,
                id=st.integers(1, 99),
                message_id=st.sampled_from(["<a@x>", "<b@x>", "<c@x>", "<d@x>"]),
                state=st.sampled_from([*CANCELLABLE, "appending", "appended", "ignored"]),
                folder=st.sampled_from(["INBOX", "Archive", "Unwatched"]),
                uidvalidity=st.integers(0, 1),
                uid=st.integers(1, 9),
            ),
            unique_by=(lambda row: row.id, lambda row: row.message_id),
        ),
        first=st.booleans(),
    )
    def test_a_second_look_changes_nothing(
        self, marked: list[tuple[str, Marked]], rows: list[Row], first: bool
    ) -> None:
        looks = [
            Look(name, 1, tuple(one for folder, one in marked if folder == name), first=first)
            for name in ("INBOX", "Archive")
        ]
        after = {row.id: row for row in rows}
        for action in plan(looks, rows):
            match action:
                case Add(folder, _, new, state):
                    number = max(after, default=0) + 1
                    after[number] = Row(number, new.message_id, state, folder, uid=new.uid)
                case Move(mark_id, folder, _, uid):
                    old = after[mark_id]
                    after[mark_id] = Row(mark_id, old.message_id, old.state, folder, uid=uid)
                case Leave(mark_id):
                    del after[mark_id]
        assert plan(looks, list(after.values())) == []
        on_record = [row.message_id for row in after.values() if row.folder != "Unwatched"]
        assert sorted(on_record) == sorted({one.message_id for _, one in marked})
