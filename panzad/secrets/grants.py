"""The access that users have granted: kept in the keyring, renewed before it runs out.

One keyring entry an account holds all of a grant, so that a new refresh token takes the place of
the old one, with its access token, at once or not at all. Many servers give a new one each time
and take the old one for stolen when it comes again: hence the lock, and nothing is used before it
is kept. What cannot be helped is a kill between the server's answer and the keyring.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace

import structlog

from panzad.config import OAuth2, locate
from panzad.errors import GrantMissing, LoginError, NetworkError
from panzad.locks import held
from panzad.secrets.oauth import Client, Refused, Tokens, by_refresh_token, client_of
from panzad.secrets.providers import provider_of
from panzad.secrets.token import AccessToken

KEYRING_SERVICE = "panzad-oauth2"
# A login must be over before its token is.
EARLY_SECONDS = 120.0
# A provider that has said no is asked again after this: some refuse for a place or an hour only.
REFUSED_SECONDS = 3600.0
# RFC 6749 section 5.2; and what OpenID Connect Core 3.1.2.6 calls it, and Microsoft says.
_TAKEN_BACK = frozenset(
    {"invalid_grant", "interaction_required", "login_required", "consent_required"}
)

log = structlog.get_logger("panzad.secrets")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a provider has granted to a client. Times are Unix seconds.

    `refused_at` is when it last refused to renew it; 0 when it did not.
    """

    client_id: str
    token_url: str
    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    expires_at: float
    refused_at: float = 0.0


def granted(account: str, client: Client, tokens: Tokens) -> None:
    """Keep what the user has just granted. Raises LoginError."""
    if tokens.refresh_token is None:
        raise LoginError(
            f"{client.provider.name} grants no lasting access (no refresh token)",
            "check the scope in auth.provider",
        )
    grant = Grant(
        client_id=client.client_id,
        token_url=client.provider.token_url,
        refresh_token=tokens.refresh_token,
        access_token=tokens.access_token,
        expires_at=time.time() + tokens.seconds,
    )
    with _alone(account):
        _keep(account, grant)


def access_token(
    account: str,
    auth: OAuth2,
    *,
    refused: AccessToken | None = None,
    now: Callable[[], float] = time.time,
) -> AccessToken:
    """An access token that holds for a while; `refused` is one that the mail server did not take.

    Raises GrantMissing when the user has to grant access (again), LoginError for a client that the
    provider does not take or a keyring that does not open, NetworkError and TlsError.
    """
    with _alone(account):
        grant = _kept(account)
        if grant is None:
            raise _missing(account, f"account {account} has no access granted to it yet")
        if (grant.client_id, grant.token_url) != (auth.client_id, provider_of(auth).token_url):
            raise _missing(account, f"the access of account {account} is for another client")
        taken = refused is None or refused.value != grant.access_token
        if taken and now() < grant.expires_at - EARLY_SECONDS:
            return AccessToken(grant.access_token)
        try:
            return AccessToken(_renewed(account, auth, grant, now).access_token)
        except NetworkError:
            if taken and now() < grant.expires_at:
                return AccessToken(grant.access_token)
            raise


def _renewed(account: str, auth: OAuth2, grant: Grant, now: Callable[[], float]) -> Grant:
    gone = _missing(
        account, f"{provider_of(auth).name} has taken back the access of account {account}"
    )
    if grant.refused_at <= now() < grant.refused_at + REFUSED_SECONDS:
        raise gone
    try:
        tokens = by_refresh_token(client_of(account, auth), grant.refresh_token)
    except Refused as refusal:
        if refusal.code not in _TAKEN_BACK:
            raise
        _keep(account, replace(grant, refused_at=now()))
        raise gone from None
    new = replace(
        grant,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token or grant.refresh_token,
        expires_at=now() + tokens.seconds,
        refused_at=0.0,
    )
    _keep(account, new)
    log.info("oauth2.renewed", account=account, seconds=tokens.seconds)
    return new


def _missing(account: str, what: str) -> GrantMissing:
    return GrantMissing(what, f"run `panzad login {account}`")


def _alone(account: str) -> AbstractContextManager[None]:
    """Hold an account's grant against other threads and processes.

    The keyring is the user's, whatever `--state` says, and so is this lock.
    """
    return held(locate(None, None).locks, f"oauth2-{account}", wait=True)


def _kept(account: str) -> Grant | None:
    # Imported here: the backends cost the idle daemon memory that most accounts never need.
    import keyring
    from keyring.errors import KeyringError

    try:
        found = keyring.get_password(KEYRING_SERVICE, account)
    except KeyringError as error:
        raise LoginError(f"the keyring cannot be read ({error})", "unlock it") from None
    try:
        return None if found is None else Grant(**json.loads(found))
    except (ValueError, TypeError):
        return None


def _keep(account: str, grant: Grant) -> None:
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(KEYRING_SERVICE, account, json.dumps(asdict(grant)))
    except KeyringError as error:
        raise LoginError(f"the keyring cannot be written ({error})", "unlock it") from None
