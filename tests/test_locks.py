"""Locks between processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from panzad.errors import StateDamaged, StateLocked
from panzad.locks import held, is_held

HOLD = """
import sys
from pathlib import Path
from panzad.locks import held
with held(Path(sys.argv[1]), "daemon", wait=False):
    print("held", flush=True)
    sys.stdin.read()
"""


class TestHeld:
    def test_second_holder_is_told_who_has_it(self, tmp_path: Path) -> None:
        with (
            held(tmp_path, "daemon", wait=False),
            pytest.raises(StateLocked, match=r"pid \d+") as caught,
            held(tmp_path, "daemon", wait=False),
        ):
            pass
        assert caught.value.exit_code == 7

    def test_lock_is_free_again_afterwards(self, tmp_path: Path) -> None:
        with held(tmp_path, "daemon", wait=False):
            assert is_held(tmp_path, "daemon")
        assert not is_held(tmp_path, "daemon")

    def test_killed_process_lets_go(self, tmp_path: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            assert is_held(tmp_path, "daemon")
            child.kill()
            child.wait()
        assert not is_held(tmp_path, "daemon")

    def test_asking_never_stands_in_the_way_of_who_takes_it(self, tmp_path: Path) -> None:
        """A status in a loop beside a daemon that starts."""
        with held(tmp_path, "daemon", wait=False):
            pass
        asked = threading.Event()
        done = threading.Event()

        def ask() -> None:
            while not done.is_set():
                is_held(tmp_path, "daemon")
                asked.set()

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            assert asked.wait(5)
            for _ in range(300):
                with held(tmp_path, "daemon", wait=False):
                    pass
        finally:
            done.set()
            asking.join()

    def test_asking_leaves_the_name_of_the_holder(self, tmp_path: Path) -> None:
        with held(tmp_path, "daemon", wait=False):
            assert is_held(tmp_path, "daemon")
            assert (tmp_path / "daemon.lock").read_text() == f"pid {os.getpid()}"

    def test_a_lock_that_was_never_taken_is_free(self, tmp_path: Path) -> None:
        assert not is_held(tmp_path / "nowhere", "daemon")

    def test_a_folder_that_cannot_be_made_is_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "locks").write_text("in its place")
        with (
            pytest.raises(StateDamaged, match=r"locks .*: check that the folder is yours"),
            held(tmp_path / "locks", "daemon", wait=True),
        ):
            pass
