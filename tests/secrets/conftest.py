"""A keyring and an authorisation server for one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from panzad.config_auth import OAuth2
from tests.secrets.file_keyring import FileKeyring
from tests.servers.authority import CLIENT_ID, CLIENT_SECRET, AuthorisationServer


@pytest.fixture
def own_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileKeyring]:
    """An empty keyring, and a home of its own for the locks."""
    monkeypatch.setenv("PANZAD_TEST_KEYRING", str(tmp_path / "keyring.json"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    before = keyring.get_keyring()
    mine = FileKeyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture
def authority() -> Iterator[AuthorisationServer]:
    with AuthorisationServer() as server:
        yield server


@pytest.fixture
def auth(authority: AuthorisationServer) -> OAuth2:
    """The config of an account whose access that server grants."""
    return OAuth2.model_validate(
        {
            "method": "oauth2",
            "provider": authority.provider,
            "client_id": CLIENT_ID,
            "client_secret_command": f"echo {CLIENT_SECRET}",
        }
    )
