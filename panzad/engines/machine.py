"""What this machine can hold: memory and cores, asked without loading torch or llama.cpp."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Main memory and, when there is an NVIDIA GPU, its memory; bytes."""

    memory: int
    gpu_memory: int | None


def this_machine() -> Machine:
    """The machine we run on."""
    return Machine(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), _gpu_memory())


@cache
def fast_bfloat16(cpuinfo: str | None = None) -> bool:
    """Whether this CPU multiplies bfloat16 in hardware; elsewhere float32 is the faster one.

    `cpuinfo` is /proc/cpuinfo's text.
    """
    text = Path("/proc/cpuinfo").read_text() if cpuinfo is None else cpuinfo
    line = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    return line is not None and not {"avx512_bf16", "amx_bf16", "bf16"}.isdisjoint(line[1].split())


def physical_cores() -> int:
    """Cores this process may use, a core with two hardware threads counted once.

    The second thread of a core shares its vector unit and slows token generation down.
    """
    allowed = os.sched_getaffinity(0)
    siblings = {_siblings(cpu) for cpu in allowed}
    return max(1, len(siblings))


def _siblings(cpu: int) -> str:
    place = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return place.read_text().strip()
    except OSError:
        return str(cpu)


def _gpu_memory() -> int | None:
    """Memory of the largest NVIDIA GPU, by its driver's own tool; None without one."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    query = [tool, "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    sizes = [int(number) for number in re.findall(r"^\d+", answer.stdout, re.MULTILINE)]
    return max(sizes) * 2**20 if sizes else None
