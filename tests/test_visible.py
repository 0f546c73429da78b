"""What others wrote is shown on the terminal, and does nothing there."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from panzad.cli import cli
from panzad.errors import ServerRefused
from panzad.visible import visible


class TestVisible:
    @given(st.text())
    def test_nothing_is_left_that_a_terminal_obeys(self, text: str) -> None:
        shown = visible(text)
        assert len(shown) == len(text)
        assert all(one in "\t\n" or not one < " " for one in shown)
        shown.encode()

    def test_words_in_every_script_stay_as_they_are(self) -> None:
        text = "Grüße, Ωμέγα, שלום, 👩‍👩‍👧, naïve\tand\nnext"
        assert visible(text) == text


class TestError:
    def test_a_servers_words_are_told_without_its_escapes(self) -> None:
        error = ServerRefused("mail.example.org said \x1b[2J\x1b]0;x\x07no", "ask\r\nthere")
        assert str(error) == "mail.example.org said �[2J�]0;x�no: ask there"


class TestLogs:
    def test_an_event_is_shown_without_escapes(self, tmp_path: Path) -> None:
        event = {"timestamp": "2026-11-28T10:00:00Z", "level": "info", "event": "x.y"}
        line = json.dumps({**event, "reason": "\x1b[31mred"})
        (tmp_path / "panzad.log").write_text(line + "\n")
        (tmp_path / "panzad.log").chmod(0o600)
        shown = CliRunner().invoke(cli, ["--state", str(tmp_path), "logs"], color=True).stdout
        assert shown == "2026-11-28 10:00:00  info x.y reason=�[31mred\n"
