"""The report by mail goes to the account's own address, through a real SMTP server."""

from __future__ import annotations

import ast
import asyncio
import base64
import socket
import ssl
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keyring.core
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult
from pydantic import SecretStr, ValidationError

import panzad
from panzad.config import Account, Auth, Config, ImapServer, Report, SmtpServer, load, locate
from panzad.daemon import main
from panzad.daemon.report import report_mail, send
from panzad.errors import LoginError, NetworkError
from panzad.store import problems
from panzad.store.database import Database
from tests.secrets.file_keyring import FileKeyring
from tests.servers import certificates
from tests.servers.grantee import Grantee
from tests.servers.processes import free_ports

VALUES: dict[str, Any] = {
    "accounts": {"work": {"mails": {"mails": 9, "used": 7, "unused": {"automatic": 2}}}},
    "adapters": [{"id": "a1", "state": "serving", "reason": "held-out loss 1.7 beats 2.0"}],
    "problems": [],
}
ACCOUNT = Account(
    address="ann@example.org",
    imap=ImapServer(host="localhost", security="none"),
    auth=Auth(password=SecretStr("geheim")),
)
NOW = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


def sent(sending: Coroutine[Any, Any, None]) -> None:
    """Send, and go on until the connection is closed: by then TLS has been ended on both sides."""

    async def to_the_end() -> None:
        try:
            await sending
        finally:
            loop: Any = asyncio.get_running_loop()
            # The loop watches itself, and every connection that is open.
            while len(loop._selector.get_map()) > 1:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)

    asyncio.run(to_the_end())


class Postbox(Sink):
    def __init__(self) -> None:
        super().__init__()
        self.received: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.received.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, SmtpServer]]:
    handler = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, SmtpServer(host="127.0.0.1", port=port, security="none")
    controller.stop()


class TestSend:
    def test_reaches_the_accounts_own_address_only(
        self, postbox: tuple[Postbox, SmtpServer]
    ) -> None:
        handler, server = postbox
        message = report_mail(ACCOUNT, VALUES, NOW)
        sent(send(server, "work", ACCOUNT, message))
        [(recipients, content)] = handler.received
        assert recipients == ["ann@example.org"]
        assert b"work: 7 of 9 sent mails are learnt from" in content
        assert b"adapter a1: serving. held-out loss 1.7 beats 2.0" in content
        assert b"Auto-Submitted: auto-generated" in content

    def test_nobody_else_is_reached_whatever_the_message_says(
        self, postbox: tuple[Postbox, SmtpServer]
    ) -> None:
        handler, server = postbox
        message = report_mail(ACCOUNT, VALUES, NOW)
        del message["To"]
        for field in ("To", "Cc", "Bcc", "Resent-To", "Reply-To", "X-To"):
            message[field] = "Eve <eve@example.net>"
        sent(send(server, "work", ACCOUNT, message))
        assert [recipients for recipients, _ in handler.received] == [["ann@example.org"]]

    def test_a_server_that_is_away_is_one_line(self) -> None:
        server = SmtpServer(host="127.0.0.1", port=1, security="none")
        with pytest.raises(NetworkError, match=r"check report\.smtp"):
            sent(send(server, "work", ACCOUNT, report_mail(ACCOUNT, VALUES, NOW)))


class TokenPostbox(Postbox):
    """Lets in by XOAUTH2 alone."""

    def __init__(self, *, lets_in: bool = True) -> None:
        super().__init__()
        self.shown = b""
        self._lets_in = lets_in

    async def auth_XOAUTH2(self, server: Any, arguments: list[str]) -> AuthResult:
        self.shown = base64.b64decode(arguments[1])
        return AuthResult(success=self._lets_in, handled=False)


@contextmanager
def by_token(
    handler: TokenPostbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[SmtpServer]:
    """A server with TLS that knows tokens alone."""
    made = certificates.make(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.ca))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    [port] = free_ports(1)
    controller = Controller(
        handler, "localhost", port, ssl_context=context, auth_require_tls=False,
        auth_exclude_mechanism=["LOGIN", "PLAIN"],
    )  # fmt: skip
    controller.start()
    try:
        yield SmtpServer(host="localhost", port=port)
    finally:
        controller.stop()


class TestToken:
    def test_an_account_without_a_password_sends_by_its_token(
        self, tmp_path: Path, grantee: Grantee, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        grantee.lends_its_environment(monkeypatch)
        grantee.authority.token_bytes = 60  # aiosmtpd takes no longer lines
        assert grantee("login", "work")[0] == 0
        monkeypatch.setattr(keyring.core, "_keyring_backend", FileKeyring())
        account = load(grantee.state / "config.toml").accounts["work"]
        handler = TokenPostbox()
        with by_token(handler, tmp_path, monkeypatch) as server:
            sent(send(server, "work", account, report_mail(account, VALUES, NOW)))
        assert [recipients for recipients, _ in handler.received] == [[account.address]]
        user, bearer, *_ = handler.shown.decode().split("\1")
        assert user == f"user={account.user}"
        assert bearer == f"auth=Bearer {grantee.kept['access_token']}"

    def test_access_from_before_the_report_was_wanted_has_to_be_granted_anew(
        self, tmp_path: Path, grantee: Grantee, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Microsoft refuses to send by a token without its scope for that."""
        grantee.lends_its_environment(monkeypatch)
        grantee.authority.token_bytes = 60
        assert grantee("login", "work")[0] == 0
        monkeypatch.setattr(keyring.core, "_keyring_backend", FileKeyring())
        account = load(grantee.state / "config.toml").accounts["work"]
        handler = TokenPostbox(lets_in=False)
        with (
            by_token(handler, tmp_path, monkeypatch) as server,
            pytest.raises(LoginError, match="run `panzad login work`") as raised,
        ):
            sent(send(server, "work", account, report_mail(account, VALUES, NOW)))
        assert handler.shown
        assert not handler.received
        assert grantee.kept["access_token"] not in str(raised.value)


class TestOnlyWay:
    def test_mail_leaves_in_one_place_of_the_code_to_the_accounts_own_address(self) -> None:
        """Beside import-linter's contract, which holds every module but this away from SMTP."""
        sends: list[tuple[str, str]] = []
        for path in Path(panzad.__file__).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name("aiosmtplib"), attr=name)):
                        [to] = [one.value for one in node.keywords if one.arg == "recipients"]
                        sends.append((f"{path.name} {name}", ast.unparse(to)))
                    case (
                        ast.Import(names=[ast.alias(name="smtplib")])
                        | ast.ImportFrom(module="smtplib" | "aiosmtplib")
                    ):
                        pytest.fail(f"{path} imports an SMTP client by another way")
                    case ast.Constant(value=str(text)):
                        assert "sendmail" not in text, path
                    case _:
                        pass
        assert sends == [("report.py send", "[account.address]")]

    @pytest.mark.parametrize("address", ["a@x.org, eve@x.org", "a@x.org\neve@x.org", "<a@x.org>"])
    def test_an_address_is_one_address(self, address: str) -> None:
        with pytest.raises(ValidationError):
            ACCOUNT.model_validate(ACCOUNT.model_dump() | {"address": address})


class TestDaemon:
    def test_one_accounts_report_says_nothing_of_anothers(
        self, tmp_path: Path, postbox: tuple[Postbox, SmtpServer]
    ) -> None:
        """The first account has no password to give; the second one's report arrives."""
        handler, server = postbox
        broken = ACCOUNT.model_copy(update={"auth": Auth(command="false")})
        config = Config(
            accounts={"broken": broken, "work": ACCOUNT}, report=Report(mail=True, smtp=server)
        )
        daemon = main.Daemon(locate(None, tmp_path), config, [])
        asyncio.run(daemon._report())  # pyright: ignore[reportPrivateUsage]
        assert len(handler.received) == 1
        db = Database(tmp_path / "panzad.db")
        assert [one.scope for one in problems.listed(db)] == ["report:broken"]
        db.close()
