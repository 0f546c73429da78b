"""The optional report by mail after a training: to the account's own address, only there."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import aiosmtplib

from panzad.config import Account, Auth, OAuth2, SmtpServer
from panzad.daemon.supervision import in_thread
from panzad.errors import LoginError, NetworkError
from panzad.mail.header_fields import new_message_id
from panzad.overview import in_short
from panzad.secrets.grants import access_token
from panzad.secrets.passwords import password_of
from panzad.tls import verified

TIMEOUT_SECONDS = 30


def report_mail(account: Account, values: dict[str, Any], now: datetime) -> EmailMessage:
    """The report as a mail from the account's address to itself.

    `values` is what `panzad status --json` shows; `now` is aware. No text of any mail is in it.
    """
    message = EmailMessage()
    message["From"] = message["To"] = account.address
    message["Subject"] = "panzad: last night's training"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = new_message_id(account.address.rpartition("@")[2], "panzad.report")
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's responder answers it
    message.set_content(in_short(values) + "\n")
    return message


async def send(server: SmtpServer, name: str, account: Account, message: EmailMessage) -> None:
    """Send a report. Raises LoginError for a login missing or refused, else NetworkError."""
    secret = await in_thread(lambda: _secret(name, account.auth))
    plain = server.security == "none"
    try:
        await aiosmtplib.send(
            message,
            sender=account.address,
            recipients=[account.address],
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=None if plain else verified(),
            timeout=TIMEOUT_SECONDS,
            **({} if plain else _credentials(account, secret)),
        )
    except aiosmtplib.SMTPAuthenticationError as error:
        raise LoginError(
            f"{server.host} refused the login of {account.user} for the report ({error.code})",
            _remedy(name, account.auth),
        ) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        # Some servers repeat what they refuse.
        said = str(error).replace(secret, "…")
        raise NetworkError(
            f"the report cannot be sent by {server.host}:{server.port} ({said})",
            "check report.smtp",
        ) from None


def _secret(name: str, auth: Auth | OAuth2) -> str:
    return access_token(name, auth).value if isinstance(auth, OAuth2) else password_of(name, auth)


def _remedy(name: str, auth: Auth | OAuth2) -> str:
    if isinstance(auth, OAuth2):
        # Access from before the report was wanted may not hold for it (Microsoft's `SMTP.Send`).
        return f"run `panzad login {name}`, or set report.mail = false"
    return "check report.smtp and the account's password"


def _credentials(account: Account, secret: str) -> dict[str, Any]:
    if not isinstance(account.auth, OAuth2):
        return {"username": account.user, "password": secret}

    async def token() -> str:
        return secret

    return {"username": account.user, "oauth_token_generator": token}
