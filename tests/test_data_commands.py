"""The user's power over their data, as commands: forget, export, backup, restore, import, pause."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.servers.mailbox import TestMailbox, mail
from tests.test_cli import Panzad, only_line


@pytest.fixture
def panzad(tmp_path: Path, dovecot_mailbox: TestMailbox) -> Panzad:
    """Over a state that has synced two mails, one of them to Eve."""
    panzad = Panzad(tmp_path)
    panzad.configure(dovecot_mailbox)
    dovecot_mailbox.append(
        "Sent",
        mail("Jelly", "The quince jelly recipe stays between the two of us.\n", To="eve@x.org"),
        mail("Rowing", "The club meets at the weir on Saturday at nine.\n", To="bob@x.org"),
    )
    assert panzad("sync")[0] == 0
    return panzad


class TestForget:
    def test_it_proves_that_nothing_is_left(self, panzad: Panzad) -> None:
        log = panzad.state / "panzad.log"
        log.write_text(log.read_text() + '{"event": "odd", "why": "eve@x.org"}\n')
        status, stdout, stderr = panzad("forget", "eve@x.org", "--yes", "--json")
        assert status == 0, stderr
        done = json.loads(stdout)
        assert (done["mails"], done["places"]) == (1, [])
        assert done["pieces_searched"] > 0
        for path in panzad.state.rglob("*"):
            if path.is_file() and path.name != "config.toml":
                content = path.read_bytes().lower()
                assert b"quince" not in content, path
                assert b"eve@x" not in content, path
        assert panzad("forget", "--verify")[1].endswith("nothing is left\n")
        assert json.loads(panzad("status", "--json")[1])["forgotten"] == {"address": 1}

    def test_what_it_missed_is_an_error_that_names_the_place(self, panzad: Panzad) -> None:
        (panzad.state / "quarantine").mkdir()
        (panzad.state / "quarantine" / "copy").write_text("to eve@x.org")
        status, _, stderr = panzad("forget", "eve@x.org", "--yes")
        assert status == 1
        assert "quarantine/copy" in only_line(stderr)
        assert panzad("forget", "--verify")[0] == 1

    def test_ones_own_address_is_not_forgotten(self, panzad: Panzad) -> None:
        status, _, stderr = panzad("forget", "Me@example.org", "--yes")
        assert status == 2
        assert "an address of your own" in only_line(stderr)

    def test_it_asks_first(self, panzad: Panzad) -> None:
        assert panzad("forget", "eve@x.org")[0] == 1
        assert json.loads(panzad("status", "--json")[1])["forgotten"] == {}

    def test_lifted_it_comes_back(self, panzad: Panzad) -> None:
        panzad("forget", "eve@x.org", "--yes")
        assert panzad("forget", "eve@x.org", "--lift")[0] == 0
        panzad("sync")
        assert json.loads(panzad("status", "--json")[1])["accounts"]["work"]["mails"]["used"] == 2
