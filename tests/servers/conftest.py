"""A mailbox on each of the real servers that Debian has."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from panzad.config import ImapServer
from tests.servers import courier as courier_server
from tests.servers import cyrus as cyrus_server
from tests.servers.courier import CourierServer
from tests.servers.cyrus import CyrusServer
from tests.servers.mailbox import TestMailbox

_users = itertools.count(1)


@pytest.fixture(scope="session")
def cyrus() -> Iterator[CyrusServer]:
    """A real Cyrus, for the whole run."""
    with CyrusServer() as server:
        yield server


@pytest.fixture(scope="session")
def courier() -> Iterator[CourierServer]:
    """A real Courier, for the whole run."""
    with CourierServer() as server:
        yield server


@pytest.fixture
def cyrus_mailbox(cyrus: CyrusServer) -> TestMailbox:
    """A new, empty mailbox on Cyrus."""
    return replace(_new_mailbox(cyrus), prefix=cyrus_server.PREFIX)


@pytest.fixture
def courier_mailbox(courier: CourierServer) -> TestMailbox:
    """A new, empty mailbox on Courier, its folders named in German."""
    return replace(_new_mailbox(courier), prefix=courier_server.PREFIX)


@pytest.fixture(params=["dovecot", "cyrus", "courier"])
def mailbox(request: pytest.FixtureRequest) -> TestMailbox:
    """A new, empty mailbox, once on each server."""
    return request.getfixturevalue(f"{request.param}_mailbox")


def _new_mailbox(server: CyrusServer | CourierServer) -> TestMailbox:
    user = f"user{next(_users)}@example.org"
    server.add_user(user, "geheim")
    place = ImapServer(host=server.host, port=server.port, security="none")
    return TestMailbox(place, user, "geheim")
