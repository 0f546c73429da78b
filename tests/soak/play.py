"""Hours of several busy mailboxes on one server, with the real daemon beside them.

An hour is twelve times five minutes: in each every user does a few things at once, and the next
begins when the daemon has come to rest, so that an hour lasts as long as the work in it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from panzad.config import ImapServer
from panzad.logfile import lines
from tests.servers.dovecot import FOLDERS, DovecotServer
from tests.servers.mailbox import TestMailbox
from tests.soak import checks
from tests.soak.measures import Use, cpu_seconds, use_of
from tests.soak.person import Person

PASSWORD = "geheim"
SERVER_FOLDERS = {**FOLDERS, "Projects": None, "Archive": r"\Archive"}
STEPS_AN_HOUR = 12
MOST_ACTS = 8
# How long the daemon may take over what happened in five minutes, on a machine that is busy.
REST_SECONDS = 120.0
_LOOK_SECONDS = 0.2
# After so long without a change a watch has its longest window (1 + 2 + 4 ... up to 50 seconds).
CALM_SECONDS = 65.0
_LIMITLESS = 1_000_000

_SETTINGS = f"""
[model]
base = "{{base}}"
[writing]
candidates = 1
[training]
min_mails = {_LIMITLESS}
[drafts]
max_per_hour = {_LIMITLESS}
unused_limit = 0
"""
_ACCOUNT = """
[accounts.{name}]
address = "{user}"
name = "Ann Lee"
imap = {{ host = "{host}", port = {port}, security = "none" }}
auth = {{ command = "echo {password}" }}
folders = {{ watch = ["INBOX", "Projects"] }}
"""


@dataclass(frozen=True, slots=True)
class Hour:
    """What an hour came to: how much happened, how long it took, what the processes hold after it,
    and what is not as it should be."""

    number: int
    acts: int
    seconds: float
    daemon: Use
    worker: Use
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Idle:
    """A time in which nothing happened: what the daemon did with it, in all, in `seconds`."""

    seconds: float
    daemon_cpu_seconds: float
    worker_cpu_seconds: float
    waits: int

    @property
    def waits_a_minute(self) -> float:
        return self.waits * 60 / self.seconds


class Restless(Exception):
    """The daemon has not come to rest; the message says over what."""


class Soak:
    """Users, their mailboxes, and the daemon. `playing` makes one."""

    def __init__(self, state: Path, people: list[Person], seed: int) -> None:
        self.state = state
        self.people = people
        self._rng = Random(f"{seed}:events")
        self._woken = state / "woken"
        command = ["-m", "tests.soak.hurried", str(self._woken), "--state", str(state), "run"]
        with (state / "daemon.log").open("wb") as log:
            self._daemon = subprocess.Popen([sys.executable, *command], stderr=log)

    @property
    def acts(self) -> Counter[str]:
        """How often each thing was done."""
        return sum((person.done for person in self.people), Counter())

    def begins(self) -> None:
        """Wait until panzad has taken in the mailboxes as they are."""
        self._until(lambda: [] if self._looked() else ["the folders are not looked at yet"])
        self._rests()

    def hour(self, number: int, steps: int = STEPS_AN_HOUR) -> Hour:
        """Play one hour. Raises Restless."""
        began, before = time.monotonic(), self.acts.total()
        wrong: list[str] = []
        for _ in range(steps):
            self._step()
            wrong += self._rests()
        seconds = time.monotonic() - began
        # Two more syncs of each account change nothing.
        self._syncs(2)
        wrong += checks.unsettled(self.state, self.people)
        wrong += [one for person in self.people for one in checks.wrong(person, self.state)]
        wrong += checks.unexpected_lines(self.state)
        return Hour(
            number,
            self.acts.total() - before,
            seconds,
            use_of(self._daemon.pid),
            use_of(self._worker()),
            tuple(wrong),
        )

    def idles(self, seconds: float, calm: float = CALM_SECONDS) -> Idle:
        """Let nothing happen, by the daemon's usual clock."""
        self._daemon.send_signal(signal.SIGUSR1)
        self._syncs(1)
        time.sleep(calm)
        worker = self._worker()
        before = self._woken_so_far(), cpu_seconds(self._daemon.pid), cpu_seconds(worker)
        time.sleep(seconds)  # that nothing happens is what is measured
        return Idle(
            seconds,
            cpu_seconds(self._daemon.pid) - before[1],
            cpu_seconds(worker) - before[2],
            self._woken_so_far() - before[0],
        )

    def ends(self) -> list[str]:
        """Stop the daemon; what is not as it should be at its end."""
        self._daemon.send_signal(signal.SIGTERM)
        status = self._daemon.wait(30)
        return [f"the daemon ended with {status}"] if status else []

    def dies(self) -> None:
        """End the daemon if it still runs, however."""
        self._daemon.kill()
        self._daemon.wait()

    def _step(self) -> None:
        acts = [person for person in self.people for _ in range(self._rng.randint(1, MOST_ACTS))]
        self._rng.shuffle(acts)
        with ExitStack() as stack:
            clients = {
                person.account: stack.enter_context(person.mailbox.client())
                for person in self.people
            }
            for person in self.people:
                person.begins()
            for person in acts:
                person.acts(clients[person.account])

    def _rests(self) -> list[str]:
        """Wait until all that happened is dealt with."""
        self._until(lambda: checks.unsettled(self.state, self.people))
        if any(person.book.taken for person in self.people):
            self._syncs(1)  # by then a look that saw the mark before it was off has ended
        late = [one for person in self.people for one in checks.resolve(self.state, person)]
        self._until(lambda: checks.unsettled(self.state, self.people))
        return late

    def _until(self, waiting: Callable[[], list[str]]) -> None:
        deadline = time.monotonic() + REST_SECONDS
        while still := waiting():
            if self._daemon.poll() is not None:
                raise Restless(f"the daemon ended with {self._daemon.returncode}")
            if time.monotonic() > deadline:
                raise Restless("\n".join(still))
            time.sleep(_LOOK_SECONDS)  # a poll between looks, bounded by the deadline

    def _looked(self) -> bool:
        ready = any(one["event"] == "daemon.ready" for one in self._logged())
        return ready and checks.baselines(self.state) == 3 * len(self.people)

    def _syncs(self, times: int) -> None:
        """Wait until each account has been synced so often once more."""
        before = self._synced()

        def behind() -> list[str]:
            now = self._synced()
            names = (person.account for person in self.people)
            return [f"{one} is not synced" for one in names if now[one] < before[one] + times]

        self._until(behind)

    def _synced(self) -> Counter[str]:
        return Counter(one["account"] for one in self._logged() if one["event"] == "sync.done")

    def _worker(self) -> int:
        """The process id of the model worker."""
        return [one["pid"] for one in self._logged() if one["event"] == "child.started"][-1]

    def _logged(self) -> Iterator[dict[str, Any]]:
        return map(json.loads, lines(self.state / "panzad.log"))

    def _woken_so_far(self) -> int:
        self._woken.unlink(missing_ok=True)
        self._daemon.send_signal(signal.SIGUSR2)
        self._until(lambda: [] if self._woken.exists() else ["the daemon does not answer"])
        return int(self._woken.read_text())


@contextmanager
def playing(root: Path, base: Path, accounts: int, seed: int) -> Iterator[Soak]:
    """A server, users with some mail, and a daemon that has taken it in.

    `base` is the model to write with.
    """
    state = root / "state"
    state.mkdir(mode=0o700)
    with DovecotServer(root / "dovecot", folders=SERVER_FOLDERS) as server:
        people = [_person(server, number, seed) for number in range(1, accounts + 1)]
        config = state / "config.toml"
        config.write_text(
            _SETTINGS.format(base=base) + "".join(_configured(server, one) for one in people)
        )
        config.chmod(0o600)
        for person in people:
            person.moves_in()
        soak = Soak(state, people, seed)
        try:
            soak.begins()
            yield soak
        finally:
            soak.dies()


def _person(server: DovecotServer, number: int, seed: int) -> Person:
    user = f"ann{number}@example.org"
    server.add_user(user, PASSWORD)
    place = ImapServer(host=server.host, port=server.port, security="none")
    mailbox = TestMailbox(place, user, PASSWORD)
    return Person(f"account{number}", mailbox, Random(f"{seed}:{number}"))


def _configured(server: DovecotServer, person: Person) -> str:
    return _ACCOUNT.format(
        name=person.account,
        user=person.mailbox.user,
        host=server.host,
        port=server.port,
        password=PASSWORD,
    )
