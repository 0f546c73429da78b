"""A disk that is full, without one: the kernel ends writes at a length."""

from __future__ import annotations

import resource
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def no_file_longer_than(octets: int) -> Generator[None]:
    """Writes beyond so many octets of any file fail, as on a full disk (EFBIG, not ENOSPC).

    Python ignores SIGXFSZ, which would end the process otherwise (setrlimit(2)).
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
