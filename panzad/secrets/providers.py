"""Where access to a mailbox is asked for and renewed, for each provider. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from panzad.config_auth import OAuth2

# RFC 8252 section 7.3: the number, so that nothing but this machine can be meant.
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Provider:
    """An authorisation server: its endpoints, and what it must be asked for.

    `extra` are further parameters of its authorisation page; `redirect_host` is how it knows this
    machine.
    """

    name: str
    authorize_url: str | None
    token_url: str
    device_url: str | None
    scope: str
    extra: tuple[tuple[str, str], ...] = ()
    redirect_host: str = LOOPBACK


_GOOGLE = Provider(
    name="Google",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    device_url="https://oauth2.googleapis.com/device/code",
    scope="https://mail.google.com/",
    # Without both, whoever has granted access before gets no refresh token again.
    extra=(("access_type", "offline"), ("prompt", "consent")),
)


def provider_of(auth: OAuth2, *, report: bool = False) -> Provider:
    """The authorisation server that an account's config means.

    With `report` it is asked for sending by SMTP too, where that is a scope of its own.
    """
    match auth.provider:
        case "google":
            return _GOOGLE
        case "microsoft":
            return _microsoft(auth.tenant or "common", report=report)
        case own:
            name = own.token_url.split("/")[2]
            return Provider(name, own.authorize_url, own.token_url, own.device_url, own.scope)


def _microsoft(tenant: str, *, report: bool) -> Provider:
    wanted = ("IMAP.AccessAsUser.All", *(["SMTP.Send"] if report else []))
    base = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    return Provider(
        name="Microsoft",
        authorize_url=f"{base}/authorize",
        token_url=f"{base}/token",
        device_url=f"{base}/devicecode",
        scope=" ".join(
            (*(f"https://outlook.office.com/{one}" for one in wanted), "offline_access")
        ),
        # Its portal takes http://localhost, whatever the port, and no address.
        redirect_host="localhost",
    )
