"""The optional report by mail after a training: to the account's own address, only there."""

from __future__ import annotations

import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import aiosmtplib

from panzad.config import Account, SmtpServer
from panzad.daemon.supervision import in_thread
from panzad.errors import NetworkError
from panzad.mail.compose import new_message_id
from panzad.overview import in_short
from panzad.secrets.passwords import password_of

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
    """Send a report. Raises LoginError for a missing password, NetworkError when it fails."""
    password = await in_thread(lambda: password_of(name, account.auth))
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
            username=None if plain else account.user,
            password=None if plain else password,
            tls_context=None if plain else _tls_context(),
            timeout=TIMEOUT_SECONDS,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        # Some servers repeat what they refuse.
        said = str(error).replace(password, "…")
        raise NetworkError(
            f"the report cannot be sent by {server.host}:{server.port} ({said})",
            "check report.smtp",
        ) from None


def _tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
