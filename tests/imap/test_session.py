"""Connecting: what is refused, what is understood, and which of panzad's errors says so."""

from __future__ import annotations

import contextlib
import hashlib
import select
import socket
import ssl
import threading
import traceback
from collections.abc import Generator
from pathlib import Path

import pytest

from panzad.config import ImapServer
from panzad.errors import FolderMissing, LoginError, NetworkError, PanzadError, TlsError
from panzad.imap.session import Session
from tests.imap.scripted import ScriptedServer
from tests.servers.dovecot import DovecotServer
from tests.servers.faults import Fault, FaultProxy, Kind
from tests.servers.mailbox import TestMailbox, mail


def connect(server: ImapServer, password: str = "geheim", user: str = "me@example.org") -> Session:
    return Session.connect(server, user, password, timeout=5)


@contextlib.contextmanager
def in_between(port: int, said: bytes) -> Generator[int]:
    """A port that hands one connection on to `port`, and adds to the answer to STARTTLS."""
    with socket.create_server(("localhost", 0)) as listening:

        def hand_on() -> None:
            client, _ = listening.accept()
            with client, socket.create_connection(("localhost", port)) as server:
                others = {client: server, server: client}
                while True:
                    for one in select.select([*others], [], [])[0]:
                        if not (octets := one.recv(65536)):
                            return
                        others[one].sendall((said if b"Begin TLS" in octets else b"") + octets)

        thread = threading.Thread(target=hand_on)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)
        assert not thread.is_alive()


class TestTls:
    def test_a_certificate_signed_by_a_trusted_authority_is_taken(
        self, dovecot: DovecotServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))
        dovecot.add_user("tls@example.org", "geheim")
        servers = (
            ImapServer(host="localhost", port=dovecot.tls_port, security="tls"),
            ImapServer(host="localhost", port=dovecot.port, security="starttls"),
        )
        for server in servers:
            with connect(server, user="tls@example.org") as session:
                assert session.select("INBOX", readonly=True).exists == 0

    @pytest.mark.parametrize("security", ["tls", "starttls"])
    def test_an_unknown_authority_is_refused_with_host_and_remedy(
        self, dovecot: DovecotServer, security: str
    ) -> None:
        port = dovecot.tls_port if security == "tls" else dovecot.port
        server = ImapServer.model_validate(
            {"host": "localhost", "port": port, "security": security}
        )
        with pytest.raises(TlsError, match=rf"localhost:{port} is not trusted.*SSL_CERT_FILE"):
            connect(server)

    def test_a_certificate_for_another_name_is_refused(
        self, dovecot: DovecotServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))
        with pytest.raises(TlsError, match="mismatch"):
            connect(ImapServer(host="127.0.0.1", port=dovecot.tls_port, security="tls"))

    def test_tls_to_a_plain_port_names_the_setting(self, dovecot: DovecotServer) -> None:
        with pytest.raises(TlsError, match=r"speaks no TLS.*imap\.security"):
            connect(ImapServer(host="localhost", port=dovecot.port, security="tls"))

    def test_a_server_without_starttls_is_refused(self, pymap_mailbox: TestMailbox) -> None:
        server = pymap_mailbox.server.model_copy(update={"security": "starttls"})
        with pytest.raises(TlsError, match="offers no STARTTLS"):
            connect(server)

    @pytest.mark.parametrize(
        ("greeting", "capabilities", "answer"),
        [
            ("* OK hello", "IMAP4rev1", []),
            ("* OK hello", "IMAP4rev1 STARTTLS", ["TAG NO not now"]),
            ("* OK hello", "IMAP4rev1 STARTTLS", ["TAG BAD what"]),
            ("* OK hello", "IMAP4rev1 STARTTLS", ["TAG OK but I speak on in clear"]),
            ("* PREAUTH hello", "IMAP4rev1 STARTTLS", []),
        ],
    )
    def test_whoever_hides_or_refuses_starttls_gets_no_password(
        self, greeting: str, capabilities: str, answer: list[str]
    ) -> None:
        server = ScriptedServer({"STARTTLS": answer}, capabilities=capabilities, greeting=greeting)
        with server, pytest.raises((TlsError, NetworkError)):
            server.session("starttls")
        assert not server.received("LOGIN")
        assert not server.received("AUTHENTICATE")

    def test_what_was_said_before_the_encryption_passes_for_nothing_of_the_servers(
        self, dovecot: DovecotServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever sits in between names another folder for drafts and for what is learnt from."""
        monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))
        dovecot.add_user("injected@example.org", "geheim")
        lies = (b'* LIST (\\Drafts \\Sent) "/" "Lies"', b"* CAPABILITY IMAP4rev1", b"* 9 EXISTS")
        with in_between(dovecot.port, b"".join(line + b"\r\n" for line in lies)) as port:
            server = ImapServer(host="localhost", port=port, security="starttls")
            with connect(server, user="injected@example.org") as session:
                assert "Lies" not in {one.name for one in session.list_folders()}
                assert "IDLE" in session.capabilities

    @pytest.mark.parametrize("security", ["tls", "starttls"])
    def test_a_pinned_certificate_needs_no_authority(
        self, dovecot: DovecotServer, security: str
    ) -> None:
        dovecot.add_user("pin@example.org", "geheim")
        port = dovecot.tls_port if security == "tls" else dovecot.port
        pem = (dovecot.root / "certificate.pem").read_text()
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        place = {"host": "127.0.0.1", "port": port, "security": security}
        pinned = ImapServer.model_validate(place | {"pin": f"sha256:{digest}"})
        with connect(pinned, user="pin@example.org") as session:
            assert session.select("INBOX", readonly=True).exists == 0
        other = ImapServer.model_validate(place | {"pin": "sha256:" + "0" * 64})
        with pytest.raises(TlsError, match=rf"another certificate .*sha256:{digest}"):
            connect(other, user="pin@example.org")

    def test_plain_text_is_refused_beyond_loopback(self) -> None:
        server = ImapServer.model_construct(host="imap.example.org", port=143, security="none")
        with pytest.raises(TlsError, match="plain text"):
            connect(server)


class TestNetwork:
    def test_a_closed_port_cannot_be_reached(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with pytest.raises(NetworkError, match=f"127.0.0.1:{port} cannot be reached"):
            connect(ImapServer(host="127.0.0.1", port=port, security="none"))

    def test_an_unknown_host_is_named(self) -> None:
        with pytest.raises(NetworkError, match=r"no host mail\.invalid"):
            connect(ImapServer(host="mail.invalid", port=993))

    def test_a_silent_server_times_out(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            place = ImapServer(host="127.0.0.1", port=server.getsockname()[1], security="none")
            with pytest.raises(NetworkError, match="does not answer"):
                Session.connect(place, "me", "geheim", timeout=0.2)

    def test_a_server_that_hangs_up_during_the_login_is_no_wrong_password(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:

            def greet_and_leave() -> None:
                connection, _ = server.accept()
                with connection, connection.makefile("rwb") as stream:
                    stream.write(b"* OK [CAPABILITY IMAP4rev1] hello\r\n")
                    stream.flush()
                    tag = stream.readline().split()[0]
                    stream.write(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
                    stream.flush()
                    stream.readline()

            thread = threading.Thread(target=greet_and_leave)
            thread.start()
            place = ImapServer(host="127.0.0.1", port=server.getsockname()[1], security="none")
            with pytest.raises(NetworkError, match="broke"):
                Session.connect(place, "me", "geheim", timeout=5)
            thread.join()

    def test_a_server_that_dies_later_is_a_network_error(self, tmp_path: Path) -> None:
        with DovecotServer(tmp_path / "dovecot") as server:
            server.add_user("me@example.org", "geheim")
            place = ImapServer(host=server.host, port=server.port, security="none")
            session = connect(place)
            server.stop()
            with pytest.raises(NetworkError):
                session.select("INBOX", readonly=True)
            session.close()


class TestLogin:
    def test_a_wrong_password_is_a_login_error_that_does_not_tell_it(
        self, mailbox: TestMailbox
    ) -> None:
        with pytest.raises(LoginError, match=mailbox.user) as caught:
            connect(mailbox.server, password="falsch", user=mailbox.user)
        assert "falsch" not in str(caught.value)

    @pytest.mark.parametrize(
        "answer",
        [
            "TAG NO",
            "TAG BAD",
            "TAG NO [UNAVAILABLE]",
            "TAG NO [THROTTLED]",
            "TAG NO [OVERQUOTA]",
            "* BYE",
        ],
    )
    def test_a_server_that_repeats_the_login_does_not_give_it_away(self, answer: str) -> None:
        said = [f'{answer} wrong: LOGIN "me" "geheim"']
        with ScriptedServer({"LOGIN": said}) as server, pytest.raises(PanzadError) as caught:
            server.session()
        whole = "".join(traceback.format_exception(caught.value))
        assert "geheim" not in whole.replace('"me", "geheim", timeout', "")

    @pytest.mark.parametrize("password", ['q"uo\\te', "blank space", "grün€"])
    def test_passwords_with_any_character_work(self, dovecot: DovecotServer, password: str) -> None:
        user = f"odd{abs(hash(password))}@example.org"
        dovecot.add_user(user, password)
        place = ImapServer(host=dovecot.host, port=dovecot.port, security="none")
        with connect(place, password=password, user=user) as session:
            assert "IDLE" in session.capabilities

    def test_a_line_end_in_the_password_never_reaches_the_server(
        self, dovecot_mailbox: TestMailbox
    ) -> None:
        with pytest.raises(LoginError, match="line end"):
            connect(dovecot_mailbox.server, password="geheim\r\na1 LOGOUT")


class TestSelect:
    def test_it_tells_what_is_in_the_folder(self, mailbox: TestMailbox) -> None:
        mailbox.append("INBOX", mail("one"), mail("two"))
        with mailbox.session() as session:
            state = session.select("INBOX", readonly=True)
            assert (state.name, state.exists, state.read_only) == ("INBOX", 2, True)
            assert state.uidvalidity > 0
            assert state.uidnext is not None
            assert not session.select("INBOX", readonly=False).read_only

    def test_condstore_is_enabled_where_the_server_has_it(
        self, dovecot_mailbox: TestMailbox, pymap_mailbox: TestMailbox
    ) -> None:
        with dovecot_mailbox.session() as session:
            assert session.select("INBOX", readonly=True).highestmodseq is not None
        with pymap_mailbox.session() as session:
            assert session.select("INBOX", readonly=True).highestmodseq is None

    def test_keywords_are_allowed_where_permanentflags_says_so(
        self, dovecot_mailbox: TestMailbox, pymap_mailbox: TestMailbox
    ) -> None:
        with dovecot_mailbox.session() as session:
            assert session.select("INBOX", readonly=False).keywords_allowed
        with pymap_mailbox.session() as session:
            assert not session.select("INBOX", readonly=False).keywords_allowed

    def test_a_folder_that_is_not_there_is_missing(self, mailbox: TestMailbox) -> None:
        with (
            mailbox.session() as session,
            pytest.raises(FolderMissing, match="no folder Gesendet"),
        ):
            session.select("Gesendet", readonly=True)

    def test_a_folder_that_was_deleted_meanwhile_is_missing(self, mailbox: TestMailbox) -> None:
        with mailbox.client() as client:
            client.create_folder("Entwürfe")
        with mailbox.session() as session:
            assert session.select("Entwürfe", readonly=True).exists == 0
            session.select("INBOX", readonly=True)
            with mailbox.client() as client:
                client.delete_folder("Entwürfe")
            with pytest.raises(FolderMissing):
                session.select("Entwürfe", readonly=True)


class TestPauses:
    """Outlook throttles and says for how long; coming back earlier makes it longer."""

    @pytest.mark.parametrize(
        "lines",
        [
            ["TAG NO Request is throttled. Suggested Backoff Time: 92415 milliseconds"],
            ["* BYE Throttled. Suggested Backoff Time: 92415 milliseconds", "HANGUP"],
        ],
    )
    def test_what_the_server_asks_for_is_told(self, lines: list[str]) -> None:
        with (
            ScriptedServer({"UID SEARCH": lines}) as server,
            server.session() as session,
        ):
            session.select("INBOX", readonly=True)
            with pytest.raises(NetworkError) as caught, session.translated("search"):
                session.client.search("ALL")
        assert caught.value.retry_after == pytest.approx(92.415)


class TestContent:
    """What imaplib cannot read it quotes in its errors, and that may be mail."""

    @pytest.mark.parametrize(
        "sent",
        [
            # The literal is longer than its count says: the rest of the mail is read as answers.
            "* 1 FETCH (UID 1 BODY[1] {5}\r\nHello, the PIN is 4711\r\nand so on)",
            "the PIN is 4711",
        ],
    )
    def test_an_answer_out_of_step_is_told_without_its_words(self, sent: str) -> None:
        server = ScriptedServer({"UID FETCH": [sent]})
        with server, server.session() as session:
            session.select("INBOX", readonly=True)
            with pytest.raises(PanzadError) as raised, session.translated("read mails"):
                session.client.fetch([1], ["BODY.PEEK[1]"])
        assert "PIN" not in str(raised.value)
        assert "4711" not in str(raised.value)

    def test_a_line_that_was_cut_is_told_without_its_words(self, dovecot: DovecotServer) -> None:
        dovecot.add_user("cut@example.org", "geheim")
        dovecot.deliver("cut@example.org", "INBOX", mail("the PIN is 4711"))
        with FaultProxy(dovecot.port) as proxy:
            server = ImapServer(host="localhost", port=proxy.port, security="none")
            with connect(server, user="cut@example.org") as session:
                session.select("INBOX", readonly=True)
                proxy.fails(Fault(Kind.CLOSE, "down", 90, "FETCH"))
                with pytest.raises(NetworkError) as raised, session.translated("read mails"):
                    session.client.fetch([1], ["ENVELOPE"])
        assert "4711" in str(raised.value.__cause__)
        assert "4711" not in str(raised.value)
