"""A keyring in a file, for processes that a test starts; $PANZAD_TEST_KEYRING names it."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from keyring.backend import KeyringBackend

from panzad.files import replace


class FileKeyring(KeyringBackend):
    """One JSON file for all entries.

    $PANZAD_TEST_KILL_AFTER_KEEPING ends the process as kill -9 does, once something is kept.
    """

    priority = 1  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        content = {**self._kept(), f"{service}/{username}": password}
        replace(self._path, json.dumps(content).encode())
        if os.environ.get("PANZAD_TEST_KILL_AFTER_KEEPING"):
            os.kill(os.getpid(), signal.SIGKILL)

    def delete_password(self, service: str, username: str) -> None:
        content = self._kept()
        del content[f"{service}/{username}"]
        replace(self._path, json.dumps(content).encode())

    @property
    def _path(self) -> Path:
        return Path(os.environ["PANZAD_TEST_KEYRING"])

    def _kept(self) -> dict[str, str]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}
