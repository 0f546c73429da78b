"""A mailbox and a state folder that can be copied: each kill starts from the same moment."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from panzad.config import ImapServer
from tests.crash import processes
from tests.crash.hooks import Kill
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import TestMailbox
from tests.servers.processes import give, mail_user

PASSWORD = "geheim"
CONFIG = """\
[accounts.work]
address = "me@example.org"
name = "Ann Lee"
imap = {{ host = "{host}", port = {port}, security = "none" }}
auth = {{ user = "{user}", command = "echo {password}" }}
"""
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class World:
    """What outlives a process: a user's mail on the server, and a state folder.

    `folder` holds the state and what else a command writes; `settings` is the config after the
    account, and `added` what comes and goes of it.
    """

    server: DovecotServer
    folder: Path
    user: str
    settings: str = ""
    added: str = ""

    @classmethod
    def new(cls, server: DovecotServer, root: Path, settings: str = "") -> World:
        """An empty mailbox and an empty state."""
        number = next(_numbers)
        world = cls(server, root / str(number), f"crash{number}@example.org", settings)
        server.add_user(world.user, PASSWORD)
        world.state.mkdir(parents=True, mode=0o700)
        return world.configured("")

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def mailbox(self) -> TestMailbox:
        """What another mail program sees."""
        place = ImapServer(host=self.server.host, port=self.server.port, security="none")
        return TestMailbox(place, self.user, PASSWORD)

    def configured(self, added: str) -> World:
        """The same world with these settings added to its own."""
        account = CONFIG.format(
            host=self.server.host, port=self.server.port, user=self.user, password=PASSWORD
        )
        config = self.state / "config.toml"
        config.write_text(account + self.settings + added)
        config.chmod(0o600)
        return replace(self, added=added)

    def copy(self) -> World:
        """Another one that is the same in all that panzad can see but its login."""
        twin = replace(
            self,
            folder=self.folder.with_name(str(number := next(_numbers))),
            user=f"crash{number}@example.org",
        )
        self.server.add_user(twin.user, PASSWORD)
        shutil.copytree(self.folder, twin.folder, symlinks=True)
        mail = self.server.maildir(self.user, "INBOX")
        shutil.copytree(mail, mail.with_name(twin.user))
        give(mail.with_name(twin.user), mail_user())
        return twin.configured(twin.added) if (self.state / "config.toml").exists() else twin

    def gone(self) -> None:
        """Free the disk."""
        shutil.rmtree(self.folder)
        shutil.rmtree(self.server.maildir(self.user, "INBOX"))

    def run(
        self,
        command: Sequence[str],
        expected: Collection[int] = (0,),
        kill: Kill | None = None,
        **options: Any,
    ) -> list[Kill]:
        """Run a command over this world, to one of these exit statuses; the moments that it passed.

        `{folder}` in it is where files may be put. For `options` see `processes.run`.
        """
        for path in self.state.rglob("*"):  # what tests put there, others could read
            path.chmod(path.stat().st_mode & ~0o077)
        arguments = [one.format(folder=self.folder) for one in command]
        whole = ["--state", str(self.state), *arguments]
        record = self.folder.with_suffix(".steps")
        return processes.run(whole, record, expected, kill, **options)
