"""When a night's training is due."""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.config import Training, parse_window
from panzad.overview import learnt
from panzad.schedule import (
    KILLS_A_NIGHT,
    Learnt,
    lacking,
    next_window,
    tried_again,
    unsuited,
    untimely,
    window_start,
)
from panzad.store import adapters, folders, mails, pairs
from panzad.store.database import Database
from panzad.surroundings import Surroundings

NIGHTLY = Training()
NIGHT = parse_window(NIGHTLY.window)
ACROSS = parse_window("22:00-05:00")
ENOUGH = Learnt(new_pairs=20, waiting=0, unfinished_run=False, last_attempt=None, usable=100)
QUIET = Surroundings(on_battery=False, session_active=False, load=0.0, cores=2)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-05-{text}:00+00:00")


class TestLacking:
    @pytest.mark.parametrize(
        ("learnt", "expected"),
        [
            (Learnt(20, 0, False, None, 75), None),
            (Learnt(74, 0, False, None, 74), "74 of the 75 mails that a first adapter needs"),
            (Learnt(19, 0, False, None, 99), "19 of 20 new mails"),
            (Learnt(20, 1, False, None, 99), "1 mails still wait for their instruction"),
            (Learnt(0, 3, True, None, 10), None),
            (Learnt(0, 0, False, None, 75, tainted=True), None),
            (
                Learnt(0, 1, False, None, 75, tainted=True),
                "1 mails still wait for their instruction",
            ),
        ],
        ids=[
            "enough",
            "little data",
            "too few new",
            "playback",
            "cut off",
            "what serves knows forgotten mail",
            "it does, and playback",
        ],
    )
    def test_of_mails(self, learnt: Learnt, expected: str | None) -> None:
        assert lacking(learnt, NIGHTLY) == expected


class TestUntimely:
    @pytest.mark.parametrize(
        ("now", "attempt", "expected"),
        [
            ("04T01:00", None, None),
            ("04T12:00", None, "the night, 01:00-06:00"),
            ("04T05:00", "04T01:00", "the next night; in this one it was tried"),
            ("04T02:00", "03T02:00", None),
        ],
    )
    def test_of_a_night(self, now: str, attempt: str | None, expected: str | None) -> None:
        learnt = replace(ENOUGH, last_attempt=at(attempt) if attempt else None)
        assert untimely(at(now), learnt, NIGHTLY) == expected

    def test_a_window_across_midnight_is_one_night(self) -> None:
        assert window_start(ACROSS, at("04T02:00")) == at("03T22:00")
        learnt = replace(ENOUGH, last_attempt=at("03T22:05"))
        assert untimely(at("04T02:00"), learnt, Training(window="22:00-05:00")) is not None


class TestUnsuited:
    @pytest.mark.parametrize(
        ("around", "running", "reason"),
        [
            ({}, False, None),
            ({"on_battery": True}, False, "mains power"),
            ({"on_battery": True}, True, "mains power"),
            ({"session_active": True}, False, "a session is in use"),
            ({"session_active": True}, True, "a session is in use"),
            ({"load": 1.1}, False, "its load is high"),
            ({"load": 1.1}, True, None),
            ({"load": 0.9}, False, None),
        ],
    )
    def test_by_what_the_machine_does(
        self, around: dict[str, Any], running: bool, reason: str | None
    ) -> None:
        found = unsuited(replace(QUIET, **around), NIGHTLY, running=running)
        assert found is None if reason is None else (found or "").endswith(reason)

    def test_the_config_can_waive_both(self) -> None:
        settings = Training(on_battery=True, in_use=True)
        around = Surroundings(on_battery=True, session_active=True, load=9.0, cores=1)
        assert unsuited(around, settings, running=False) is None


class TestTriedAgain:
    @pytest.mark.parametrize(
        ("status", "kills", "expected"),
        [
            (-signal.SIGKILL, 0, True),
            (-signal.SIGKILL, KILLS_A_NIGHT, False),
            (-signal.SIGTERM, 0, False),
            (0, 0, False),
            (1, 0, False),
        ],
    )
    def test_only_what_was_killed(self, status: int, kills: int, expected: bool) -> None:
        assert tried_again(status, kills) == expected


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
        assert learnt(db, ["work"]) == Learnt(1, 0, False, None, 1)

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
