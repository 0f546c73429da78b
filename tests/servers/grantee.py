"""panzad as processes over an account that logs in by OAuth 2, with a keyring of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers.authority import CLIENT_ID, CLIENT_SECRET, AuthorisationServer
from tests.servers.dovecot import DovecotServer

_CONFIG = """\
[accounts.work]
address = "{user}"
name = "Ann Lee"
imap = {{ host = "{host}", port = {port}, security = "none" }}
auth = {{ method = "oauth2", client_id = "{client}", client_secret_command = "cat {secret}", \
provider = {{ {provider} }} }}
"""


def inline(table: dict[str, str]) -> str:
    """The inside of a TOML inline table."""
    return ", ".join(f"{key} = {json.dumps(value)}" for key, value in table.items())


@dataclass(frozen=True, slots=True)
class Grantee:
    """`folder` holds the state, the keyring and the client's secret."""

    folder: Path
    authority: AuthorisationServer
    server: DovecotServer

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this user runs in: a keyring, a browser."""
        return {
            **os.environ,
            "XDG_STATE_HOME": str(self.folder / "home"),
            "PYTHON_KEYRING_BACKEND": "tests.secrets.file_keyring.FileKeyring",
            "PANZAD_TEST_KEYRING": str(self.folder / "keyring.json"),
            "BROWSER": f"{sys.executable} -m tests.servers.browser %s",
        }

    def __post_init__(self) -> None:
        self.state.mkdir(mode=0o700)
        (self.folder / "secret").write_text(CLIENT_SECRET)
        (self.state / "config.toml").write_text(self.config())

    def config(self) -> str:
        """What config.toml says of the account `work`."""
        return _CONFIG.format(
            user=self.authority.user,
            host=self.server.host,
            port=self.server.port,
            client=CLIENT_ID,
            secret=self.folder / "secret",
            provider=inline(self.authority.provider),
        )

    def lends_its_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever the test starts runs as this user."""
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "panzad", "--state", str(self.state), *arguments]

    def __call__(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """A command: its status, standard output and standard error."""
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
            env={**self.environment, **environment},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    def types_the_code(self, *, agree: bool = True) -> tuple[int, str, str]:
        """`panzad login --device` with a user who types the code that it shows."""
        process = subprocess.Popen(
            self.command("login", "work", "--device"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment,
        )  # fmt: skip
        assert process.stdout is not None
        shown = ""
        while not (found := re.search(r"type (\S+)", shown)):
            line = process.stdout.readline()
            assert line, shown
            shown += line
        self.authority.type_code(found[1], agree=agree)
        rest, stderr = process.communicate(timeout=60)
        return process.returncode, shown + rest, stderr

    @property
    def kept(self) -> dict[str, Any]:
        """The grant in the keyring."""
        entries = json.loads((self.folder / "keyring.json").read_text())
        return json.loads(entries["panzad-oauth2/work"])
