"""How access is granted: in a browser that comes back, and by a code on another device."""

from __future__ import annotations

import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.config_auth import OAuth2
from panzad.errors import LoginError, NetworkError, TlsError
from panzad.secrets.browser import challenge, granted_in_browser
from panzad.secrets.device import granted_on_device
from panzad.secrets.oauth import (
    Client,
    DeviceCode,
    Refused,
    by_refresh_token,
    client_of,
)
from tests.servers import certificates
from tests.servers.authority import AuthorisationServer
from tests.servers.browser import allow
from tests.servers.faults import Fault, FaultProxy, Kind
from tests.servers.proxy import ListeningProxy
from tests.servers.tls_front import tls_front


@pytest.fixture
def client(auth: OAuth2) -> Client:
    return client_of("work", auth)


def get(url: str) -> int:
    """The status of a page."""
    try:
        with urllib.request.urlopen(url, timeout=10) as page:  # noqa: S310 - panzad's listener
            return page.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


class Visit:
    """A browser that opens the page in a thread of its own, as a real one does."""

    def __init__(self) -> None:
        self.address = ""
        self.page = ""

    def __call__(self, url: str, port: int) -> None:
        self.address = url
        threading.Thread(target=self._allow).start()

    def _allow(self) -> None:
        self.page = allow(self.address)


class TestBrowser:
    def test_whoever_agrees_has_granted_access(
        self, authority: AuthorisationServer, client: Client
    ) -> None:
        tokens = granted_in_browser(client, "me@example.org", Visit())
        assert tokens.access_token in authority.grants[0].access
        assert tokens.refresh_token == authority.grants[0].refresh_token
        assert tokens.seconds == authority.seconds

    def test_the_page_is_asked_as_the_rfcs_want_it(
        self, authority: AuthorisationServer, client: Client
    ) -> None:
        visit = Visit()
        granted_in_browser(client, "me@example.org", visit)
        asked = {key: one for key, [one] in parse_qs(urlsplit(visit.address).query).items()}
        assert asked["redirect_uri"].startswith("http://127.0.0.1:")
        assert asked["scope"] == "mail offline_access"
        assert asked["login_hint"] == "me@example.org"
        [redeemed] = [sent for path, sent in authority.requests if path == "/token"]
        verifier = redeemed["code_verifier"]
        assert 43 <= len(verifier) <= 128
        assert verifier not in visit.address
        assert asked["code_challenge"] == challenge(verifier)

    def test_what_comes_without_the_state_is_sent_away_and_waited_on(
        self, authority: AuthorisationServer, client: Client
    ) -> None:
        """Another program of this machine, or a page in the browser, may knock."""
        statuses: list[int] = []

        def visit(url: str, port: int) -> None:
            state = parse_qs(urlsplit(url).query)["state"][0]
            for path in (
                "/favicon.ico",
                "/",
                "/?code=stolen",
                "/?code=stolen&state=",
                "/?code=stolen&state=%C3%BC",
                f"/other?{urlencode({'code': 'stolen', 'state': state})}",
            ):
                statuses.append(get(f"http://127.0.0.1:{port}{path}"))
            Visit()(url, port)

        tokens = granted_in_browser(client, "me@example.org", visit)
        assert statuses == [404] * 6
        assert tokens.access_token in authority.grants[0].access

    def test_a_browser_that_connects_ahead_and_says_nothing_blocks_nobody(
        self, client: Client
    ) -> None:
        ahead: list[socket.socket] = []

        def visit(url: str, port: int) -> None:
            ahead.append(socket.create_connection(("127.0.0.1", port)))
            Visit()(url, port)

        assert granted_in_browser(client, "me@example.org", visit)
        ahead[0].close()

    def test_a_user_who_does_not_agree_has_granted_nothing(
        self, authority: AuthorisationServer, client: Client
    ) -> None:
        authority.agrees = False
        with pytest.raises(LoginError, match=r"granted no access \(access_denied\)"):
            granted_in_browser(client, "me@example.org", Visit())

    def test_it_does_not_wait_for_ever(self, client: Client) -> None:
        with pytest.raises(LoginError, match="nobody granted access"):
            granted_in_browser(client, "me@example.org", lambda *_: None, seconds=0.05)

    def test_a_code_that_somebody_else_has_redeemed_is_a_refusal(
        self, authority: AuthorisationServer, client: Client
    ) -> None:
        authority.answers_first = ["invalid_grant"]
        with pytest.raises(LoginError, match="invalid_grant"):
            granted_in_browser(client, "me@example.org", Visit())

    def test_nothing_of_it_is_printed(
        self,
        authority: AuthorisationServer,
        client: Client,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        """The standard library's server logs each request, with its code."""
        granted_in_browser(client, "me@example.org", Visit())
        shown = capfd.readouterr()
        assert shown.out + shown.err == ""

    @given(st.from_regex(r"[A-Za-z0-9._~-]{43,128}", fullmatch=True))
    def test_a_challenge_can_stand_in_an_address_as_it_is(self, verifier: str) -> None:
        assert urlencode({"": challenge(verifier)}) == f"={challenge(verifier)}"
        assert len(challenge(verifier)) == 43

    def test_the_challenge_is_that_of_the_rfc(self) -> None:
        """RFC 7636 appendix B."""
        assert (
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
            == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        )


class Clock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


class TestDevice:
    def test_it_asks_as_slowly_as_the_server_wants_until_the_code_is_typed(
        self, authority: AuthorisationServer, client: Client
    ) -> None:
        """RFC 8628 section 3.5: slow_down is five seconds more, for all that follow."""
        authority.answers_first = ["authorization_pending", "slow_down", "authorization_pending"]
        clock = Clock()
        tokens = granted_on_device(
            client,
            lambda code: authority.type_code(code.user_code),
            sleep=clock.sleep,
            clock=clock,
        )
        assert clock.slept == [1, 1, 6, 6]
        assert tokens.access_token in authority.grants[0].access

    def test_it_goes_on_through_trouble_with_the_network_more_slowly(
        self, authority: AuthorisationServer, client: Client
    ) -> None:
        authority.answers_first = [503, 500]
        clock = Clock()
        assert granted_on_device(
            client,
            lambda code: authority.type_code(code.user_code),
            sleep=clock.sleep,
            clock=clock,
        )
        assert clock.slept == [1, 2, 4]

    def test_a_code_that_nobody_types_is_given_up(
        self, authority: AuthorisationServer, client: Client
    ) -> None:
        authority.code_seconds = 10
        clock = Clock()
        with pytest.raises(LoginError, match="not used in time"):
            granted_on_device(client, lambda _: None, sleep=clock.sleep, clock=clock)
        assert clock.slept == [1] * 9

    @pytest.mark.parametrize("answer", ["access_denied", "expired_token"])
    def test_a_no_ends_it(
        self, authority: AuthorisationServer, client: Client, answer: str
    ) -> None:
        authority.answers_first = [answer]
        clock = Clock()
        with pytest.raises(Refused, match=answer):
            granted_on_device(client, lambda _: None, sleep=clock.sleep, clock=clock)
        assert clock.slept == [1]

    def test_what_the_user_is_shown_can_be_printed_without_the_secret(
        self, authority: AuthorisationServer, client: Client
    ) -> None:
        authority.answers_first = ["access_denied"]
        shown: list[DeviceCode] = []
        clock = Clock()
        with pytest.raises(LoginError):
            granted_on_device(client, shown.append, sleep=clock.sleep, clock=clock)
        assert shown[0].user_code in repr(shown)
        assert shown[0].device_code not in repr(shown)


class TestTransport:
    @pytest.fixture
    def behind_tls(
        self, tmp_path: Path, authority: AuthorisationServer, auth: OAuth2
    ) -> Iterator[tuple[Client, Path]]:
        """The same server behind TLS, by a certificate for `localhost`, and that authority."""
        made = certificates.make(tmp_path)
        with tls_front(made, urlsplit(authority.url).port or 0) as port:
            url = f"https://localhost:{port}/token"
            provider = {**authority.provider, "token_url": url}
            auth = OAuth2.model_validate(auth.model_dump() | {"provider": provider})
            yield client_of("work", auth), made.ca

    def test_the_certificate_of_the_token_endpoint_is_checked(
        self,
        authority: AuthorisationServer,
        behind_tls: tuple[Client, Path],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        client, ca = behind_tls
        authority.grant()
        before = authority.grants[0].refresh_token
        with pytest.raises(TlsError, match="no certificate that is trusted"):
            by_refresh_token(client, before)
        assert not authority.requests
        monkeypatch.setenv("SSL_CERT_FILE", str(ca))
        assert by_refresh_token(client, before).refresh_token == authority.grants[0].refresh_token

    def test_a_certificate_for_another_name_is_refused(
        self,
        authority: AuthorisationServer,
        behind_tls: tuple[Client, Path],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        client, ca = behind_tls
        monkeypatch.setenv("SSL_CERT_FILE", str(ca))
        url = client.provider.token_url.replace("localhost", "127.0.0.1")
        other = replace(client, provider=replace(client.provider, token_url=url))
        with pytest.raises(TlsError):
            by_refresh_token(other, "secret")
        assert not authority.requests

    def test_a_redirect_does_not_get_the_secrets(
        self, authority: AuthorisationServer, client: Client
    ) -> None:
        authority.redirects_to = f"{authority.url}/elsewhere"
        with pytest.raises(LoginError, match="answers 307"):
            by_refresh_token(client, "secret")
        assert not authority.asked("/elsewhere")

    @pytest.mark.parametrize("encrypted", [False, True])
    def test_a_proxy_of_the_environment_hears_of_no_token(
        self,
        authority: AuthorisationServer,
        client: Client,
        behind_tls: tuple[Client, Path],
        monkeypatch: pytest.MonkeyPatch,
        encrypted: bool,
    ) -> None:
        """Granted in a browser and by a code, and renewed."""
        monkeypatch.setenv("SSL_CERT_FILE", str(behind_tls[1]))
        client = behind_tls[0] if encrypted else client
        with ListeningProxy() as proxy:
            for name, value in proxy.variables.items():
                monkeypatch.setenv(name, value)
            tokens = granted_in_browser(client, "me@example.org", Visit())
            clock = Clock()
            granted_on_device(
                client,
                lambda code: authority.type_code(code.user_code),
                sleep=clock.sleep,
                clock=clock,
            )
            by_refresh_token(client, tokens.refresh_token or "")
            assert authority.asked("/token") == 3
            assert proxy.heard() == b""

    def test_a_server_that_hangs_up_is_trouble_with_the_network(self, auth: OAuth2) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"http://127.0.0.1:{server.getsockname()[1]}/token"

            def hang_up() -> None:
                server.accept()[0].close()

            thread = threading.Thread(target=hang_up)
            thread.start()
            provider = {"token_url": url, "device_url": url, "scope": "mail"}
            auth = OAuth2.model_validate(auth.model_dump() | {"provider": provider})
            with pytest.raises(NetworkError):
                by_refresh_token(client_of("work", auth), "secret")
            thread.join()

    @pytest.mark.parametrize("octets", [0, 20, 300])
    @pytest.mark.parametrize("encrypted", [False, True])
    def test_an_answer_that_trickles_is_broken_off_in_time(
        self,
        authority: AuthorisationServer,
        behind_tls: tuple[Client, Path],
        auth: OAuth2,
        monkeypatch: pytest.MonkeyPatch,
        octets: int,
        encrypted: bool,
    ) -> None:
        """In its status line, its headers or its body, each octet long before the next timeout."""
        monkeypatch.setattr("panzad.secrets.oauth.TIMEOUT_SECONDS", 0.5)
        monkeypatch.setenv("SSL_CERT_FILE", str(behind_tls[1]))
        behind = urlsplit(behind_tls[0].provider.token_url if encrypted else authority.url)
        handshake = 1500 if encrypted else 0
        authority.grant()
        with FaultProxy(behind.port or 0, pace=0.1) as proxy:
            proxy.fails(Fault(Kind.TRICKLE, "down", handshake + octets))
            url = f"{behind.scheme}://localhost:{proxy.port}/token"
            provider = {**authority.provider, "token_url": url}
            client = client_of(
                "work", OAuth2.model_validate(auth.model_dump() | {"provider": provider})
            )
            began = time.monotonic()
            with pytest.raises(NetworkError, match="does not answer in time"):
                by_refresh_token(client, authority.grants[0].refresh_token)
            assert time.monotonic() - began < 5
            assert proxy.happened

    @pytest.mark.parametrize("answer", ["", "text", ["access_token"], {}, {"access_token": "a b"}])
    def test_an_answer_without_a_token_is_told_in_one_line(
        self, authority: AuthorisationServer, client: Client, answer: object
    ) -> None:
        authority.says = answer
        with pytest.raises(LoginError, match="none that RFC 6749 knows"):
            by_refresh_token(client, "secret")
