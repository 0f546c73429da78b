"""Makes the training process yield to everything the user does."""

from __future__ import annotations

import ctypes
import os
import platform

import structlog

NICENESS = 15
_IOPRIO_WHO_PROCESS = 1
_IOPRIO_CLASS_IDLE = 3 << 13
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}

log = structlog.get_logger("panzad.training")


def lower_priority() -> None:
    """Lowest-but-four CPU priority and idle I/O class (ioprio_set(2)) for this process."""
    os.nice(NICENESS)
    number = _IOPRIO_SET.get(platform.machine())
    if number is None:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, _IOPRIO_WHO_PROCESS, 0, _IOPRIO_CLASS_IDLE) != 0:
        log.debug("priority.io_unchanged", error=os.strerror(ctypes.get_errno()))
