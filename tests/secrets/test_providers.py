"""What each provider is asked for: mail, and sending only by who wants the report."""

from __future__ import annotations

import pytest

from panzad.config_auth import OAuth2
from panzad.secrets.providers import provider_of


def asked_for(provider: object, *, report: bool) -> set[str]:
    auth = OAuth2.model_validate({"method": "oauth2", "provider": provider, "client_id": "c"})
    return set(provider_of(auth, report=report).scope.split())


class TestScope:
    def test_microsoft_is_asked_for_sending_only_where_there_is_a_report(self) -> None:
        mail = {"https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"}
        assert asked_for("microsoft", report=False) == mail
        sending = {"https://outlook.office.com/SMTP.Send"}
        assert asked_for("microsoft", report=True) == mail | sending

    @pytest.mark.parametrize("report", [False, True])
    def test_where_one_scope_is_for_both_it_is_asked_for(self, report: bool) -> None:
        own = {"token_url": "https://x.example/t", "device_url": "https://x.example/d"}
        assert asked_for("google", report=report) == {"https://mail.google.com/"}
        assert asked_for({**own, "scope": "a b"}, report=report) == {"a", "b"}
