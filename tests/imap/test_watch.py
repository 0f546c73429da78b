"""Watching a folder: what another mail program does is seen within two seconds."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import panzad.imap.watch as watch_module
from panzad.config import ImapServer
from panzad.errors import NetworkError, PanzadError
from panzad.imap.search import standing
from panzad.imap.session import Capabilities, Session
from panzad.imap.watch import Stop, watch
from tests.imap.scripted import ScriptedServer
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import TestMailbox, mail

PROMISED_SECONDS = 2.0


class Watcher:
    """A watch in a thread of its own that looks for marks at each change."""

    def __init__(self, session: Session, folder: str, window: float) -> None:
        self.seen: queue.Queue[list[int]] = queue.Queue()
        self.failure: BaseException | None = None
        self.stop = Stop()
        self._session = session
        self._folder = folder
        self._window = window
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        def look(_: bool) -> None:
            self._session.select(self._folder, readonly=True)
            self.seen.put(standing(self._session, "flag"))

        try:
            watch(self._session, self._folder, look, self.stop, window=self._window)
        except PanzadError as error:
            self.failure = error

    def sees(self, uids: list[int], within: float) -> float:
        """Wait until exactly these mails stand marked; the seconds it took."""
        begin = time.monotonic()
        while True:
            left = begin + within - time.monotonic()
            if self.seen.get(timeout=max(left, 0.001)) == uids:
                return time.monotonic() - begin

    def ends(self, within: float) -> None:
        self._thread.join(within)
        assert not self._thread.is_alive()


@contextmanager
def watching(session: Session, folder: str = "INBOX", window: float = 50.0) -> Iterator[Watcher]:
    watcher = Watcher(session, folder, window)
    try:
        yield watcher
    finally:
        watcher.stop.set()
        watcher.ends(5)


def without_idle(session: Session) -> Session:
    session.capabilities = Capabilities(session.capabilities.names - {"IDLE"})
    return session


@pytest.fixture(params=["IDLE", "NOOP"])
def session(request: pytest.FixtureRequest, mailbox: TestMailbox) -> Iterator[Session]:
    with mailbox.session() as session:
        yield session if request.param == "IDLE" else without_idle(session)


class TestChanges:
    def test_a_flag_set_elsewhere_is_seen_within_two_seconds(
        self, mailbox: TestMailbox, session: Session
    ) -> None:
        mailbox.append("INBOX", mail("one"), mail("two"))
        uids = session.client.search("ALL") if session.select("INBOX", readonly=True) else []
        with watching(session) as watcher:
            watcher.sees([], within=5)
            mailbox.flag("INBOX", uids[1])
            assert watcher.sees([uids[1]], within=5) < PROMISED_SECONDS
            mailbox.flag("INBOX", uids[0])
            assert watcher.sees(uids, within=5) < PROMISED_SECONDS
        assert watcher.failure is None

    def test_a_flag_set_after_a_quiet_while_is_seen_too(self, mailbox: TestMailbox) -> None:
        mailbox.append("INBOX", mail("one"))
        with mailbox.session() as session:
            session.select("INBOX", readonly=True)
            (uid,) = session.client.search("ALL")
            with watching(session) as watcher:
                watcher.sees([], within=5)
                watcher.sees([], within=5)  # the settling window is over
                mailbox.flag("INBOX", uid)
                assert watcher.sees([uid], within=5) < PROMISED_SECONDS

    def test_over_tls_too(
        self,
        dovecot: DovecotServer,
        dovecot_mailbox: TestMailbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))
        dovecot_mailbox.append("INBOX", mail("one"))
        server = ImapServer(host="localhost", port=dovecot.tls_port, security="tls")
        user, password = dovecot_mailbox.user, dovecot_mailbox.password
        with (
            Session.connect(server, user, password, timeout=10) as session,
            watching(session) as watcher,
        ):
            watcher.sees([], within=5)
            dovecot_mailbox.flag("INBOX", 1)
            assert watcher.sees([1], within=5) < PROMISED_SECONDS

    def test_it_stops_within_two_seconds(self, session: Session) -> None:
        with watching(session) as watcher:
            watcher.sees([], within=5)
            watcher.stop.set()
            watcher.ends(2)
        assert watcher.failure is None


class TestHabits:
    """Servers by script: each test is one habit of the field notes."""

    def test_bye_during_idle_ends_the_watch(self) -> None:
        with ScriptedServer(idles=[["+ idling", "* BYE Autologout", None]]) as server:
            with server.session() as session, watching(session) as watcher:
                watcher.ends(5)
            assert isinstance(watcher.failure, NetworkError)

    def test_the_end_of_the_stream_during_idle_is_no_busy_loop(self) -> None:
        with ScriptedServer(idles=[["+ idling", None]]) as server:
            with server.session() as session, watching(session) as watcher:
                watcher.ends(5)
            assert isinstance(watcher.failure, NetworkError)
            assert server.count("IDLE") == 1

    def test_an_exists_beside_the_continuation_is_found_at_the_end_of_the_window(self) -> None:
        with ScriptedServer(idles=[["+ idling\r\n* 3 EXISTS"]]) as server:
            with server.session() as session, watching(session) as watcher:
                for _ in range(3):
                    watcher.sees([], within=5)
            assert watcher.failure is None

    def test_a_server_whose_idle_tells_late_is_polled_from_then_on(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Courier and Yandex: the flag is there, and comes only with DONE or NOOP."""
        monkeypatch.setattr(watch_module, "_TELLING_SECONDS", 1.0)
        server = ScriptedServer(idles=[["+ idling"]], told_at_done=["* 1 FETCH (FLAGS ())"])
        with server, server.session() as session, watching(session) as watcher:
            for _ in range(3):
                watcher.sees([], within=5)
            idles = server.count("IDLE")
            server.wait_for("NOOP", server.count("NOOP") + 3)
            assert (idles, server.count("IDLE")) == (2, 2)
        assert watcher.failure is None

    def test_what_is_late_in_a_short_window_may_be_news_of_that_moment(self) -> None:
        """Dovecot tells half a second after a change, and twice that is the shortest window."""
        server = ScriptedServer(idles=[["+ idling"]], told_at_done=["* 1 FETCH (FLAGS ())"])
        with server, server.session() as session, watching(session) as watcher:
            server.wait_for("IDLE", 3)
        assert watcher.failure is None

    def test_one_late_notice_is_no_reason_to_poll(self) -> None:
        """What came beside `+ idling` was told in time."""
        idles = [["+ idling\r\n* 3 EXISTS"], ["+ idling", "* 4 EXISTS"]]
        with ScriptedServer(idles=idles) as server:
            with server.session() as session, watching(session) as watcher:
                server.wait_for("IDLE", 6)
            assert watcher.failure is None

    def test_still_here_is_not_a_change(self) -> None:
        with ScriptedServer(idles=[["+ idling", "* OK Still here"], ["+ idling"]]) as server:
            with server.session() as session, watching(session) as watcher:
                watcher.sees([], within=5)
                assert watcher.sees([], within=5) > 0.5
            assert watcher.failure is None

    def test_no_to_idle_is_an_error_not_a_loop(self) -> None:
        with ScriptedServer(idles=[["TAG NO not now"]]) as server:
            with server.session() as session, watching(session) as watcher:
                watcher.ends(5)
            assert isinstance(watcher.failure, PanzadError)
            assert server.count("IDLE") == 1

    def test_a_server_that_hangs_does_not_hold_up_the_stop(self) -> None:
        with ScriptedServer(idles=[["+ idling"]], answers_done=False) as server:
            with server.session() as session, watching(session) as watcher:
                server.wait_for("IDLE", 1)
                watcher.stop.set()
                watcher.ends(2.5)
            assert watcher.failure is None
