"""The log's file: whole lines, rotated, and rewritten without what is forgotten."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from panzad import logfile
from panzad.logfile import ToFile, forget_lines, lines


def write(path: Path, text: str) -> None:
    ToFile(path)(None, "info", {"event": text})


def test_lines_of_several_writers_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "log"

    def work(name: str) -> None:
        for _ in range(200):
            write(path, name * 500)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(set(line[11:-3])) == 1 for line in lines(path))
    assert len(list(lines(path))) == 600


def test_a_large_file_is_rotated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "LARGEST", 100)
    for number in range(20):
        write(tmp_path / "log", f"{number:08}")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["log", "log.1"]
    assert sum(one.stat().st_size for one in tmp_path.iterdir()) < 400
    assert "00000019" in list(lines(tmp_path / "log"))[-1]


def test_lines_that_name_the_forgotten_leave_both_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logfile, "LARGEST", 40)
    for who in ("eve", "bob", "eve", "bob", "eve"):
        write(tmp_path / "log", f"{who}@x")
    assert forget_lines(tmp_path / "log", re.compile("EVE@", re.IGNORECASE)) > 0
    assert "eve@" not in "".join(lines(tmp_path / "log"))
    assert "bob" in "".join(lines(tmp_path / "log"))
    assert all(one.stat().st_mode & 0o077 == 0 for one in tmp_path.iterdir())


def test_a_disk_without_room_costs_no_work(tmp_path: Path) -> None:
    write(tmp_path / "nowhere" / "log", "lost")
