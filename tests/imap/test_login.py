"""What is said to log in by an OAuth 2 access token, and how a refusal is taken."""

from __future__ import annotations

import base64
import re
import socket
import threading
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.config import ImapServer
from panzad.errors import LoginError, NetworkError, PanzadError, TokenRefused
from panzad.imap.login import oauthbearer, xoauth2
from panzad.imap.session import Session
from panzad.secrets.token import AccessToken
from tests.servers.authority import AuthorisationServer
from tests.servers.oauth_dovecot import oauth_dovecot

TOKEN = AccessToken("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==")
# RFC 7628 section 4.3: the challenge that says why.
REFUSAL = base64.b64encode(b'{"status":"invalid_token","scope":"mail"}').decode()

users = st.text(st.characters(exclude_characters="\0\1\r\n", exclude_categories=["Cs"]), min_size=1)
hosts = st.from_regex(r"[a-z0-9.-]{1,30}", fullmatch=True)
tokens = st.from_regex(r"[A-Za-z0-9._~+/-]{1,80}={0,2}", fullmatch=True)


class TestOauthbearer:
    def test_is_the_example_of_the_rfc(self) -> None:
        said = oauthbearer("user@example.com", "server.example.com", 143, TOKEN.value)
        assert base64.b64encode(said).decode() == (
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcm"
            "VyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
        )

    @given(users, hosts, st.integers(1, 65535), tokens)
    def test_can_be_read_in_one_way_only(self, user: str, host: str, port: int, token: str) -> None:
        """RFC 7628 section 3.1: gs2-header kvsep *kvpair kvsep; RFC 5801: saslname."""
        header, *pairs, last, end = oauthbearer(user, host, port, token).decode().split("\1")
        assert (last, end) == ("", "")
        flag, name, empty = header.split(",")
        assert (flag, name[:2], empty) == ("n", "a=", "")
        assert name[2:].replace("=2C", ",").replace("=3D", "=") == user
        assert dict(pair.split("=", 1) for pair in pairs) == {
            "host": host,
            "port": str(port),
            "auth": f"Bearer {token}",
        }


class TestXoauth2:
    def test_is_the_example_of_google(self) -> None:
        token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
        said = f"user=someuser@example.com\1auth=Bearer {token}\1\1".encode()
        assert xoauth2("someuser@example.com", token) == said

    @given(users, tokens)
    def test_can_be_read_in_one_way_only(self, user: str, token: str) -> None:
        assert xoauth2(user, token).decode().split("\1") == [
            f"user={user}", f"auth=Bearer {token}", "", "",
        ]  # fmt: skip


@contextmanager
def conversation(offered: str, *answers: str) -> Generator[tuple[ImapServer, list[str]]]:
    """A server that offers mechanisms and then gives one answer a line, whatever the line says.

    Gives its place and the lines that came, without their tags; `TAG` is the last of these.
    """
    heard: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))
    told = [f"* CAPABILITY IMAP4rev1 {offered}\r\nTAG OK done", *answers]

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"* OK hello\r\n")
            stream.flush()
            tag = ""
            for answer in told:
                line = stream.readline().decode().removesuffix("\r\n")
                if found := re.match(r"[A-Z]{4}\d+ ", line):
                    tag = found[0].strip()
                heard.append(line.removeprefix(f"{tag} "))
                stream.write(f"{answer}\r\n".replace("TAG", tag).encode())
                stream.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield ImapServer(host="127.0.0.1", port=listening.getsockname()[1], security="none"), heard
    finally:
        thread.join(10)
        listening.close()


def refused(offered: str, *answers: str) -> tuple[list[str], Exception]:
    """What the client says, and how its login ends."""
    with conversation(offered, *answers) as (place, heard), pytest.raises(PanzadError) as caught:
        Session.connect(place, "me@example.org", TOKEN, timeout=5)
    return heard, caught.value


def encoded(said: bytes) -> str:
    return base64.b64encode(said).decode()


class TestExchange:
    def test_oauthbearer_comes_first_and_its_challenge_is_answered_with_kvsep(self) -> None:
        """RFC 7628 section 3.2.3: the server says NO only after this dummy answer."""
        offered = "AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER"
        heard, error = refused(offered, "+ ", f"+ {REFUSAL}", "TAG NO invalid")
        assert isinstance(error, TokenRefused)
        assert heard[1] == "AUTHENTICATE OAUTHBEARER"
        assert base64.b64decode(heard[2]).endswith(b"auth=Bearer " + TOKEN.value.encode() + b"\1\1")
        assert heard[3] == "AQ=="

    def test_xoauth2s_challenge_is_answered_with_an_empty_line(self) -> None:
        heard, error = refused("AUTH=XOAUTH2", "+ ", f"+ {REFUSAL}", "TAG NO invalid")
        assert isinstance(error, TokenRefused)
        said = encoded(xoauth2("me@example.org", TOKEN.value))
        assert heard[1:] == ["AUTHENTICATE XOAUTH2", said, ""]

    def test_a_third_challenge_ends_the_exchange(self) -> None:
        again = [f"+ {REFUSAL}"] * 2
        heard, error = refused("AUTH=XOAUTH2", "+ ", *again, "TAG BAD cancelled")
        assert isinstance(error, TokenRefused)
        assert heard[-1] == "*"

    def test_what_passes_is_no_refusal(self) -> None:
        _, error = refused("AUTH=XOAUTH2", "+ ", "TAG NO [UNAVAILABLE] later")
        assert isinstance(error, NetworkError)

    def test_a_server_without_oauth_is_told_apart_from_a_refused_token(self) -> None:
        heard, error = refused("AUTH=PLAIN")
        assert "neither OAUTHBEARER nor XOAUTH2" in str(error)
        assert not isinstance(error, TokenRefused)
        assert heard == ["CAPABILITY"]

    @pytest.mark.parametrize(
        "answer",
        [
            "TAG NO",
            "TAG NO [UNAVAILABLE]",
            "TAG NO [THROTTLED]",
            "TAG NO Suggested Backoff Time: 9000 milliseconds",
            "TAG BAD User is authenticated but not connected",
            "TAG OK in\r\n* BYE",
            "* BYE",
        ],
    )
    def test_a_server_that_repeats_the_login_does_not_give_it_away(self, answer: str) -> None:
        """Neither the token nor the beginning of one that is longer than what is told."""
        said = encoded(xoauth2("me@example.org", TOKEN.value))
        for repeated in (TOKEN.value, said):
            _, error = refused("AUTH=XOAUTH2", "+ ", f"{answer} {repeated}")
            told = "".join(traceback.format_exception(error))
            pieces = {repeated[at : at + 12] for at in range(len(repeated) - 12)}
            assert not [one for one in pieces if one in told]

    @pytest.mark.parametrize("user", ["me\1auth=Bearer x", "me\r\na1 LOGOUT", "me\0"])
    def test_a_user_name_that_would_break_out_never_reaches_the_server(self, user: str) -> None:
        with (
            conversation("AUTH=OAUTHBEARER AUTH=XOAUTH2") as (place, heard),
            pytest.raises(LoginError, match="control character"),
        ):
            Session.connect(place, user, TOKEN, timeout=5)
        assert heard == ["CAPABILITY"]


class TestDovecot:
    @pytest.mark.parametrize("mechanism", ["oauthbearer", "xoauth2"])
    def test_takes_either_mechanism_and_nothing_but_a_token_of_the_users(
        self, tmp_path: Path, mechanism: str
    ) -> None:
        with (
            AuthorisationServer() as authority,
            oauth_dovecot(tmp_path / "dovecot", authority, mechanism) as server,
        ):
            place = ImapServer(host=server.host, port=server.port, security="none")
            token = AccessToken(authority.grant())
            with Session.connect(place, "me@example.org", token, timeout=10) as session:
                assert session.select("INBOX", readonly=True).exists == 0
            for user, shown in (
                ("me@example.org", AccessToken("nonsense")),
                ("you@example.org", token),
            ):
                with pytest.raises(TokenRefused):
                    Session.connect(place, user, shown, timeout=10)
