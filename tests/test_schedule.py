"""When a night's training is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.config import parse_window
from panzad.schedule import Learnt, next_window, training_due, window_start

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
