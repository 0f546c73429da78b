"""A Dovecot that takes access tokens of an authorisation server, by OAUTHBEARER and XOAUTH2."""

from __future__ import annotations

from pathlib import Path

from tests.servers.authority import AuthorisationServer
from tests.servers.dovecot import DovecotServer

_PASSDB = """\
auth_mechanisms = plain login {mechanisms}
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {settings}
}}
"""
_SETTINGS = """\
introspection_mode = post
introspection_url = {url}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


def oauth_dovecot(
    root: Path, authority: AuthorisationServer, mechanisms: str = "oauthbearer xoauth2"
) -> DovecotServer:
    """Not started yet; every login by token asks the (started) authority whether it holds."""
    root.mkdir(parents=True, exist_ok=True)
    settings = root / "oauth2.conf"
    settings.write_text(_SETTINGS.format(url=authority.url))
    return DovecotServer(root, extra=_PASSDB.format(mechanisms=mechanisms, settings=settings))
