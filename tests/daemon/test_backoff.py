"""How long the daemon waits after an error."""

from __future__ import annotations

import random

from panzad.daemon.backoff import LOGIN_FIRST, NETWORK_FIRST, NETWORK_LONGEST, Backoff
from panzad.errors import LoginError, NetworkError


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

    def test_starts_anew_after_success(self) -> None:
        backoff = Backoff(random.Random(1))
        for _ in range(5):
            backoff.wait(NetworkError("x", "y"))
        backoff.reset()
        assert backoff.wait(NetworkError("x", "y")) <= 1.2 * NETWORK_FIRST
