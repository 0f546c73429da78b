"""A heap full of holes, in a process of its own: prints the MB that it has as these come and go."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from panzad.memory import give_back

BLOCKS, BLOCK, KEPT = 1000, 100_000, 4_000
MEGABYTE = 2**20


def resident() -> float:
    """MB of this process in memory (proc(5), statm)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def make_holes() -> None:
    """Use and free some 100 MB, with a little that stays in use between each two blocks."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    freed: list[int] = []
    for _ in range(BLOCKS):
        freed.append(libc.malloc(BLOCK))
        ctypes.memset(freed[-1], 1, BLOCK)
        libc.malloc(KEPT)
    for one in freed:
        libc.free(one)


if __name__ == "__main__":
    before = resident()
    make_holes()
    full = resident()
    give_back()
    print(before, full, resident())
