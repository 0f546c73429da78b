"""A proxy as an environment names one: it hands nothing on and tells what it was given."""

from __future__ import annotations

import contextlib
import socket
import urllib.request
from collections.abc import Mapping
from threading import Thread
from typing import Self

from tests.servers.processes import Server

_PATIENCE = 10.0


class ListeningProxy(Server):
    """Listens as long as its `with` block lasts."""

    def __init__(self) -> None:
        self._heard = b""
        self._door = socket.create_server(("127.0.0.1", 0))
        self._url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = Thread(target=self._listen, daemon=True)

    @property
    def variables(self) -> Mapping[str, str]:
        """An environment that names it for everything, in each way there is."""
        kinds = ("http_proxy", "https_proxy", "all_proxy", "socks_proxy")
        named = {name: self._url for kind in kinds for name in (kind, kind.upper())}
        return named | {"no_proxy": "", "NO_PROXY": ""}

    def heard(self) -> bytes:
        """All that programs have said to it, before one that does ask a proxy says its own."""
        asking = urllib.request.ProxyHandler({"http": self._url})
        with contextlib.suppress(OSError):
            urllib.request.build_opener(asking).open("http://last.example/", timeout=_PATIENCE)
        before, asked, _ = self._heard.partition(b"GET http://last.example/")
        assert asked, "it hears nobody"
        return before

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(_PATIENCE)

    def _listen(self) -> None:
        while True:
            try:
                link, _ = self._door.accept()
            except OSError:
                return
            with link, contextlib.suppress(OSError):
                link.settimeout(_PATIENCE)
                self._heard += link.recv(65536) or b"(nothing)"
