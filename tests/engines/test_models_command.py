"""`panzad models` as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from panzad.engines.catalogue import CATALOGUE, DEFAULT


def panzad(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "panzad", "--state", str(state), "models", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class TestList:
    def test_json_names_every_model_with_its_needs(self, tmp_path: Path) -> None:
        rows = json.loads(panzad(tmp_path, "list", "--json").stdout)
        assert [row["name"] for row in rows] == [one.name for one in CATALOGUE]
        assert sum(row["auto"] for row in rows) == 1
        assert not any(row["here"] for row in rows)
        assert all(row["qlora_bytes"] < row["lora_bytes"] for row in rows)

    def test_the_table_shows_whole_names(self, tmp_path: Path) -> None:
        shown = panzad(tmp_path, "list").stdout
        assert all(one.name in shown for one in CATALOGUE)


class TestPath:
    def test_a_missing_model_exits_with_6_and_one_line(self, tmp_path: Path) -> None:
        done = panzad(tmp_path, "path", DEFAULT)
        assert (done.returncode, done.stdout) == (6, "")
        assert done.stderr.splitlines() == [
            f"panzad: model {DEFAULT} is not on this machine: run `panzad models pull {DEFAULT}`"
        ]

    @pytest.mark.model
    def test_prints_where_the_model_lies(self, models_dir: Path, tmp_path: Path) -> None:
        (tmp_path / "models").symlink_to(models_dir)
        place = panzad(tmp_path, "path", DEFAULT).stdout.strip()
        assert Path(place).read_bytes()[:4] == b"GGUF"
