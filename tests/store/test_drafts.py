"""What became of drafts, counted by weeks and in a row; what is kept of them."""

from __future__ import annotations

import pytest

from panzad.store import drafts, folders, mails, marks
from panzad.store.database import Database
from panzad.store.mails import NewMail
from panzad.store.marks import Appending, NewMark


def drafted(db: Database, number: int) -> int:
    with db.transaction() as tx:
        mark = marks.add(tx, NewMark("work", "INBOX", 1, number, f"<{number}@x>", "reply"))
        marks.gathered(tx, mark, "{}", f"<{number}@x>", "")
        assert marks.written(tx, mark, "Yes.", None)
        marks.appending(tx, mark, Appending(b"", f"<draft.{number}@x>", "Drafts", 1, 1))
        marks.appended(tx, mark, number)
        drafts.keep(tx, mark, ["Bob@example.net"], "say yes", "Yes.")
    return mark


def decided(
    db: Database, state: str, distance: float | None = None, day: str = "2026-11-24"
) -> int:
    number = len(marks.recent(db, "work", 99)) + 1
    mark, mail_id = drafted(db, number), sent(db, number)
    with db.transaction() as tx:
        drafts.decide(tx, mark, state, mail_id, distance)
        tx.execute("UPDATE drafts SET decided_at = ? WHERE mark_id = ?", (day, mark))
    return mark


def sent(db: Database, number: int) -> int:
    folder = folders.known(db, "work", "Sent", "sent")
    mail = NewMail(
        f"<sent.{number}@x>", "2026-11-24T10:00:00+00:00", "Re: x", "me@example.org", (), (), None,
        "Yes, gladly.", (), False,
    )  # fmt: skip
    with db.transaction() as tx:
        return mails.store(tx, "work", folder.id, number, mail)


class TestUsage:
    def test_is_counted_by_the_week_in_which_the_outcome_was_known(self, db: Database) -> None:
        decided(db, "sent-edited", 0.5, day="2026-11-22")
        decided(db, "sent-unchanged", 0.0, day="2026-11-23")
        decided(db, "sent-edited", 0.5, day="2026-11-29")
        decided(db, "sent-edited", None, day="2026-11-29")
        decided(db, "discarded", day="2026-11-29")
        drafted(db, 6)
        assert drafts.usage(db, "work") == [
            drafts.Usage("2026-11-16", 1, 1, 0, 1, 0.5),
            drafts.Usage("2026-11-23", 4, 3, 1, 2, 0.25),
        ]

    def test_what_is_unused_in_a_row_is_counted_from_the_last_used_one(self, db: Database) -> None:
        outcomes = ("discarded", "sent-edited", "stale", "answered-without")
        for day, state in enumerate(outcomes, start=20):
            decided(db, state, day=f"2026-11-{day}")
        drafted(db, 5)
        assert drafts.unused_in_a_row(db, "work") == 2
        assert drafts.unused_in_a_row(db, "home") == 0

    def test_the_first_draft_that_is_sent_ends_the_row_however_old_it_is(
        self, db: Database
    ) -> None:
        decided(db, "sent-unchanged", 0.0, day="2026-11-24")
        for _ in range(10):
            decided(db, "discarded", day="2026-11-23")
        assert drafts.unused_in_a_row(db, "work") == 0
        decided(db, "discarded", day="2026-11-25")
        assert drafts.unused_in_a_row(db, "work") == 1

    def test_of_what_one_look_finds_out_the_newer_draft_counts_as_later(self, db: Database) -> None:
        for state in ("discarded", "sent-edited", "discarded", "answered-without"):
            decided(db, state)
        assert drafts.unused_in_a_row(db, "work") == 2

    def test_a_draft_of_which_nothing_is_kept_any_more_still_counts(self, db: Database) -> None:
        decided(db, "discarded", day="2020-11-22")
        used = decided(db, "sent-edited", 0.5, day="2020-11-23")
        with db.transaction() as tx:
            drafts.forget(tx, used)
        assert drafts.unused_in_a_row(db, "work") == 0


class TestKept:
    @pytest.mark.parametrize(
        ("state", "text"),
        [
            ("stale", True),
            ("sent-edited", True),
            ("sent-unchanged", False),
            ("discarded", False),
            ("answered-without", False),
        ],
    )
    def test_the_text_is_kept_where_it_is_needed(
        self, db: Database, state: str, text: bool
    ) -> None:
        decided(db, state, 0.5)
        assert bool(drafts.kept(db, "work")) == text

    def test_pairs_are_those_that_were_edited_and_sent(self, db: Database) -> None:
        decided(db, "sent-edited", 0.5)
        decided(db, "sent-unchanged", 0.0)
        [pair] = drafts.preferences(db)
        assert (pair.draft, pair.instruction) == ("Yes.", "say yes")
        assert pair.mail.own_text == "Yes, gladly."

    def test_a_mail_that_may_not_be_learnt_from_any_more_takes_its_draft_along(
        self, db: Database
    ) -> None:
        decided(db, "sent-edited", 0.5)
        [pair] = drafts.preferences(db)
        with db.transaction() as tx:
            mails.withdraw(tx, pair.mail.id, "excluded")
        assert drafts.preferences(db) == []
        assert drafts.kept(db, "work") == []
