"""Access granted on another device, where a code is typed (RFC 8628)."""

from __future__ import annotations

import time
from collections.abc import Callable

from panzad.errors import LoginError, NetworkError
from panzad.secrets.oauth import (
    Client,
    DeviceCode,
    Refused,
    Tokens,
    by_device_code,
    device_code,
)


def granted_on_device(
    client: Client,
    show: Callable[[DeviceCode], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Tokens:
    """Wait until the user has typed the code that `show` is given and granted access.

    Raises LoginError when they did not in time or refused, NetworkError or TlsError when the
    server cannot be asked at the beginning.
    """
    asked = device_code(client)
    ends = clock() + asked.seconds
    show(asked)
    interval = asked.interval
    while clock() + interval < ends:
        sleep(interval)
        try:
            return by_device_code(client, asked.device_code)
        except Refused as refusal:
            # RFC 8628 section 3.5.
            if refusal.code == "slow_down":
                interval += 5.0
            elif refusal.code != "authorization_pending":
                raise
        except NetworkError as error:
            interval = max(interval * 2, error.retry_after)
    raise LoginError("the code was not used in time", "try again")
