"""What was freed among memory that is in use stays with the process until it is given back."""

from __future__ import annotations

import subprocess
import sys


def test_freed_memory_goes_back_to_the_system() -> None:
    told = subprocess.check_output([sys.executable, "-m", "tests.holes"], text=True)
    before, with_holes, after = map(float, told.split())
    assert with_holes - before > 80
    assert after - before < 20
