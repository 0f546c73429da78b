"""One account's loop: how its connections end."""

from __future__ import annotations

import threading

import pytest

from panzad.daemon.account import let_go
from panzad.errors import NetworkError
from panzad.imap.drafts import append_draft
from panzad.imap.session import Session
from tests.imap.scripted import ScriptedServer
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import TestMailbox


class TestLetGo:
    def test_nothing_is_said_into_the_append_of_another_thread(self) -> None:
        """A LOGOUT there would be the first bytes of the draft."""
        with ScriptedServer({"APPEND": ["SILENCE"]}) as server:
            session = server.session()
            in_use = threading.Lock()
            failures: list[BaseException] = []

            def round_() -> None:
                with in_use:
                    try:
                        append_draft(session, "Drafts", b"Subject: x\r\n\r\ny\r\n", ())
                    except NetworkError as error:
                        failures.append(error)

            appending = threading.Thread(target=round_)
            appending.start()
            server.wait_for("APPEND", 1)
            let_go(session, in_use)
            appending.join(5)
        assert len(failures) == 1
        assert server.received()[-1].startswith("APPEND")

    def test_a_session_that_nobody_uses_is_logged_out(self) -> None:
        with ScriptedServer() as server:
            let_go(server.session(), threading.Lock())
        assert server.received()[-1] == "LOGOUT"

    def test_over_tls_the_other_thread_comes_out_too(
        self,
        dovecot: DovecotServer,
        dovecot_mailbox: TestMailbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))
        server = dovecot_mailbox.server.model_copy(
            update={"security": "tls", "port": dovecot.tls_port}
        )
        session = Session.connect(
            server, dovecot_mailbox.user, dovecot_mailbox.password, timeout=30
        )
        in_use, begun = threading.Lock(), threading.Event()
        failures: list[BaseException] = []

        def wait_for_ever() -> None:
            with in_use:
                try:
                    with session.translated("wait"):
                        session.client.idle()
                        begun.set()
                        session.client.idle_check()
                        session.client.noop()
                except NetworkError as error:
                    failures.append(error)

        session.select("INBOX", readonly=True)
        waiting = threading.Thread(target=wait_for_ever)
        waiting.start()
        assert begun.wait(10)
        let_go(session, in_use)
        waiting.join(10)
        assert not waiting.is_alive()
        assert len(failures) == 1
