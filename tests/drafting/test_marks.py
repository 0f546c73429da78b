"""What a look at the marks of a folder means: the planner's truth table."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from panzad.drafting.marks import CANCELLABLE, Add, Leave, Marked, Move, plan


@dataclass(frozen=True)
class Row:
    id: int
    message_id: str
    state: str = "marked"
    folder: str = "INBOX"
    uidvalidity: int = 1
    uid: int = 1


def looked(
    marked: list[Marked], present: list[Row], *, first_look: bool = False, **more: object
) -> list[Add | Move | Leave]:
    return plan("INBOX", 1, marked, present, first_look=first_look, **more)  # pyright: ignore[reportArgumentType]


class TestPlan:
    def test_marks_of_the_first_look_are_ignored(self) -> None:
        star = Marked(5, "<a@x>")
        assert looked([star], [], first_look=True) == [Add(star, "ignored")]

    def test_a_new_mark_asks_for_a_draft(self) -> None:
        star = Marked(5, "<a@x>")
        assert looked([star], []) == [Add(star, "marked")]

    def test_a_mark_on_record_asks_for_nothing(self) -> None:
        assert looked([Marked(5, "<a@x>")], [Row(1, "<a@x>", uid=5)]) == []

    def test_unmarking_before_the_draft_is_written_cancels(self) -> None:
        assert looked([], [Row(1, "<a@x>", "gathered")]) == [Leave(1, cancel=True)]

    def test_unmarking_during_the_append_does_not_cancel(self) -> None:
        assert looked([], [Row(1, "<a@x>", "appending")]) == [Leave(1, cancel=False)]

    def test_unmarking_after_the_draft_leaves_it(self) -> None:
        assert looked([], [Row(1, "<a@x>", "appended")]) == [Leave(1, cancel=False)]

    def test_new_uidvalidity_moves_the_mark(self) -> None:
        row = Row(1, "<a@x>", "appended", uidvalidity=0, uid=9)
        assert looked([Marked(5, "<a@x>")], [row]) == [Move(1, 5)]

    def test_a_mail_moved_with_its_mark_takes_it_along(self) -> None:
        row = Row(1, "<a@x>", "appended", folder="Archive", uid=9)
        assert looked([Marked(5, "<a@x>")], [row]) == [Move(1, 5)]

    def test_a_mail_moved_after_its_draft_gets_no_second_one(self) -> None:
        star = Marked(5, "<a@x>")
        assert looked([star], [], handled_elsewhere={"<a@x>"}) == [Add(star, "ignored")]

    def test_two_marked_copies_of_a_mail_ask_for_one_draft(self) -> None:
        actions = looked([Marked(5, "<a@x>"), Marked(6, "<a@x>")], [])
        assert actions == [Add(Marked(5, "<a@x>"), "marked")]

    def test_marks_of_other_folders_are_left_alone(self) -> None:
        assert looked([], [Row(1, "<a@x>", folder="Archive")]) == []

    @given(
        marked=st.lists(
            st.builds(Marked, st.integers(1, 9), st.sampled_from(["<a@x>", "<b@x>", "<c@x>"])),
            unique_by=lambda one: one.uid,
        ),
        rows=st.lists(
            st.builds(
                Row,
                id=st.integers(1, 99),
                message_id=st.sampled_from(["<a@x>", "<b@x>", "<c@x>", "<d@x>"]),
                state=st.sampled_from([*CANCELLABLE, "appending", "appended", "ignored"]),
                folder=st.sampled_from(["INBOX", "Archive"]),
                uidvalidity=st.integers(0, 1),
                uid=st.integers(1, 9),
            ),
            unique_by=(lambda row: row.id, lambda row: row.message_id),
        ),
        first_look=st.booleans(),
    )
    def test_a_second_look_changes_nothing(
        self, marked: list[Marked], rows: list[Row], first_look: bool
    ) -> None:
        after = {row.id: row for row in rows}
        for action in looked(marked, rows, first_look=first_look):
            match action:
                case Add(new, state):
                    number = max(after, default=0) + 1
                    after[number] = Row(number, new.message_id, state, uid=new.uid)
                case Move(mark_id, uid):
                    old = after[mark_id]
                    after[mark_id] = Row(mark_id, old.message_id, old.state, uid=uid)
                case Leave(mark_id, _):
                    del after[mark_id]
        assert looked(marked, list(after.values())) == []
        here = [row.message_id for row in after.values() if row.folder == "INBOX"]
        assert sorted(here) == sorted({one.message_id for one in marked})
