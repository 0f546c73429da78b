"""The commands as a user types them: bad input gives one line, a remedy and a documented code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from panzad import config as settings
from panzad.cli import cli
from panzad.config import OAuth2
from panzad.errors import UsageError
from tests.daemon.process import account
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import TestMailbox, mail

CONFIG = """
[accounts.work]
address = "me@example.org"
name = "Ann Lee"
imap = {{ host = "{host}", port = {port}, security = "{security}" }}
auth = {{ user = "{user}", command = "echo {password}" }}
[model]
base = "{base}"
"""


class Panzad:
    """The command over one state folder."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def configure(self, mailbox: TestMailbox, **changes: object) -> None:
        values: dict[str, object] = {
            "host": mailbox.server.host,
            "port": mailbox.server.port,
            "security": mailbox.server.security,
            "user": mailbox.user,
            "password": mailbox.password,
            "base": "smollm2-135m-instruct",
        }
        (self.state / "config.toml").write_text(CONFIG.format(**(values | changes)))

    def __call__(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "panzad", "--state", str(self.state), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def panzad(tmp_path: Path) -> Panzad:
    return Panzad(tmp_path)


def only_line(stderr: str) -> str:
    """The error as a user sees it: one line, after what is logged."""
    lines = [line for line in stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, stderr
    return lines[0]


class TestErrors:
    def test_no_config_names_init(self, panzad: Panzad) -> None:
        status, _, stderr = panzad("status")
        assert status == 3
        assert "panzad init" in only_line(stderr)

    def test_an_unknown_key_names_its_line(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox)
        with (panzad.state / "config.toml").open("a") as file:
            file.write("idle_minuets = 3\n")
        status, _, stderr = panzad("status")
        assert status == 3
        assert "line 9: unknown key model.idle_minuets: did you mean idle_minutes?" in stderr

    def test_forcing_a_draft_needs_the_mail_that_it_answers(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox)
        status, _, stderr = panzad("draft", "--force")
        assert status == 2
        assert "--force needs a MESSAGE-ID" in only_line(stderr)

    def test_a_wrong_password_is_a_login_error(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox, password="wrong")
        status, _, stderr = panzad("sync")
        assert status == 4
        assert "refused the login" in only_line(stderr)
        assert "wrong" not in stderr

    def test_an_unreachable_server_is_a_network_error(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox, port=1)
        status, _, stderr = panzad("sync")
        assert status == 5
        assert "cannot be reached" in only_line(stderr)

    def test_an_untrusted_certificate_is_refused(
        self, panzad: Panzad, dovecot: DovecotServer, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox, port=dovecot.tls_port, security="tls")
        status, _, stderr = panzad("sync")
        assert status == 4
        assert "is not trusted" in only_line(stderr)
        status, _, _ = panzad("sync", SSL_CERT_FILE=str(dovecot.ca_file))
        assert status == 0

    def test_plain_text_beyond_loopback_is_refused(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox, host="imap.example.org")
        status, _, stderr = panzad("sync")
        assert status == 3
        assert "would send the password in clear" in only_line(stderr)

    def test_a_missing_folder_names_those_that_exist(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox)
        text = (panzad.state / "config.toml").read_text()
        line = 'folders = { sent = "Nowhere" }\n[model]'
        (panzad.state / "config.toml").write_text(text.replace("[model]", line))
        status, _, stderr = panzad("sync")
        assert status == 1
        assert "folders.sent" in only_line(stderr)
        assert "Drafts" in stderr

    def test_a_missing_model_names_the_command_that_gets_it(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox)
        status, _, stderr = panzad("write", "say yes")
        assert status == 6
        assert "panzad models pull smollm2-135m-instruct" in stderr

    def test_a_damaged_database_says_that_it_can_be_rebuilt(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox)
        (panzad.state / "panzad.db").touch(mode=0o600)
        (panzad.state / "panzad.db").write_bytes(b"no database" * 999)
        status, _, stderr = panzad("status")
        assert status == 7
        assert "rebuilt from the mailbox" in only_line(stderr)

    def test_damage_that_only_reading_meets_is_told_in_the_same_way(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox)
        assert panzad("status")[0] == 0
        path = panzad.state / "panzad.db"
        content = bytearray(path.read_bytes())
        content[4096:] = b"\xff" * (len(content) - 4096)
        path.write_bytes(content)
        status, _, stderr = panzad("adapters", "list")
        assert status == 7
        assert "rebuilt from the mailbox" in only_line(stderr)

    def test_a_state_folder_that_others_can_read_is_refused(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox)
        assert panzad("status")[0] == 0
        for path in (panzad.state, panzad.state / "panzad.db"):
            path.chmod(path.stat().st_mode | 0o040)
            for command in ("status", "sync", "run"):
                status, _, stderr = panzad(command)
                assert status == 7
                assert f"`chmod -R go-rwx {path}`" in only_line(stderr)
            path.chmod(path.stat().st_mode & ~0o040)
        assert panzad("status")[0] == 0

    def test_everything_is_made_private_whatever_the_umask(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox)
        dovecot_mailbox.append("Sent", mail("One"))
        before = os.umask(0)
        try:
            state = panzad.state / "fresh"
            config = panzad.state / "config.toml"
            assert panzad("--config", str(config), "--state", str(state), "sync")[0] == 0
        finally:
            os.umask(before)
        for path in (state, *state.rglob("*")):
            assert path.stat().st_mode & 0o077 == 0, path

    def test_a_password_in_a_config_that_others_can_read_is_refused(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox)
        path = panzad.state / "config.toml"
        path.write_text(path.read_text().replace('command = "echo ', 'password = "'))
        path.chmod(0o644)
        status, _, stderr = panzad("sync")
        assert status == 3
        assert "holds a password and others can use it" in only_line(stderr)
        path.chmod(0o600)
        status, _, stderr = panzad("sync")
        assert status == 0
        assert "password.in_config" in stderr
        assert dovecot_mailbox.password not in stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ("write", " "), ("write", "hello", "--to", "eve"),
            ("write", "hello", "--to", "a@x.org\nBcc: eve@x.org"), ("logs", "-n", "-1"),
            ("export", "."), ("forget", "before", "yesterday"), ("sync", "nobody"),
            ("train", "--epochs", "0"), ("init", "--address", "a b", "--name", "A"),
        ],
        ids=" ".join,
    )  # fmt: skip
    def test_a_command_that_can_mean_nothing_is_a_usage_error(
        self, tmp_path: Path, arguments: tuple[str, ...]
    ) -> None:
        (tmp_path / "config.toml").write_text(
            '[accounts.work]\naddress = "a@x.org"\nimap = { host = "x" }\nauth = { keyring = true }'
        )
        done = CliRunner().invoke(cli, ["--state", str(tmp_path), *arguments])
        error = done.exception
        assert (error.exit_code if isinstance(error, UsageError) else done.exit_code) == 2

    def test_an_unknown_command_is_a_usage_error(self, panzad: Panzad) -> None:
        assert panzad("fly")[0] == 2

    def test_training_without_mails_says_what_to_do(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox, models_dir: Path
    ) -> None:
        (panzad.state / "models").symlink_to(models_dir)
        panzad.configure(dovecot_mailbox)
        status, _, stderr = panzad("train")
        assert status == 1
        assert "only 0 mails to learn from" in stderr


class TestInit:
    def test_writes_a_private_config_that_loads(self, panzad: Panzad) -> None:
        status, stdout, _ = panzad(
            "init", "--address", "ann@example.org", "--name", 'Ann "A" Lee', "--host", "imap.x.org",
            "--command", "pass show mail",
        )  # fmt: skip
        assert status == 0
        path = panzad.state / "config.toml"
        assert path.stat().st_mode & 0o077 == 0
        assert "panzad check" in stdout
        assert panzad("status")[0] == 0

    def test_any_name_makes_a_valid_file(self, panzad: Panzad) -> None:
        status, _, stderr = panzad(
            "init", "--address", "a@x.org", "--name", "Ann 🐼 \x7f Lee", "--host", "x",
            "--command", "true",
        )  # fmt: skip
        assert status == 0, stderr
        table = tomllib.loads((panzad.state / "config.toml").read_text(encoding="utf-8"))
        assert table["accounts"]["mail"]["name"] == "Ann 🐼 \x7f Lee"

    def test_with_a_provider_it_names_the_command_that_grants_access(self, panzad: Panzad) -> None:
        status, stdout, stderr = panzad(
            "init", "--address", "a@gmail.com", "--name", "Ann", "--host", "imap.gmail.com",
            "--oauth2", "google", "--client-id", "1.apps.example",
        )  # fmt: skip
        assert status == 0, stderr
        assert "panzad login mail" in stdout
        auth = settings.load(panzad.state / "config.toml").accounts["mail"].auth
        assert isinstance(auth, OAuth2)
        assert (auth.provider, auth.client_id) == ("google", "1.apps.example")

    def test_it_asks_again_for_what_is_no_address(self, tmp_path: Path) -> None:
        answers = "ann\nann@example.org\nAnn\n\n\n"
        arguments = ["--state", str(tmp_path), "init"]
        done = CliRunner().invoke(cli, arguments, input=answers)
        assert done.exit_code == 0, done.output
        assert "that is no mail address" in done.output
        account = settings.load(tmp_path / "config.toml").accounts["mail"]
        assert (account.address, account.imap.host) == ("ann@example.org", "imap.example.org")

    @pytest.mark.parametrize("name", ["a b", "ä", "a.b", "", "a]\n[x"])
    def test_a_name_that_the_file_cannot_hold_is_refused(self, panzad: Panzad, name: str) -> None:
        options = ("--address", "a@x.org", "--name", "A", "--host", "x", "--command", "true")
        status, _, stderr = panzad("init", "--account", name, *options)
        assert status == 2
        assert "letters, digits, - and _ only" in stderr
        assert not (panzad.state / "config.toml").exists()

    def test_never_overwrites(self, panzad: Panzad) -> None:
        (panzad.state / "config.toml").write_text("mine")
        status, _, stderr = panzad("init", "--address", "a@b.org", "--name", "A")
        assert status == 3
        assert "exists already" in only_line(stderr)
        assert (panzad.state / "config.toml").read_text() == "mine"


class TestCheck:
    def test_tells_what_works_and_what_does_not(
        self, panzad: Panzad, mailbox: TestMailbox, models_dir: Path
    ) -> None:
        (panzad.state / "models").symlink_to(models_dir)
        panzad.configure(mailbox)
        status, stdout, _ = panzad("check")
        assert status == 0
        assert "sent Sent; drafts Drafts; watch INBOX" in stdout
        panzad.configure(mailbox, password="wrong")
        status, stdout, _ = panzad("check", "--json")
        assert status == 4
        results = {one["what"]: one["result"] for one in json.loads(stdout)}
        assert (results["model"], results["account work"]) == ("ok", "failed")


class TestSync:
    def test_an_account_that_fails_does_not_stop_the_others(
        self, panzad: Panzad, dovecot_mailbox: TestMailbox
    ) -> None:
        panzad.configure(dovecot_mailbox, password="wrong")
        path = panzad.state / "config.toml"
        path.write_text(path.read_text() + account("good", dovecot_mailbox))
        status, stdout, stderr = panzad("sync", "--json")
        assert (status, json.loads(stdout)) == (4, {"fetched": {"good": 0}})
        assert "refused the login" in only_line(stderr)
        assert (panzad.state / "control" / "bell").exists()

    def test_needs_no_drafts_folder(self, panzad: Panzad, dovecot_mailbox: TestMailbox) -> None:
        panzad.configure(dovecot_mailbox)
        path = panzad.state / "config.toml"
        line = 'folders = { drafts = "Nowhere", watch = ["Nor here"] }\n[model]'
        path.write_text(path.read_text().replace("[model]", line))
        assert panzad("sync")[0] == 0

    def test_counts_what_came_in(self, panzad: Panzad, mailbox: TestMailbox) -> None:
        panzad.configure(mailbox)
        mailbox.append("Sent", mail("One"), mail("Two"))
        assert json.loads(panzad("sync", "--json")[1]) == {"fetched": {"work": 2}}
        assert json.loads(panzad("sync", "--json")[1]) == {"fetched": {"work": 0}}
        status = json.loads(panzad("status", "--json")[1])
        assert status["accounts"]["work"]["mails"] == {"mails": 2, "used": 2, "unused": {}}
        assert status["pairs"]["pending"] == 2
        assert panzad("status")[0] == 0
