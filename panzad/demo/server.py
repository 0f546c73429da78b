"""A private IMAP server on loopback for `panzad demo` and the tests: pymap in a child process.

The parent opens the listening socket, so the port is known and clients may connect at once. The
child lives as long as its standard input is open: it never outlives the parent, not even a killed
one. Mail is kept in memory only.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import os
import socket
import subprocess
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from panzad.errors import PanzadError

if TYPE_CHECKING:
    from pymap.backend.dict import DictBackend
    from pymap.concurrent import Event
    from pymap.selected import SelectedMailbox

HOST = "127.0.0.1"


class DemoServer:
    """An IMAP server with one user and the given folders beside INBOX, empty at the start.

    It has IDLE, UIDPLUS and MOVE; no SPECIAL-USE, CONDSTORE, keywords or TLS.
    """

    def __init__(
        self, user: str, password: str, folders: Sequence[str] = ("Sent", "Drafts")
    ) -> None:
        self.user = user
        self.password = password
        self.folders = tuple(folders)
        self.host = HOST
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> DemoServer:
        """Start the server. Raises PanzadError when pymap is not installed."""
        if importlib.util.find_spec("pymap") is None:
            raise PanzadError(
                "pymap is not installed", 'install it with `pip install "panzad[demo]"`'
            )
        with socket.create_server((HOST, 0), backlog=32) as listening:
            self.port = listening.getsockname()[1]
            descriptor = listening.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "panzad.demo.server", str(descriptor)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                pass_fds=[descriptor],
            )
        assert self._process.stdin is not None
        account = {"user": self.user, "password": self.password, "folders": self.folders}
        self._process.stdin.write(json.dumps(account).encode() + b"\n")
        self._process.stdin.flush()
        return self

    def stop(self) -> None:
        """Stop the server and drop its mail."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def __enter__(self) -> DemoServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


async def _serve(listening: socket.socket, user: str, password: str, folders: list[str]) -> None:
    from proxyprotocol.reader import ProxyProtocolReader
    from pymap.backend.dict import DictBackend
    from pymap.imap import IMAPServer
    from pysasl.hashing import Cleartext

    arguments = Namespace(
        host=HOST,
        port=listening.getsockname()[1],
        debug=False,
        cert=None,
        key=None,
        tls=False,
        proxy_protocol=None,
        passlib_cfg=None,
        demo_data=False,
        demo_user=user,
        demo_password=password,
    )
    # Mail that is made up needs no slow password hash.
    backend, config = await DictBackend.init(arguments, hash_context=Cleartext())
    config.apply_context()
    _mend_idle()
    await _create_folders(backend, user, folders)
    connected = ProxyProtocolReader(config.proxy_protocol).get_callback(
        IMAPServer(backend.login, config)
    )
    async with await asyncio.start_server(connected, sock=listening):
        await asyncio.to_thread(sys.stdin.buffer.read)
        # Clients may still hold connections, which a graceful close would wait for.
        os._exit(0)


def _mend_idle() -> None:
    """Let IDLE look before it waits: pymap 0.36 loses a change that comes while it tells one."""
    from pymap.backend.dict.mailbox import MailboxData

    wait = MailboxData.update_selected

    async def look_first(
        self: MailboxData, selected: SelectedMailbox, *, wait_on: Event | None = None
    ) -> SelectedMailbox:
        seen = selected.mod_sequence
        behind = seen is not None and seen < self._mod_sequences.highest
        return await wait(self, selected, wait_on=None if behind else wait_on)

    MailboxData.update_selected = look_first


async def _create_folders(backend: DictBackend, user: str, folders: list[str]) -> None:
    async with backend.login.demo_user_identity.new_session() as session:
        for folder in folders:
            await session.mailbox_set.add_mailbox(folder)


def _main() -> None:
    listening = socket.socket(fileno=int(sys.argv[1]))
    account = json.loads(sys.stdin.buffer.readline())
    # pymap goes on telling a client that has hung up, and asyncio would warn of it on the terminal.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    asyncio.run(_serve(listening, account["user"], account["password"], account["folders"]))


if __name__ == "__main__":
    _main()
