"""What was freed among memory that is in use stays with the process until it is given back."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from panzad.memory import give_back

BLOCKS, BLOCK, KEPT = 1000, 100_000, 4_000
MEGABYTE = 2**20


def resident() -> float:
    """MB of this process in memory (proc(5), statm)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


@contextmanager
def heap_full_of_holes() -> Generator[None]:
    """Some 100 MB that were used and freed, with a little in use between each two of them."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    kept: list[int] = []
    freed: list[int] = []
    for _ in range(BLOCKS):
        freed.append(libc.malloc(BLOCK))
        ctypes.memset(freed[-1], 1, BLOCK)
        kept.append(libc.malloc(KEPT))
    for one in freed:
        libc.free(one)
    yield
    for one in kept:
        libc.free(one)


def test_freed_memory_goes_back_to_the_system() -> None:
    before = resident()
    with heap_full_of_holes():
        assert resident() - before > 80
        give_back()
        assert resident() - before < 20
