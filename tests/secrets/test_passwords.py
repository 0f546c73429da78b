"""Where a password comes from, and what a user is told when it does not."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from pydantic import SecretStr

from panzad.config import Auth
from panzad.errors import LoginError
from panzad.secrets.passwords import password_of


class MemoryKeyring(KeyringBackend):
    priority = 1  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class TestPasswordOf:
    def test_command_gives_its_first_line(self) -> None:
        auth = Auth(command="printf 'hunter2\\nmore\\n'")
        assert password_of("work", auth) == "hunter2"

    @pytest.mark.parametrize("command", ["false", "true", "/nowhere/pass show", "'unbalanced"])
    def test_command_without_a_password_is_an_error(self, command: str) -> None:
        with pytest.raises(LoginError, match="password command of account work") as caught:
            password_of("work", Auth(command=command))
        assert caught.value.exit_code == 4

    def test_credential_is_read_from_systemd(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "mail").write_text("hunter2\n")
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
        assert password_of("work", Auth(credential="mail")) == "hunter2"

    def test_credential_outside_of_systemd_names_the_directive(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
        with pytest.raises(LoginError, match="LoadCredential=mail"):
            password_of("work", Auth(credential="mail"))

    def test_keyring_holds_it_under_the_account(self) -> None:
        before = keyring.get_keyring()
        keyring.set_keyring(MemoryKeyring())
        try:
            with pytest.raises(LoginError, match="keyring set panzad work"):
                password_of("work", Auth(keyring=True))
            keyring.set_password("panzad", "work", "hunter2")
            assert password_of("work", Auth(keyring=True)) == "hunter2"
        finally:
            keyring.set_keyring(before)

    def test_password_in_the_config_is_taken_with_a_warning(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert password_of("work", Auth(password=SecretStr("hunter2"))) == "hunter2"
        shown = capsys.readouterr()
        assert "password.in_config" in shown.out + shown.err
        assert "hunter2" not in shown.out + shown.err


class TestPrompt:
    def test_without_a_terminal_it_says_what_else_there_is(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO())
        with pytest.raises(LoginError, match="no terminal"):
            password_of("work", Auth(prompt=True))

    def test_a_person_is_asked_on_the_terminal_that_does_not_show_it(self) -> None:
        script = (
            "from panzad.config import Auth\n"
            "from panzad.secrets.passwords import password_of\n"
            "print(len(password_of('work', Auth(prompt=True))))\n"
        )
        ours, theirs = pty.openpty()
        child = subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0) and None,
        )  # fmt: skip
        os.close(theirs)
        said = b""
        while b"Password of account work: " not in said:
            said += os.read(ours, 1024)
        os.write(ours, b"hunter2\n")
        while b"7" not in said:
            said += os.read(ours, 1024)
        assert child.wait(10) == 0
        os.close(ours)
        assert b"hunter2" not in said
