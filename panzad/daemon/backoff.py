"""How long to wait after an error: exponential with jitter, gentle with logins."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from panzad.errors import ConfigError, LoginError, PanzadError, TlsError

NETWORK_FIRST, NETWORK_LONGEST = 5.0, 900.0
# Providers lock accounts after a storm of failed logins (FIELD-NOTES, Delta Chat).
LOGIN_FIRST, LOGIN_LONGEST = 300.0, 3600.0
# A connection that dies sooner was no success: each new one is a login more.
STABLE_SECONDS = 60.0


class Backoff:
    """Counts failures in a row and says how many seconds to wait before the next try."""

    def __init__(self, rng: random.Random, clock: Callable[[], float] = time.monotonic) -> None:
        self._rng = rng
        self._clock = clock
        self._failures = 0
        self._works_since: float | None = None

    def wait(self, error: PanzadError) -> float:
        """Seconds to wait after this error: doubled each time, plus or minus a fifth.

        Never less than the server asked for.
        """
        now = self._clock()
        if self._works_since is not None and now - self._works_since >= STABLE_SECONDS:
            self._failures = 0
        self._works_since = None
        slow = isinstance(error, LoginError | TlsError | ConfigError)
        first, longest = (LOGIN_FIRST, LOGIN_LONGEST) if slow else (NETWORK_FIRST, NETWORK_LONGEST)
        seconds = min(first * 2 ** min(self._failures, 20), longest)
        self._failures += 1
        return max(seconds * self._rng.uniform(0.8, 1.2), error.retry_after)

    def works(self) -> None:
        """It works; when it has for STABLE_SECONDS, the failures before count no more."""
        if self._works_since is None:
            self._works_since = self._clock()
