"""When a night's training is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.config import parse_window
from panzad.overview import learnt
from panzad.schedule import Learnt, next_window, training_due, window_start
from panzad.store import adapters, folders, mails, pairs
from panzad.store.database import Database

NIGHT = parse_window("01:00-06:00")
ACROSS = parse_window("22:00-05:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-05-{text}:00+00:00")


class TestTrainingDue:
    def test_in_the_window_with_enough_new_mails(self) -> None:
        assert training_due(NIGHT, at("04T01:00"), Learnt(20, 0, False, None), 20)

    def test_not_by_day(self) -> None:
        assert not training_due(NIGHT, at("04T12:00"), Learnt(99, 0, False, None), 20)

    def test_not_with_too_few_new_mails(self) -> None:
        assert not training_due(NIGHT, at("04T02:00"), Learnt(19, 0, False, None), 20)

    def test_not_while_mails_still_wait_for_playback(self) -> None:
        assert not training_due(NIGHT, at("04T02:00"), Learnt(20, 1, False, None), 20)

    def test_a_run_that_was_cut_off_goes_on_whatever_is_new(self) -> None:
        assert training_due(NIGHT, at("04T02:00"), Learnt(0, 0, True, at("03T02:00")), 20)

    def test_an_adapter_that_knows_what_is_forgotten_is_replaced_however_little_is_new(
        self,
    ) -> None:
        tainted = Learnt(0, 0, False, None, tainted=True)
        assert training_due(NIGHT, at("04T02:00"), tainted, 20)
        assert not training_due(NIGHT, at("04T02:00"), replace(tainted, waiting=1), 20)

    def test_only_once_a_night(self) -> None:
        assert not training_due(NIGHT, at("04T05:00"), Learnt(99, 0, True, at("04T01:00")), 20)

    def test_a_window_across_midnight_is_one_night(self) -> None:
        assert window_start(ACROSS, at("04T02:00")) == at("03T22:00")
        assert not training_due(ACROSS, at("04T02:00"), Learnt(99, 0, False, at("03T22:05")), 20)


class TestNextWindow:
    @pytest.mark.parametrize(
        ("now", "attempt", "expected"),
        [
            ("04T12:00", None, "05T01:00"),
            ("04T00:30", None, "04T01:00"),
            ("04T02:00", None, "04T02:00"),
            ("04T02:00", "04T01:00", "05T01:00"),
        ],
    )
    def test_of_a_night(self, now: str, attempt: str | None, expected: str) -> None:
        assert next_window(NIGHT, at(now), at(attempt) if attempt else None) == at(expected)

    @given(
        minutes=st.integers(0, 60 * 24 * 30),
        window=st.sampled_from(["01:00-06:00", "22:00-05:00", "00:00-00:00"]),
    )
    def test_lies_in_the_window_and_not_in_the_past(self, minutes: int, window: str) -> None:
        now = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        parsed = parse_window(window)
        found = next_window(parsed, now, None)
        assert found >= now
        assert parsed.holds(found.time())


class TestLearnt:
    """What the schedule weighs, from the database."""

    def test_another_accounts_or_a_stuck_mail_does_not_hold_up_the_training(
        self, db: Database
    ) -> None:
        stuck = replace(letter(3), thread_wanted=True)
        work, gone = folder(db, "work"), folder(db, "gone")
        with db.transaction() as tx:
            mails.store(tx, "work", work, 1, letter(1))
            mails.store(tx, "gone", gone, 1, letter(2))
            mails.store(tx, "work", work, 2, stuck)
        assert learnt(db, ["work"]).waiting == 1
        with db.transaction() as tx:
            pairs.finish(tx, 1, "say hello", "model")
        assert learnt(db, ["work"]) == Learnt(1, 0, False, None)

    def test_what_was_played_back_after_a_run_was_begun_is_new_however_old_the_mail(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Playback goes newest first: a run in the middle of the backlog knows the newest mail."""
        work = folder(db, "work")
        with db.transaction() as tx:
            for number in (1, 2, 3):
                mails.store(tx, "work", work, number, letter(number))
        for moment, mail_id in (("01", 3), ("03", 2), ("04", 1)):
            with monkeypatch.context() as patch, db.transaction() as tx:
                patch.setattr(pairs, "now", lambda moment=moment: f"2026-05-{moment}")
                pairs.finish(tx, mail_id, "say hello", "model")
        with db.transaction() as tx:
            adapters.begin(tx, "a1", "base", {}, 1, 3)
            adapters.finish(tx, "a1", {}, "", True)
            tx.execute("UPDATE adapters SET created_at = '2026-05-02'")
        assert learnt(db, ["work"]).new_pairs == 2


def folder(db: Database, account: str) -> int:
    return folders.known(db, account, "Sent", "sent").id


def letter(number: int) -> mails.NewMail:
    return mails.NewMail(
        message_id=f"<{number}@x>",
        date="2026-05-04T00:00:00+00:00",
        subject="Hello",
        sender="me@example.org",
        recipients=(),
        parents=(),
        reason=None,
        own_text="Hello there",
        thread=(),
        thread_wanted=False,
    )
