"""The settings: what is read, and what a user is told about a mistake."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad import config
from panzad.errors import ConfigError

ACCOUNT = """\
[accounts.work]
address = "ann@example.org"
imap = { host = "imap.example.org" }
auth = { command = "pass show mail" }
"""


def _own(urls: str) -> str:
    """`auth` with an authorisation server of the user's own."""
    return f'method = "oauth2", client_id = "x", provider = {{ scope = "mail", {urls} }}'


class TestParse:
    def test_example_config_is_valid(self) -> None:
        text = Path("config.example.toml").read_text(encoding="utf-8")
        parsed = config.parse(text)
        assert parsed.accounts["work"].imap.security == "tls"
        assert parsed.training.min_new == 20

    def test_defaults_are_those_of_the_contract(self) -> None:
        parsed = config.parse(ACCOUNT)
        account = parsed.accounts["work"]
        assert (account.imap.port, account.imap.security) == (993, "tls")
        assert account.folders.watch == ("INBOX",)
        assert account.mark == "flag"
        assert account.user == "ann@example.org"
        assert (parsed.model.base, parsed.model.idle_minutes) == ("smollm2-135m-instruct", 10)
        assert (parsed.retrieval.examples, parsed.retrieval.share) == (3, "participants")
        assert (parsed.drafts.max_per_hour, parsed.drafts.max_age_days) == (20, 14)
        assert (parsed.drafts.grounding, parsed.training.mask_facts) == (True, True)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (ACCOUNT.replace("host =", "hots ="), "line 3: unknown key accounts.work.imap.hots"),
            (ACCOUNT.replace("host =", "hots ="), "did you mean host?"),
            (ACCOUNT + "[trainning]\n", "line 5: unknown key trainning: did you mean training?"),
            ("[acounts.work]\n", "line 1: unknown key acounts: did you mean accounts?"),
            (ACCOUNT + "[training]\nmin_new = 0\n", "line 6: training.min_new"),
            (ACCOUNT + '[training]\nwindow = "late"\n', 'must look like "01:00-06:00"'),
            (ACCOUNT + '[training]\nwindow = "27:00-29:00"\n', "line 6: training.window"),
            (ACCOUNT + "[drafts]\nmax_age_days = 'x'\n", "line 6: drafts.max_age_days"),
            (ACCOUNT.replace('command = "pass show mail"', ""), "needs exactly one of command"),
            (
                ACCOUNT.replace("}\nauth", ', security = "none" }\nauth'),
                "line 3: accounts.work.imap",
            ),
            (
                ACCOUNT.replace('"ann@example.org"', '"ann"'),
                'line 2: accounts.work.address: must be one address, such as "me@example.org"',
            ),
            (ACCOUNT + 'aliases = ["a@x.org, b@x.org"]\n', "line 5: accounts.work.aliases"),
            (ACCOUNT + 'mark = "star"\n', 'must be "flag"'),
            ("address = \n", "is not valid TOML"),
            ("", "accounts is missing"),
        ],
    )
    def test_mistake_names_key_line_and_remedy(self, text: str, said: str) -> None:
        with pytest.raises(ConfigError) as caught:
            config.parse(text)
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == 3

    @pytest.mark.parametrize(
        ("auth", "said"),
        [
            ('provider = "google", client_id = "x"', "auth.method is missing"),
            ('method = "oauth2", provider = "google"', "auth.client_id is missing"),
            ('method = "oauth", client_id = "x"', 'method must be "password" or "oauth2"'),
            ('method = ["oauth2"]', 'method must be "password" or "oauth2"'),
            ('method = "oauth2", provider = "google", clint_id = "x"', "did you mean client_id?"),
            ('comand = "x"', "did you mean command?"),
            ('command = "x", client_id = "x"', "auth.client_id: remove it"),
            (
                'method = "oauth2", provider = "gogle", client_id = "x"',
                "auth.provider: Input should be 'google' or 'microsoft'",
            ),
            (
                'method = "oauth2", provider = "google", client_id = "x", tenant = "x"',
                'tenant goes with provider = "microsoft" only',
            ),
            (
                'method = "oauth2", provider = "google", client_id = "x", client_secret = "x",'
                ' client_secret_command = "x"',
                "not both",
            ),
            (_own('token_url = "http://x.org/t"'), 'token_url: must begin with "https://"'),
            (_own('token_url = "file:///etc/passwd"'), 'token_url: must begin with "https://"'),
            (_own('token_url = "https:///t"'), 'token_url: must begin with "https://"'),
            (_own('token_url = "https://x.org/t", scop = "x"'), "did you mean scope?"),
            (_own('token_url = "https://x.org/t"'), "needs authorize_url or device_url"),
        ],
    )
    def test_mistake_in_a_login_is_told_by_its_key(self, auth: str, said: str) -> None:
        with pytest.raises(ConfigError) as caught:
            config.parse(ACCOUNT.replace('command = "pass show mail"', auth))
        assert said in str(caught.value)
        assert "line 4" in str(caught.value)

    def test_plain_http_is_taken_on_loopback_only(self) -> None:
        for host in ("localhost", "127.0.0.1:8080", "[::1]:8080"):
            own = _own(f'token_url = "http://{host}/t", device_url = "http://{host}/d"')
            parsed = config.parse(ACCOUNT.replace('command = "pass show mail"', own))
            assert isinstance(parsed.accounts["work"].auth, config.OAuth2)

    def test_secrets_do_not_show_in_a_printed_config_of_oauth2(self) -> None:
        auth = 'method = "oauth2", provider = "google", client_id = "x", client_secret = "hunter2"'
        assert "hunter2" not in repr(
            config.parse(ACCOUNT.replace('command = "pass show mail"', auth))
        )

    def test_plain_text_is_allowed_on_loopback_only(self) -> None:
        for host in ("localhost", "127.0.0.1", "::1"):
            text = ACCOUNT.replace('"imap.example.org"', f'"{host}", security = "none"')
            assert config.parse(text).accounts["work"].imap.security == "none"

    def test_password_does_not_show_in_a_printed_config(self) -> None:
        text = ACCOUNT.replace('command = "pass show mail"', 'password = "hunter2"')
        assert "hunter2" not in repr(config.parse(text))

    def test_missing_file_names_init(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="panzad init"):
            config.load(tmp_path / "config.toml")

    @given(st.text())
    def test_any_other_text_is_refused_in_one_line(self, text: str) -> None:
        with pytest.raises(ConfigError) as caught:
            config.parse(text)  # No text of a few characters is a whole config.
        assert len(str(caught.value).splitlines()) == 1


class TestWindow:
    @pytest.mark.parametrize(
        ("window", "moment", "inside"),
        [
            ("01:00-06:00", time(1, 0), True),
            ("01:00-06:00", time(6, 0), False),
            ("22:00-05:00", time(23, 30), True),
            ("22:00-05:00", time(4, 59), True),
            ("22:00-05:00", time(12, 0), False),
            ("03:00-03:00", time(12, 0), True),
            ("20:00-24:00", time(23, 59), True),
        ],
    )
    def test_holds(self, window: str, moment: time, inside: bool) -> None:
        assert config.parse_window(window).holds(moment) is inside


class TestLocate:
    def test_state_option_keeps_everything_in_one_folder(self, tmp_path: Path) -> None:
        paths = config.locate(None, tmp_path)
        for path in (paths.config, paths.database, paths.models, paths.adapters, paths.index):
            assert path.is_relative_to(tmp_path)

    def test_xdg_folders_are_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", "/s")
        monkeypatch.setenv("XDG_DATA_HOME", "/d")
        monkeypatch.setenv("XDG_CONFIG_HOME", "/c")
        paths = config.locate(None, None)
        assert (str(paths.database), str(paths.models), str(paths.config)) == (
            "/s/panzad/panzad.db",
            "/d/panzad/models",
            "/c/panzad/config.toml",
        )


class TestPrivacy:
    def test_what_is_excluded_is_read(self) -> None:
        parsed = config.parse(ACCOUNT + '[privacy]\nexclude_people = ["*@bank.example"]\n')
        assert parsed.privacy.exclude_people == ("*@bank.example",)

    def test_a_name_where_an_address_belongs_is_refused_with_its_line(self) -> None:
        with pytest.raises(ConfigError, match=r"line 6: privacy.exclude_people: 'Eve'"):
            config.parse(ACCOUNT + '[privacy]\nexclude_people = ["Eve"]\n')

    def test_an_empty_pattern_is_refused(self) -> None:
        with pytest.raises(ConfigError, match="empty"):
            config.parse(ACCOUNT + '[privacy]\nexclude_words = [" "]\n')
