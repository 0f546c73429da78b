"""A bad network before a real Dovecot: each fault by itself, and what is left when it is over.

The door (servers/faults.py) breaks the connection at a given octet. Time runs faster here: what
panzad waits 30 seconds for is waited for PATIENCE seconds.
"""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

import panzad.mailbox
from panzad.config import Config
from panzad.errors import NetworkError
from panzad.mailbox import connect
from panzad.store import mails
from panzad.store.database import Database
from tests.drafting.steps import newest
from tests.imap.test_watch import watching
from tests.panzad_fixtures import account_on
from tests.servers.dovecot import DovecotServer
from tests.servers.faults import Fault, FaultProxy, Kind
from tests.servers.mailbox import TestMailbox
from tests.servers.person import at_home, reply, visiting

PATIENCE = 0.5
# At the least, a command's time to be worked on by a busy machine.
SLACK = 5.0
CUTS = (Kind.RESET, Kind.CLOSE)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panzad.mailbox, "TIMEOUT_SECONDS", PATIENCE)


@pytest.fixture
def door(dovecot: DovecotServer) -> Iterator[FaultProxy]:
    """Before the plain port. Where it trickles, an octet comes each second, as time runs here."""
    with FaultProxy(dovecot.port, pace=PATIENCE / 30) as door:
        yield door


@pytest.fixture
def tls_door(dovecot: DovecotServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))
    with FaultProxy(dovecot.tls_port, pace=PATIENCE / 30) as door:
        yield door


@pytest.fixture
def mailbox(dovecot_mailbox: TestMailbox) -> TestMailbox:
    """As the user reaches it: without the door."""
    return dovecot_mailbox


def behind(mailbox: TestMailbox, door: FaultProxy, **changes: str) -> TestMailbox:
    """The mailbox as panzad reaches it."""
    place = mailbox.server.model_copy(update={"port": door.port, **changes})
    return replace(mailbox, server=place)


@pytest.fixture
def config(mailbox: TestMailbox, door: FaultProxy) -> Config:
    return Config(accounts={"work": account_on(behind(mailbox, door))})


@contextmanager
def breaks(fault: str | None = None) -> Iterator[None]:
    """The block ends with a NetworkError, and soon."""
    started = time.monotonic()
    with pytest.raises(NetworkError, match=fault):
        yield
    assert time.monotonic() - started < PATIENCE + SLACK


def connects(config: Config) -> None:
    """Connect as the daemon does."""
    connect("work", config.accounts["work"]).close()


def raw_drafts(mailbox: TestMailbox) -> list[bytes]:
    with mailbox.client() as client:
        client.select_folder("Drafts", readonly=True)
        found: Any = client.fetch(client.search(), ["BODY.PEEK[]"])
    return [one[b"BODY[]"] for _, one in sorted(found.items())]


class TestCuts:
    """The connection ends in the middle, by a reset or as if the server had closed it."""

    @pytest.mark.parametrize("kind", CUTS)
    def test_in_a_fetched_literal_no_mail_is_lost_or_halved(
        self, mailbox: TestMailbox, config: Config, db: Database, door: FaultProxy, kind: Kind
    ) -> None:
        with at_home(mailbox, config, db) as person:
            person.puts(person.sent, *(reply(number) for number in range(1, 4)))
        for octets in itertools.count(0, 230):
            door.fails(Fault(kind, "down", octets, "FETCH"))
            with visiting(mailbox, config, db) as person, suppress(NetworkError):
                person.syncs()
                break
        assert len(door.happened) > 8
        assert mails.counts(db)["work"].mails == 3
        texts = {row["own_text"] for row in db.connection.execute("SELECT own_text FROM mails")}
        assert texts == {
            f"Thursday is full. Friday? That is my answer number {number}." for number in (1, 2, 3)
        }

    @pytest.mark.parametrize("kind", CUTS)
    def test_in_an_appended_literal_one_whole_draft_comes(
        self, mailbox: TestMailbox, config: Config, db: Database, door: FaultProxy, kind: Kind
    ) -> None:
        with at_home(mailbox, config, db) as person:
            person.flags()
        wanted = None
        for octets in itertools.count(0, 60):
            door.fails(Fault(kind, "up", octets, "APPEND"))
            with visiting(mailbox, config, db) as person, suppress(NetworkError):
                person.round()
                break
            wanted = newest(db).draft or wanted
        assert len(door.happened) > 8
        assert raw_drafts(mailbox) == [wanted]

    @pytest.mark.parametrize("kind", CUTS)
    @pytest.mark.parametrize("octets", [0, 5, 20, 40])
    def test_before_the_answer_to_an_append_it_is_found_again(
        self,
        mailbox: TestMailbox,
        config: Config,
        db: Database,
        door: FaultProxy,
        kind: Kind,
        octets: int,
    ) -> None:
        """119 copies came of that elsewhere (OfflineIMAP#262)."""
        with at_home(mailbox, config, db) as person:
            person.flags()
            door.fails(Fault(kind, "down", octets, "APPEND"))
            with breaks():
                person.round()
        with visiting(mailbox, config, db) as person:
            for _ in range(2):
                person.round()
            assert len(person.drafts) == 1
        assert newest(db).state == "appended"


class TestSilence:
    """Half-open: no packet comes any more, and nobody says so."""

    def test_a_command_without_an_answer_ends_in_time(
        self, mailbox: TestMailbox, door: FaultProxy
    ) -> None:
        session = behind(mailbox, door).session(PATIENCE)
        door.silences()
        with breaks("no answer in time"):
            session.select("INBOX", readonly=True)
        started = time.monotonic()
        session.close()
        assert time.monotonic() - started < SLACK

    @pytest.mark.parametrize("command", ["", "CAPABILITY", "LOGIN", "ID"])
    def test_so_does_a_greeting_or_a_login_that_does_not_come(
        self, mailbox: TestMailbox, door: FaultProxy, command: str
    ) -> None:
        door.fails(Fault(Kind.SILENCE, "down", 0, command))
        with breaks():
            behind(mailbox, door).session(PATIENCE)

    @pytest.mark.parametrize("octets", [0, 200, 900])
    def test_so_does_a_tls_handshake(
        self, mailbox: TestMailbox, tls_door: FaultProxy, octets: int
    ) -> None:
        tls_door.fails(Fault(Kind.SILENCE, "down", octets))
        with breaks():
            behind(mailbox, tls_door, security="tls").session(PATIENCE)

    def test_in_idle_it_is_noticed_at_the_end_of_the_window(
        self, mailbox: TestMailbox, door: FaultProxy
    ) -> None:
        with behind(mailbox, door).session(PATIENCE) as session:
            with watching(session, window=1) as watcher:
                watcher.sees([], within=SLACK)
                door.silences()
                watcher.ends(1 + PATIENCE + SLACK)
            assert isinstance(watcher.failure, NetworkError)

    def test_what_was_under_way_does_not_come_after_the_draft_that_replaced_it(
        self, mailbox: TestMailbox, config: Config, db: Database, door: FaultProxy
    ) -> None:
        """TCP goes on sending for minutes what a closed connection had not got rid of."""
        with at_home(mailbox, config, db) as person:
            person.flags()
            door.fails(Fault(Kind.SILENCE, "up", 200, "APPEND"))
            with breaks():
                person.round()
        with visiting(mailbox, config, db) as person:
            person.round()
            door.heals()
            person.panzad.session.select("INBOX", readonly=True)
        assert len(raw_drafts(mailbox)) == 1


class TestTrickle:
    """One octet a second: a socket's timeout begins anew with each."""

    @pytest.mark.parametrize("command", ["", "LOGIN", "EXAMINE"])
    def test_an_answer_that_trickles_is_none(
        self, mailbox: TestMailbox, door: FaultProxy, command: str
    ) -> None:
        door.fails(Fault(Kind.TRICKLE, "down", 0, command))
        with breaks(), behind(mailbox, door).session(PATIENCE) as session:
            session.select("INBOX", readonly=True)

    @pytest.mark.parametrize("octets", [0, 500, 2400])
    def test_over_tls_neither(
        self, mailbox: TestMailbox, tls_door: FaultProxy, octets: int
    ) -> None:
        tls_door.fails(Fault(Kind.TRICKLE, "down", octets))
        with breaks(), behind(mailbox, tls_door, security="tls").session(PATIENCE) as session:
            session.list_folders()

    def test_a_command_that_trickles_ends_too(
        self, mailbox: TestMailbox, config: Config, db: Database, door: FaultProxy
    ) -> None:
        with at_home(mailbox, config, db) as person:
            person.flags()
            door.fails(Fault(Kind.TRICKLE, "up", 0, "APPEND"))
            with breaks():
                person.round()
        with visiting(mailbox, config, db) as person:
            person.round()
            assert len(person.drafts) == 1


class TestTls:
    @pytest.mark.parametrize("octets", range(0, 2800, 400))
    def test_an_end_without_close_notify_is_a_broken_connection_at_any_octet(
        self, mailbox: TestMailbox, tls_door: FaultProxy, octets: int
    ) -> None:
        """Not a server without TLS, which would be tried again after minutes only."""
        tls_door.fails(Fault(Kind.CLOSE, "down", octets))
        with breaks(), behind(mailbox, tls_door, security="tls").session(PATIENCE) as session:
            session.list_folders()
        assert tls_door.happened


class TestReach:
    def test_a_name_that_does_not_resolve_is_asked_for_anew(
        self, config: Config, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: object, **__: object) -> list[object]:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        with (
            monkeypatch.context() as patch,
            breaks("there is no host localhost"),
        ):
            patch.setattr(socket, "getaddrinfo", fails)
            connects(config)
        connects(config)

    def test_a_refused_connection_works_as_soon_as_the_server_is_back(
        self, config: Config, door: FaultProxy
    ) -> None:
        door.goes_away()
        with breaks("Connection refused"):
            connects(config)
        door.comes_back()
        connects(config)
