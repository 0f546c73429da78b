"""What a process takes, as Linux tells it, and how it grows."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOKS = 25
_BETWEEN = 0.1


@dataclass(frozen=True, slots=True)
class Use:
    """Resident memory in MB (2^20 bytes), open file descriptors, threads."""

    megabytes: float
    descriptors: int
    threads: int


def use_of(pid: int) -> Use:
    """What a process takes when it does nothing: the least of several looks, for a sync between
    them has a connection and a thread of its own."""
    uses: list[Use] = []
    for _ in range(_LOOKS):
        uses.append(_use(pid))
        time.sleep(_BETWEEN)  # the looks are to be apart
    return Use(
        min(one.megabytes for one in uses),
        min(one.descriptors for one in uses),
        min(one.threads for one in uses),
    )


def _use(pid: int) -> Use:
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Use(int(status["VmRSS"].split()[0]) / 1024, descriptors, int(status["Threads"]))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, threads that have ended among it (proc(5), stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def slope(values: Sequence[float]) -> float:
    """How much is added from one value to the next, by least squares; 0 for fewer than two."""
    count = len(values)
    if count < 2:
        return 0.0
    middle, mean = (count - 1) / 2, sum(values) / count
    above = sum((at - middle) * (value - mean) for at, value in enumerate(values))
    return above / sum((at - middle) ** 2 for at in range(count))
