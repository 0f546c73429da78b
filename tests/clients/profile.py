"""A Thunderbird profile for one account on a loopback IMAP server."""

from __future__ import annotations

import json
from pathlib import Path

from tests.servers.mailbox import TestMailbox

_QUIET: dict[str, str | int | bool] = {
    "app.update.enabled": False,
    "app.donation.eoy.version.viewed": 999,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "extensions.update.enabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.winsearch.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}


def write_profile(home: Path, mailbox: TestMailbox, *, address: str, name: str, html: bool) -> Path:
    """A profile below `home`, listed in profiles.ini as an installed Thunderbird has it."""
    root = f"imap://{mailbox.user.replace('@', '%40')}@{mailbox.server.host}"
    prefs: dict[str, str | int | bool] = {
        **_QUIET,
        "mail.accountmanager.accounts": "account1,account2",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.accountmanager.localfoldersserver": "server2",
        "mail.account.account1.server": "server1",
        "mail.account.account1.identities": "id1,id2",
        "mail.account.account2.server": "server2",
        "mail.server.server1.type": "imap",
        "mail.server.server1.hostname": mailbox.server.host,
        "mail.server.server1.port": mailbox.server.port,
        "mail.server.server1.userName": mailbox.user,
        "mail.server.server1.name": mailbox.user,
        "mail.server.server1.socketType": 0,
        "mail.server.server1.authMethod": 3,
        "mail.server.server1.login_at_startup": True,
        "mail.server.server1.check_new_mail": True,
        "mail.server.server2.type": "none",
        "mail.server.server2.hostname": "Local Folders",
        "mail.server.server2.userName": "nobody",
        "mail.server.server2.name": "Local Folders",
        "mail.smtpservers": "smtp1",
        "mail.smtp.defaultserver": "smtp1",
        "mail.smtpserver.smtp1.hostname": mailbox.server.host,
        "mail.smtpserver.smtp1.port": 1,
    }
    # The first identity is another one: a draft opens with the right one only if it says so.
    for key, email in (("id1", "first@example.org"), ("id2", address)):
        prefs |= {
            f"mail.identity.{key}.useremail": email,
            f"mail.identity.{key}.fullName": name,
            f"mail.identity.{key}.compose_html": html,
            f"mail.identity.{key}.draft_folder": f"{root}/Drafts",
            f"mail.identity.{key}.fcc_folder": f"{root}/Sent",
            f"mail.identity.{key}.smtpServer": "smtp1",
            f"mail.identity.{key}.valid": True,
        }
    profile = home / ".thunderbird" / "test.default"
    profile.mkdir(parents=True)
    (profile.parent / "profiles.ini").write_text(
        "[Profile0]\nName=default\nIsRelative=1\nPath=test.default\nDefault=1\n"
    )
    lines = [
        f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in prefs.items()
    ]
    (profile / "prefs.js").write_text("".join(lines))
    return profile
