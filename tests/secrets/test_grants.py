"""The life of a grant: kept, renewed in time, renewed once when refused, taken back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import traceback

import pytest
from keyring.errors import KeyringLocked

from panzad.config_auth import OAuth2
from panzad.errors import GrantMissing, LoginError, NetworkError
from panzad.secrets.grants import EARLY_SECONDS, REFUSED_SECONDS, access_token, granted
from panzad.secrets.oauth import Tokens, client_of
from panzad.secrets.token import AccessToken
from tests.secrets.file_keyring import FileKeyring
from tests.servers.authority import AuthorisationServer

BACKEND = "tests.secrets.file_keyring.FileKeyring"


def grant(authority: AuthorisationServer, auth: OAuth2) -> AccessToken:
    """Something that the user has granted before; its access token."""
    token = AccessToken(authority.grant())
    refresh_token = authority.grants[-1].refresh_token
    granted("work", client_of("work", auth), Tokens(token.value, refresh_token, authority.seconds))
    return token


def later(seconds: float) -> float:
    return time.time() + seconds


@pytest.fixture
def token(own_keyring: FileKeyring, authority: AuthorisationServer, auth: OAuth2) -> AccessToken:
    return grant(authority, auth)


def renewals(authority: AuthorisationServer) -> int:
    return authority.asked("/token", grant_type="refresh_token")


class TestAccessToken:
    def test_one_that_holds_is_not_renewed(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        assert access_token("work", auth) == token
        assert renewals(authority) == 0

    def test_one_that_is_about_to_end_is_renewed_before(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        soon = later(authority.seconds - EARLY_SECONDS + 1)
        new = access_token("work", auth, now=lambda: soon)
        assert new != token
        assert access_token("work", auth, now=lambda: soon) == new
        assert renewals(authority) == 1

    @pytest.mark.parametrize("rotates", [True, False])
    def test_it_goes_on_for_ever_whether_refresh_tokens_rotate_or_not(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken, rotates: bool
    ) -> None:
        authority.rotates = rotates
        seen = {token.value}
        for day in range(1, 5):
            moment = later(day * 86400)
            seen.add(access_token("work", auth, now=lambda moment=moment: moment).value)
        assert len(seen) == 5

    def test_one_that_the_mail_server_refused_is_renewed(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        new = access_token("work", auth, refused=token)
        assert new != token
        assert renewals(authority) == 1

    def test_what_another_process_has_renewed_meanwhile_is_taken(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        new = access_token("work", auth, refused=token)
        assert access_token("work", auth, refused=token) == new
        assert renewals(authority) == 1


class TestTogether:
    def test_many_threads_renew_once(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        found: list[AccessToken] = []
        threads = [
            threading.Thread(target=lambda: found.append(access_token("work", auth, refused=token)))
            for _ in range(8)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join(30)
        assert len(found) == 8
        assert len(set(found)) == 1
        assert renewals(authority) == 1

    def test_processes_that_renew_at_once_lose_no_refresh_token(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        """A refresh token that is used twice would end the grant."""
        script = (
            "import sys\n"
            "from panzad.config_auth import OAuth2\n"
            "from panzad.secrets.grants import access_token\n"
            "auth = OAuth2.model_validate_json(sys.argv[1])\n"
            "sys.stdin.readline()\n"
            "for day in range(1, 4):\n"
            "    access_token('work', auth, now=lambda: float(sys.argv[2]) + day * 86400)\n"
        )
        children = [
            subprocess.Popen(
                [sys.executable, "-c", script, auth.model_dump_json(), str(time.time())],
                stdin=subprocess.PIPE,
                env={
                    **os.environ,
                    "PYTHON_KEYRING_BACKEND": "tests.secrets.file_keyring.FileKeyring",
                },
            )
            for _ in range(3)
        ]
        for child in children:
            assert child.stdin is not None
            child.stdin.write(b"go\n")
            child.stdin.close()
        assert [child.wait(60) for child in children] == [0, 0, 0]
        assert renewals(authority) >= 3
        assert authority.grants[0].alive
        assert access_token("work", auth, now=lambda: later(9 * 86400))


class TestTakenBack:
    def test_it_is_asked_for_once_in_an_hour(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        authority.revoke()
        for _ in range(5):
            with pytest.raises(GrantMissing, match=r"taken back .*: run `panzad login work`"):
                access_token("work", auth, refused=token)
        assert renewals(authority) == 1
        with pytest.raises(GrantMissing):
            access_token("work", auth, refused=token, now=lambda: later(REFUSED_SECONDS + 1))
        assert renewals(authority) == 2

    @pytest.mark.parametrize("code", ["invalid_grant", "interaction_required"])
    def test_a_provider_that_has_thought_better_of_it_lets_panzad_in_again(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken, code: str
    ) -> None:
        """Microsoft says so outside of an organisation's network, too."""
        authority.answers_first = [code]
        with pytest.raises(GrantMissing):
            access_token("work", auth, refused=token)
        assert access_token("work", auth, refused=token, now=lambda: later(REFUSED_SECONDS + 1))

    def test_a_new_grant_ends_it_at_once(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        authority.revoke()
        with pytest.raises(GrantMissing):
            access_token("work", auth, refused=token)
        new = grant(authority, auth)
        assert access_token("work", auth) == new

    def test_another_client_in_the_config_needs_a_grant_of_its_own(
        self, auth: OAuth2, token: AccessToken
    ) -> None:
        other = auth.model_copy(update={"client_id": "another"})
        with pytest.raises(GrantMissing, match="another client"):
            access_token("work", other)


class TestTrouble:
    @pytest.mark.parametrize("answer", [503, 500, 429, "temporarily_unavailable", "server_error"])
    def test_a_server_that_cannot_now_has_taken_nothing_back(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken, answer: int | str
    ) -> None:
        authority.answers_first = [answer]
        with pytest.raises(NetworkError):
            access_token("work", auth, refused=token)
        assert access_token("work", auth, refused=token) != token

    def test_a_server_that_is_not_there_is_trouble_with_the_network(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        authority.stop()
        with pytest.raises(NetworkError, match="cannot be reached"):
            access_token("work", auth, refused=token)
        authority.start()

    def test_a_token_that_still_holds_is_used_while_the_server_is_away(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        authority.answers_first = [503]
        assert access_token("work", auth, now=lambda: later(authority.seconds - 60)) == token

    def test_a_wrong_client_is_told_by_its_key_in_the_config(
        self, authority: AuthorisationServer, auth: OAuth2, token: AccessToken
    ) -> None:
        wrong = auth.model_copy(update={"client_secret_command": "echo wrong"})
        with pytest.raises(LoginError, match=r"invalid_client.*check auth\.client_id"):
            access_token("work", wrong, refused=token)
        assert access_token("work", auth, refused=token)

    def test_a_keyring_that_does_not_open_is_told_as_such(
        self, auth: OAuth2, token: AccessToken, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def locked(*_: object) -> None:
            raise KeyringLocked("it is locked")

        monkeypatch.setattr(FileKeyring, "get_password", locked)
        with pytest.raises(LoginError, match="keyring cannot be read"):
            access_token("work", auth)

    @pytest.mark.parametrize("entry", ["", "nonsense", "{}", "[]", '{"client_id": "x"}'])
    def test_an_entry_that_is_no_grant_is_none(
        self, own_keyring: FileKeyring, auth: OAuth2, entry: str
    ) -> None:
        own_keyring.set_password("panzad-oauth2", "work", entry)
        with pytest.raises(GrantMissing):
            access_token("work", auth)


class TestSecrecy:
    @pytest.mark.parametrize("answer", ["invalid_grant", "invalid_client", "no such <code>", 500])
    def test_a_server_that_repeats_what_it_refuses_gives_nothing_away(
        self,
        authority: AuthorisationServer,
        auth: OAuth2,
        token: AccessToken,
        answer: int | str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        authority.answers_first = [answer]
        with pytest.raises((LoginError, NetworkError)) as caught:
            access_token("work", auth, refused=token)
        shown = capsys.readouterr()
        said = "".join(traceback.format_exception(caught.value)) + shown.out + shown.err
        for secret in authority.secrets():
            assert secret not in said

    def test_a_printed_grant_holds_no_token(
        self, own_keyring: FileKeyring, authority: AuthorisationServer, auth: OAuth2
    ) -> None:
        client = client_of("work", auth)
        tokens = Tokens("access-1", "refresh-1", 1.0)
        granted("work", client, tokens)
        said = repr((client, tokens, AccessToken("access-1")))
        assert not any(one in said for one in ("access-1", "refresh-1", str(client.secret)))
        assert json.loads(own_keyring.get_password("panzad-oauth2", "work") or "")
