"""`panzad login` against a real authorisation server, and a Dovecot that takes its tokens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.daemon.process import running
from tests.servers.grantee import Grantee
from tests.servers.mailbox import mail
from tests.servers.proxy import ListeningProxy


@pytest.fixture
def panzad(grantee: Grantee) -> Grantee:
    """The command, on an account that has no access granted yet."""
    return grantee


def only_line(stderr: str) -> str:
    """The error as a user sees it: one line, after what is logged."""
    lines = [line for line in stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, stderr
    return lines[0]


class TestLogin:
    def test_access_granted_in_the_browser_lets_panzad_in(self, panzad: Grantee) -> None:
        status, stdout, stderr = panzad("login", "work")
        assert status == 0, stderr
        assert "access to work is granted" in stdout
        assert f"logged in to localhost as {panzad.authority.user}" in stdout
        assert panzad("sync")[0] == 0
        assert panzad.authority.asked("/token") == 1

    def test_access_granted_on_another_device_lets_panzad_in(self, panzad: Grantee) -> None:
        status, stdout, stderr = panzad.types_the_code()
        assert status == 0, stderr
        assert f"{panzad.authority.url}/type" in stdout
        assert panzad("sync")[0] == 0

    def test_a_proxy_of_the_environment_hears_neither_of_tokens_nor_of_mail(
        self, panzad: Grantee
    ) -> None:
        """While access is granted and renewed and mail is read."""
        with ListeningProxy() as proxy:
            assert panzad("login", "work", **proxy.variables)[0] == 0
            panzad.authority.expire()
            assert panzad("sync", **proxy.variables)[0] == 0
            assert panzad.authority.asked("/token", grant_type="refresh_token") == 1
            assert proxy.heard() == b""

    def test_the_one_account_that_needs_it_need_not_be_named(self, panzad: Grantee) -> None:
        assert panzad("login")[0] == 0

    def test_a_user_who_does_not_agree_is_told_so(self, panzad: Grantee) -> None:
        panzad.authority.agrees = False
        status, _, stderr = panzad("login", "work")
        assert status == 4
        assert "granted no access (access_denied)" in only_line(stderr)
        status, _, stderr = panzad.types_the_code(agree=False)
        assert status == 4
        assert "refused access (access_denied)" in only_line(stderr)

    def test_access_to_somebody_elses_mailbox_is_noticed_at_once(self, panzad: Grantee) -> None:
        owner, panzad.authority.user = panzad.authority.user, "somebody@example.org"
        status, _, stderr = panzad("login", "work")
        assert status == 4
        assert f"does not take the access token of {owner}" in stderr
        assert f"`panzad login work` as {owner}" in stderr

    def test_without_a_grant_the_command_that_gets_one_is_named(self, panzad: Grantee) -> None:
        status, _, stderr = panzad("sync")
        assert status == 4
        assert "run `panzad login work`" in only_line(stderr)

    def test_an_account_with_a_password_has_nothing_to_grant(self, panzad: Grantee) -> None:
        path = panzad.state / "config.toml"
        text = path.read_text()
        path.write_text(text[: text.index("auth =")] + 'auth = { command = "true" }\n')
        for arguments in (("login", "work"), ("login",)):
            status, _, stderr = panzad(*arguments)
            assert status == 2
            assert 'method = "oauth2"' in only_line(stderr)


class TestLife:
    def test_a_pass_works_by_the_token_and_goes_on_when_it_has_expired(
        self, panzad: Grantee, models_dir: Path
    ) -> None:
        (panzad.state / "models").symlink_to(models_dir)
        assert panzad("login", "work")[0] == 0
        first = panzad.kept
        user = panzad.authority.user
        panzad.server.deliver(user, "Sent", mail("One", sender=user))
        assert json.loads(panzad("sync", "--json")[1]) == {"fetched": {"work": 1}}
        panzad.authority.expire()
        panzad.server.deliver(user, "Sent", mail("Two", sender=user))
        status, stdout, stderr = panzad("run", "--once", "--json")
        assert status == 0, stderr
        assert json.loads(stdout)["fetched"] == {"work": 1}
        assert panzad.kept["refresh_token"] != first["refresh_token"]
        assert panzad.authority.asked("/token", grant_type="refresh_token") == 1

    def test_access_that_was_taken_back_is_one_line_with_the_remedy(self, panzad: Grantee) -> None:
        assert panzad("login", "work")[0] == 0
        panzad.authority.revoke()
        for _ in range(3):
            status, _, stderr = panzad("sync")
            assert status == 4
            assert only_line(stderr).endswith(
                "has taken back the access of account work: run `panzad login work`"
            )
        assert panzad.authority.asked("/token", grant_type="refresh_token") == 1
        assert panzad("login", "work")[0] == 0
        assert panzad("sync")[0] == 0

    def test_an_authorisation_server_that_is_down_is_trouble_with_the_network(
        self, panzad: Grantee
    ) -> None:
        assert panzad("login", "work")[0] == 0
        panzad.authority.expire()
        panzad.authority.answers_first = [503, "temporarily_unavailable"]
        for _ in range(2):
            assert panzad("sync")[0] == 5
        assert panzad("sync")[0] == 0

    def test_a_token_that_was_renewed_is_kept_before_it_is_used(self, panzad: Grantee) -> None:
        """The server takes the old refresh token for stolen: a kill must not bring it back."""
        assert panzad("login", "work")[0] == 0
        panzad.authority.expire()
        status, _, _ = panzad("sync", PANZAD_TEST_KILL_AFTER_KEEPING="1")
        assert status == -9
        assert panzad("sync")[0] == 0
        assert panzad.authority.asked("/token", grant_type="refresh_token") == 1


class TestDaemon:
    def test_access_taken_back_pauses_the_account_until_it_is_granted_again(
        self, panzad: Grantee, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        panzad.lends_its_environment(monkeypatch)
        assert panzad("login", "work")[0] == 0
        panzad.authority.revoke()
        with running(panzad.state, panzad.config()) as daemon:
            daemon.logs("loop.paused", scope="sync:work")
            daemon.logs("loop.paused", scope="marks:work")
            problems = json.loads(daemon.run("status", "--json")[1])["problems"]
            assert {one["scope"] for one in problems} == {"sync:work", "marks:work"}
            assert {one["remedy"] for one in problems} == {"run `panzad login work`"}
            # Two loops, and each had its token refused: one request for all of them.
            assert panzad.authority.asked("/token", grant_type="refresh_token") == 1
            assert panzad("login", "work")[0] == 0
            daemon.logs("sync.done", account="work")
            daemon.wait(lambda: not json.loads(daemon.run("status", "--json")[1])["problems"])

    def test_it_renews_by_itself_what_has_run_out(
        self, panzad: Grantee, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        panzad.lends_its_environment(monkeypatch)
        panzad.authority.seconds = 60  # less than what a login is given
        assert panzad("login", "work")[0] == 0
        panzad.authority.seconds = 3600
        with running(panzad.state, panzad.config()) as daemon:
            daemon.logs("oauth2.renewed", account="work")
            daemon.logs("sync.done", account="work")
            assert panzad.authority.asked("/token", grant_type="refresh_token") <= 2
            assert daemon.logged("loop.paused") == []
