"""What the daemon notices of its files."""

from __future__ import annotations

import threading
from pathlib import Path

from panzad.daemon.bell import bell_of, ring
from panzad.daemon.files import FileWatch


def test_the_bell_is_heard_each_time_it_is_rung(tmp_path: Path) -> None:
    """The file is there from the first time on."""
    ring(tmp_path)
    heard = threading.Event()
    watch = FileWatch({bell_of(tmp_path): heard.set})
    watch.start()
    try:
        ring(tmp_path)
        assert heard.wait(10)
    finally:
        watch.stop()
