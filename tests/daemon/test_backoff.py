"""How long the daemon waits after an error."""

from __future__ import annotations

import random

from panzad.daemon.backoff import (
    LOGIN_FIRST,
    NETWORK_FIRST,
    NETWORK_LONGEST,
    STABLE_SECONDS,
    Backoff,
)
from panzad.errors import LoginError, NetworkError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestBackoff:
    def test_doubles_up_to_a_limit_with_jitter(self) -> None:
        backoff = Backoff(random.Random(1))
        waits = [backoff.wait(NetworkError("x", "y")) for _ in range(12)]
        for number, seconds in enumerate(waits):
            ideal = min(NETWORK_FIRST * 2**number, NETWORK_LONGEST)
            assert 0.8 * ideal <= seconds <= 1.2 * ideal
        assert len(set(waits)) == len(waits)

    def test_a_refused_login_is_not_tried_again_soon(self) -> None:
        wait = Backoff(random.Random(1)).wait(LoginError("x", "y"))
        assert wait >= 0.8 * LOGIN_FIRST

    def test_starts_anew_after_a_minute_of_success(self) -> None:
        clock = Clock()
        backoff = Backoff(random.Random(1), clock)
        for _ in range(5):
            backoff.wait(NetworkError("x", "y"))
        backoff.works()
        clock.now += STABLE_SECONDS
        backoff.works()
        assert backoff.wait(NetworkError("x", "y")) <= 1.2 * NETWORK_FIRST

    def test_a_success_of_seconds_is_none(self) -> None:
        """The look succeeds and the watches fail: every try is a login more."""
        clock = Clock()
        backoff = Backoff(random.Random(1), clock)
        waits: list[float] = []
        for _ in range(12):
            backoff.works()
            clock.now += STABLE_SECONDS - 1
            waits.append(backoff.wait(NetworkError("x", "y")))
        assert waits[-1] >= 0.8 * NETWORK_LONGEST

    def test_a_server_that_asks_for_a_pause_gets_it(self) -> None:
        error = NetworkError("x", "y", retry_after=299.9)
        assert Backoff(random.Random(1)).wait(error) == 299.9
