"""Tells systemd how the service is doing (sd_notify(3)); silent when not started by it."""

from __future__ import annotations

import os
import socket
import time


def notify(**state: str) -> None:
    """Send assignments such as READY="1" to the service manager."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    lines = "\n".join(f"{key}={value}" for key, value in state.items())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as client:
        try:
            client.sendto(lines.encode(), address.replace("@", "\0", 1))
        except OSError:
            return  # The manager is restarting; it does not wait for us, nor we for it.


def reloading() -> None:
    """Say that the configuration is being read again."""
    stamp = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notify(RELOADING="1", MONOTONIC_USEC=str(stamp))


def watchdog_seconds() -> float | None:
    """How often systemd wants a ping; None when it wants none."""
    owner = os.environ.get("WATCHDOG_PID")
    if owner and owner != str(os.getpid()):
        return None
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1_000_000 if microseconds.isdigit() else None
