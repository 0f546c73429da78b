"""How long to wait after an error: exponential with jitter, gentle with logins."""

from __future__ import annotations

import random

from panzad.errors import ConfigError, LoginError, PanzadError, TlsError

NETWORK_FIRST, NETWORK_LONGEST = 5.0, 900.0
# Providers lock accounts after a storm of failed logins (FIELD-NOTES, Delta Chat).
LOGIN_FIRST, LOGIN_LONGEST = 300.0, 3600.0


class Backoff:
    """Counts failures in a row and says how many seconds to wait before the next try."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._failures = 0

    def wait(self, error: PanzadError) -> float:
        """Seconds to wait after this error: doubled each time, plus or minus a fifth."""
        slow = isinstance(error, LoginError | TlsError | ConfigError)
        first, longest = (LOGIN_FIRST, LOGIN_LONGEST) if slow else (NETWORK_FIRST, NETWORK_LONGEST)
        seconds = min(first * 2 ** min(self._failures, 20), longest)
        self._failures += 1
        return seconds * self._rng.uniform(0.8, 1.2)

    def reset(self) -> None:
        """It works again."""
        self._failures = 0
