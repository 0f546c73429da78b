"""Makes the training process yield to everything the user does."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
from pathlib import Path

import structlog

from panzad.engines.machine import this_machine

NICENESS = 15
_IOPRIO_WHO_PROCESS = 1
_IOPRIO_CLASS_IDLE = 3 << 13
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}
_OOM = Path("/proc/self/oom_score_adj")

log = structlog.get_logger("panzad.training")


def lower_priority() -> None:
    """Lowest-but-four CPU priority and idle I/O class (ioprio_set(2)) for this process.

    If memory runs out, the kernel is to end this process and no other (proc_pid_oom_score_adj(5)).
    """
    os.nice(NICENESS)
    with contextlib.suppress(OSError):
        _OOM.write_text("1000")
    number = _IOPRIO_SET.get(platform.machine())
    if number is None:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, _IOPRIO_WHO_PROCESS, 0, _IOPRIO_CLASS_IDLE) != 0:
        log.debug("priority.io_unchanged", error=os.strerror(ctypes.get_errno()))


def memory_limit(gigabytes: float) -> int:
    """The bytes that a training may take: so many, or with 0 half of the machine's memory."""
    return round(gigabytes * 1e9) or this_machine().memory // 2


def cap_memory(limit: int) -> None:
    """Let allocations of this process fail beyond so many bytes of its own (RLIMIT_DATA).

    Files that are mapped, as libraries are, do not count.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
