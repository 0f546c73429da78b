"""The user's power over their data, as commands: forget, export, backup, restore, import, pause."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from panzad.store import marks
from panzad.store.database import Database
from panzad.store.marks import Appending, NewMark
from tests.daemon.process import account, running
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


class TestExport:
    def test_all_that_a_user_has_is_in_plain_files(self, panzad: Panzad, tmp_path: Path) -> None:
        db = Database(panzad.state / "panzad.db")
        with db.transaction() as tx:
            mark = marks.add(tx, NewMark("work", "INBOX", 1, 1, "<q@x>", "reply"))
            plan = Appending(b"Subject: Re: q\r\n\r\nYes.\r\n", "<d@x>", "Drafts", 1, 1)
            marks.gathered(tx, mark, "{}", "<q@x>", "")
            marks.written(tx, mark, "Yes.", None)
            marks.appending(tx, mark, plan)
        db.close()
        adapter = panzad.state / "adapters" / "none"
        adapter.mkdir(parents=True, mode=0o700)
        (panzad.state / "adapters").chmod(0o700)
        status, stdout, stderr = panzad("export", str(tmp_path / "out"), "--json")
        assert status == 0, stderr
        assert json.loads(stdout) | {"folders": 0} == {
            "mails": 2, "pairs": 2, "folders": 0, "marks": 1, "habits": 0, "problems": 0,
            "adapters": 0, "outcomes": 0,
        }  # fmt: skip
        out = tmp_path / "out"
        lines = [json.loads(one) for one in (out / "mails.jsonl").read_text().splitlines()]
        assert [one["message_id"] for one in lines] == [
            "<Jelly@example.org>",
            "<Rowing@example.org>",
        ]
        assert lines[0]["own_text"].startswith("The quince")
        assert (out / "drafts" / f"{mark}.eml").read_bytes().endswith(b"Yes.\r\n")
        explained = (out / "README.txt").read_text()
        for path in out.iterdir():
            assert path.stat().st_mode & 0o077 == 0
            assert path.name in explained or path.name in ("README.txt", "drafts")

    def test_it_holds_no_secret(self, panzad: Panzad, tmp_path: Path) -> None:
        config = panzad.state / "config.toml"
        config.write_text(config.read_text().replace("echo geheim", "echo geheim --hunter2"))
        assert panzad("export", str(tmp_path / "out"))[0] == 0
        for path in (tmp_path / "out").iterdir():
            assert b"hunter2" not in path.read_bytes()
        settings = json.loads((tmp_path / "out" / "config.json").read_text())
        assert settings["accounts"]["work"]["auth"]["command"] == "echo (left out)"

    @pytest.mark.parametrize(
        "secret", ['client_secret = "hunter2"', 'client_secret_command = "pass hunter2"']
    )
    def test_it_holds_no_secret_of_oauth2(
        self, panzad: Panzad, tmp_path: Path, secret: str
    ) -> None:
        config = panzad.state / "config.toml"
        auth = f'auth = {{ method = "oauth2", provider = "google", client_id = "x", {secret} }}'
        config.write_text(re.sub("auth = .*", auth, config.read_text()))
        config.chmod(0o600)
        assert panzad("export", str(tmp_path / "out"))[0] == 0
        assert "hunter2" not in (tmp_path / "out" / "config.json").read_text()

    def test_it_writes_over_nothing(self, panzad: Panzad, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        status, _, stderr = panzad("export", str(tmp_path / "out"))
        assert status == 2
        assert "exists already" in only_line(stderr)


class TestBackup:
    def test_there_and_back(self, panzad: Panzad, tmp_path: Path) -> None:
        file = str(tmp_path / "panzad.backup")
        assert panzad("backup", file)[0] == 0
        (panzad.state / "panzad.db").write_bytes(b"damaged" * 9999)
        assert panzad("status")[0] == 7
        status, stdout, stderr = panzad("restore", file, "--json")
        assert status == 0, stderr
        assert json.loads(stdout)["files"] == 2
        counted = json.loads(panzad("status", "--json")[1])["accounts"]["work"]["mails"]
        assert counted["used"] == 2


class TestImport:
    def test_sent_mail_in_files_is_learnt_and_stays(
        self, panzad: Panzad, tmp_path: Path, dovecot_mailbox: TestMailbox
    ) -> None:
        folder = tmp_path / "old" / "cur"
        folder.mkdir(parents=True)
        (folder / "1.host:2,S").write_bytes(mail("Old", "From the year before.\n"))
        (folder / "2.host:2,S").write_bytes(mail("Theirs", sender="bob@x.org"))
        (folder / "3.host:2,S").write_bytes(mail("Jelly", "The quince jelly.\n"))
        plain = mail("Box", "Out of an mbox.\n").replace(b"\r\n", b"\n")
        (tmp_path / "old" / "sent").write_bytes(b"From me Fri Nov 13 10:04:00 2026\n" + plain)
        status, stdout, _ = panzad("import", str(tmp_path / "old"), "--json")
        assert status == 0
        assert json.loads(stdout) == {"used": 2, "known": 1, "unused": {"not-mine": 1}}
        assert panzad("sync")[0] == 0
        counted = json.loads(panzad("status", "--json")[1])["accounts"]["work"]["mails"]
        assert counted["used"] == 4
        assert json.loads(panzad("import", str(tmp_path / "old"), "--json")[1])["known"] == 3

    def test_what_is_forgotten_is_not_imported(self, panzad: Panzad, tmp_path: Path) -> None:
        panzad("forget", "eve@x.org", "--yes")
        (tmp_path / "one.eml").write_bytes(mail("Again", To="eve@x.org"))
        stdout = panzad("import", str(tmp_path / "one.eml"), "--json")[1]
        assert json.loads(stdout) == {"used": 0, "known": 0, "unused": {"forgotten": 1}}


class TestPause:
    def test_a_paused_daemon_leaves_the_mailbox_alone_until_it_resumes(
        self, tmp_path: Path, dovecot_mailbox: TestMailbox
    ) -> None:
        with running(tmp_path, account("work", dovecot_mailbox)) as daemon:
            daemon.logs("sync.done", account="work")
            daemon.wait(lambda: "INBOX" in daemon.run("status", "--json")[1])
            assert daemon.run("pause")[0] == 0
            dovecot_mailbox.append("INBOX", mail("Old", sender="bob@example.net"), flags=())
            dovecot_mailbox.flag("INBOX", 1)
            status = json.loads(daemon.run("status", "--json")[1])
            assert status["daemon"]["paused_since"]
            daemon.terminate()
        with running(tmp_path, account("work", dovecot_mailbox)) as daemon:
            synced = len(daemon.logged("sync.done"))
            daemon.run("pause")  # rings: the daemon looks, and rests
            assert daemon.logged("mark.refused") == []
            assert len(daemon.logged("sync.done")) == synced
            assert daemon.run("resume", "--json") == (0, '{"paused_since": null}\n')
            daemon.logs("mark.refused", account="work")


class TestLogs:
    def test_events_of_all_processes_are_read_back(self, panzad: Panzad) -> None:
        lines = panzad("logs", "--json")[1].splitlines()
        events = [json.loads(line) for line in lines]
        assert "sync.done" in [one["event"] for one in events]
        shown = panzad("logs", "-n", "1")[1]
        assert "sync info sync.done account=work fetched=2" in shown

    def test_half_a_line_is_passed_over(self, panzad: Panzad) -> None:
        with (panzad.state / "panzad.log").open("a") as file:
            file.write('{"event": "cut')
        assert "sync.done" in panzad("logs")[1]


class TestReport:
    def test_it_tells_in_short_what_the_report_by_mail_would(
        self, panzad: Panzad, tmp_path: Path
    ) -> None:
        assert panzad("report", "-")[1] == "work: 2 of 2 sent mails are learnt from\n"
        assert panzad("report", str(tmp_path / "out"), "--json")[0] == 0
        assert json.loads((tmp_path / "out").read_text())["pairs"]["pending"] == 2
