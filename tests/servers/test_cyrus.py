"""What Cyrus does besides the loop of test_loop.py."""

from __future__ import annotations

import pytest

from panzad.config import ImapServer
from panzad.imap.session import Session
from tests.servers.cyrus import CyrusServer
from tests.servers.mailbox import TestMailbox


@pytest.mark.server
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_it_is_spoken_to_over_tls(
    cyrus: CyrusServer,
    cyrus_mailbox: TestMailbox,
    monkeypatch: pytest.MonkeyPatch,
    security: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(cyrus.ca_file))
    port = cyrus.tls_port if security == "tls" else cyrus.port
    place = ImapServer.model_validate({"host": cyrus.host, "port": port, "security": security})
    with Session.connect(place, cyrus_mailbox.user, cyrus_mailbox.password, timeout=30) as session:
        assert session.select("INBOX", readonly=True).exists == 0
