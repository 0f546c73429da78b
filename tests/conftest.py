"""Servers and mailboxes for every test that asks for them."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from panzad.config import ImapServer
from panzad.demo.server import DemoServer
from tests.servers.authority import AuthorisationServer
from tests.servers.dovecot import DovecotServer
from tests.servers.grantee import Grantee
from tests.servers.mailbox import TestMailbox
from tests.servers.oauth_dovecot import oauth_dovecot

pytest_plugins = ["tests.models", "tests.panzad_fixtures"]

_users = itertools.count(1)


ORDERING = ("model", "server", "long")
SERVERS = {"dovecot", "dovecot_mailbox", "oauth_servers", "pymap_mailbox", "mailbox"}
MODELS = {"models_dir", "base_gguf"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server or a model by its fixtures, and put the tests into their order.

    The quick ones come first, then those that take minutes: begun last, they alone would keep the
    run from its end while the other workers had nothing left to do.
    """
    for item in items:
        needed = set(getattr(item, "fixturenames", ()))
        if needed & SERVERS:
            item.add_marker("server")
        if needed & MODELS:
            item.add_marker("model")
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[bool, ...]:
    model, server, long = (item.get_closest_marker(name) is not None for name in ORDERING)
    return model or server, not long, model, server


@pytest.fixture(scope="session")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DovecotServer]:
    """A real Dovecot, for the whole run; take `dovecot_mailbox` for a user of your own."""
    if shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin") is None:
        pytest.fail("no dovecot: apt-get install dovecot-imapd")
    with DovecotServer(tmp_path_factory.mktemp("dovecot")) as server:
        yield server


@pytest.fixture(scope="session")
def oauth_servers(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[AuthorisationServer, DovecotServer]]:
    """An authorisation server, and a Dovecot that takes its tokens; take `grantee` for a user."""
    folder = tmp_path_factory.mktemp("oauth")
    with AuthorisationServer() as authority, oauth_dovecot(folder, authority) as server:
        yield authority, server


@pytest.fixture
def grantee(tmp_path: Path, oauth_servers: tuple[AuthorisationServer, DovecotServer]) -> Grantee:
    """A new user with an empty mailbox, who has granted nothing yet."""
    authority, server = oauth_servers
    authority.begin_anew(f"granter{next(_users)}@example.org")
    return Grantee(tmp_path, authority, server)


@pytest.fixture
def dovecot_mailbox(dovecot: DovecotServer) -> TestMailbox:
    """A new, empty mailbox on Dovecot: SPECIAL-USE, CONDSTORE, keywords, IDLE, UIDPLUS."""
    user = f"user{next(_users)}@example.org"
    dovecot.add_user(user, "geheim")
    server = ImapServer(host=dovecot.host, port=dovecot.port, security="none")
    return TestMailbox(server, user, "geheim")


@pytest.fixture
def pymap_mailbox() -> Iterator[TestMailbox]:
    """A new, empty mailbox on pymap: IDLE and UIDPLUS; no SPECIAL-USE, CONDSTORE, keywords."""
    with DemoServer("me@example.org", "geheim") as server:
        place = ImapServer(host=server.host, port=server.port, security="none")
        yield TestMailbox(place, server.user, server.password)


@pytest.fixture(params=["dovecot", "pymap"])
def mailbox(request: pytest.FixtureRequest) -> TestMailbox:
    """A new, empty mailbox, once on each server."""
    return request.getfixturevalue(f"{request.param}_mailbox")
