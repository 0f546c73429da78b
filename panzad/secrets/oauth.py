"""What a client says to an authorisation server: three forms by POST (RFC 6749, RFC 8628).

Secrets travel in the body alone, and of a refusal only its code is told: some servers repeat what
they refuse.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import structlog

from panzad.config_auth import OAuth2
from panzad.errors import LoginError, NetworkError, PanzadError, TlsError
from panzad.posting import Answer, post
from panzad.secrets.passwords import from_command
from panzad.secrets.providers import Provider, provider_of

TIMEOUT_SECONDS = 30.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# Where `expires_in` is missing, as it may be (RFC 6749 section 5.1), the mail server will tell.
_USUAL_SECONDS = 3600.0

log = structlog.get_logger("panzad.secrets")


class Refused(LoginError):
    """The authorisation server said no; `code` is its reason (RFC 6749 section 5.2)."""

    def __init__(self, code: str, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.code = code


@dataclass(frozen=True, slots=True)
class Client:
    """panzad, as its user has registered it with a provider."""

    provider: Provider
    client_id: str
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What was granted. `seconds` is how long the access token holds; the refresh token is None
    where the one before goes on."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    seconds: float


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What the user types at `url`, and how panzad asks whether it is done (RFC 8628 section 3.2).

    `interval` and `seconds` (of life) are in seconds.
    """

    device_code: str = field(repr=False)
    user_code: str
    url: str
    interval: float
    seconds: float


def client_of(account: str, auth: OAuth2, *, report: bool = False) -> Client:
    """The client of an account; `report` says that it is to send the report too.

    Raises LoginError when its secret's command gives none.
    """
    secret = None
    if auth.client_secret_command is not None:
        what = f"the client secret's command of account {account}"
        secret = from_command(auth.client_secret_command, what, "auth.client_secret_command")
    elif auth.client_secret is not None:
        log.warning(
            "client_secret.in_config", account=account, remedy="use auth.client_secret_command"
        )
        secret = auth.client_secret.get_secret_value()
    return Client(provider_of(auth, report=report), auth.client_id, secret)


def by_code(client: Client, code: str, verifier: str, redirect: str) -> Tokens:
    """Redeem the code that the browser brought (RFC 6749 section 4.1.3, RFC 7636 section 4.5).

    Raises Refused, NetworkError or TlsError, as all of these do.
    """
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    return _tokens(client, fields)


def by_refresh_token(client: Client, refresh_token: str) -> Tokens:
    """A new access token (RFC 6749 section 6), and often a new refresh token in place of this."""
    return _tokens(client, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def by_device_code(client: Client, device_code: str) -> Tokens:
    """Ask once whether the user has granted the access (RFC 8628 section 3.4).

    Raises Refused, with the codes `authorization_pending` and `slow_down` too.
    """
    return _tokens(client, {"grant_type": _DEVICE_GRANT, "device_code": device_code})


def device_code(client: Client) -> DeviceCode:
    """Begin the device flow (RFC 8628 section 3.1)."""
    url = client.provider.device_url
    if url is None:
        raise LoginError(
            f"{client.provider.name} has no device_url",
            "leave out --device, or set it in the config",
        )
    answer = _post(client, url, {"scope": client.provider.scope})
    # Google says verification_url; its service is older than the RFC.
    page = answer.get("verification_uri") or answer.get("verification_url")
    found = DeviceCode(
        device_code=_text(answer.get("device_code")),
        user_code=_text(answer.get("user_code")),
        url=_text(page),
        interval=max(1.0, _number(answer.get("interval"), 5.0)),
        seconds=_number(answer.get("expires_in"), 900.0),
    )
    if not (found.device_code and found.user_code and found.url):
        raise _unreadable(client)
    return found


def _tokens(client: Client, fields: Mapping[str, str]) -> Tokens:
    if client.secret is not None:
        fields = {**fields, "client_secret": client.secret}
    found = tokens_in(_post(client, client.provider.token_url, fields))
    if found is None:
        raise _unreadable(client)
    return found


def tokens_in(answer: Mapping[str, Any]) -> Tokens | None:
    """What an answer grants (RFC 6749 section 5.1); None for one without a usable token."""
    access = _text(answer.get("access_token"))
    # What RFC 6750 section 2.1 allows and no more: it will stand in a command to the mail server.
    if not re.fullmatch(r"[\w.~+/-]+=*", access, re.ASCII):
        return None
    refresh = _text(answer.get("refresh_token")) or None
    return Tokens(access, refresh, _number(answer.get("expires_in"), _USUAL_SECONDS))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object, otherwise: float) -> float:
    """A number of seconds; some servers give it as text."""
    try:
        return float(value) if isinstance(value, int | float | str) else otherwise
    except (ValueError, OverflowError):
        return otherwise


def _post(client: Client, url: str, fields: Mapping[str, str]) -> dict[str, Any]:
    form = urlencode({"client_id": client.client_id, **fields}).encode("ascii")
    try:
        answer = post(url, form, _FORM, TIMEOUT_SECONDS)
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(client, error) from None
    if not 200 <= answer.status < 300:
        raise _refusal(client, answer)
    return _json(answer.body)


def _json(said: bytes) -> dict[str, Any]:
    """The object that an answer is; an empty one for anything else."""
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(client: Client, answer: Answer) -> PanzadError:
    """What a status other than 200 means: trouble that passes, or a no."""
    name, status = client.provider.name, answer.status
    code = _text(_json(answer.body).get("error"))
    if not re.fullmatch(r"[a-z_]{1,60}", code):
        code = ""
    passing = code in ("temporarily_unavailable", "server_error")
    if passing or status in (408, 429) or status >= 500:
        after = re.fullmatch(r"[0-9]{1,5}", answer.retry_after)
        return NetworkError(
            f"{name} grants nothing now ({code or status})",
            "it is tried again later",
            retry_after=float(after[0]) if after else 0.0,
        )
    if not code:
        return LoginError(f"{name} answers {status} where access is granted", "check auth.provider")
    return Refused(code, f"{name} refused access ({code})", _remedy(code))


def _remedy(code: str) -> str:
    match code:
        case "invalid_client" | "unauthorized_client":
            return "check auth.client_id and its secret; it must be registered as a desktop program"
        case "invalid_scope":
            return "allow the client to ask for mail (Google never does with --device)"
        case "access_denied" | "expired_token":
            return "grant it in time"
        case _:
            return "grant access again"


def _unreachable(client: Client, error: Exception) -> PanzadError:
    what = f"the authorisation server of {client.provider.name}"
    match error:
        case ssl.SSLCertVerificationError():
            return TlsError(
                f"{what} shows no certificate that is trusted",
                "check auth.provider, or point SSL_CERT_FILE to the authority that signed it",
            )
        # One that hung up in the handshake is trouble that passes.
        case ssl.SSLError() if not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return TlsError(f"{what} speaks no TLS 1.2 or newer", "check auth.provider")
        case TimeoutError():
            return NetworkError(f"{what} does not answer in time", "check the network")
        case _:
            why = error.strerror if isinstance(error, OSError) else None
            return NetworkError(
                f"{what} cannot be reached ({why or type(error).__name__})", "check the network"
            )


def _unreadable(client: Client) -> LoginError:
    return LoginError(
        f"the answer of {client.provider.name} is none that RFC 6749 knows", "check auth.provider"
    )
