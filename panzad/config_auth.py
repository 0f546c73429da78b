"""How an account logs in, as config.toml says it: by a password, or by OAuth 2."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SecretStr,
    Tag,
    model_validator,
)


class Section(BaseModel):
    """A table of the config: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def is_loopback(host: str) -> bool:
    """Whether `host` names this machine only: `localhost`, 127.0.0.0/8 or ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Auth(Section):
    """How to log in: the user name and exactly one source of the password.

    `prompt` asks on the terminal that panzad was started from.
    """

    method: Literal["password"] = "password"
    user: str | None = None
    command: str | None = None
    keyring: bool = False
    credential: str | None = None
    prompt: bool = False
    password: SecretStr | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Auth:
        named = [
            name
            for name in ("command", "keyring", "credential", "prompt", "password")
            if getattr(self, name)
        ]
        if len(named) != 1:
            given = ", ".join(named) or "none"
            raise ValueError(
                "needs exactly one of command, keyring = true, credential, prompt = true, password"
                f" (given: {given})"
            )
        return self


def _private(url: str) -> str:
    place = urlsplit(url)
    if place.scheme == "http" and is_loopback(place.hostname or ""):
        return url
    if place.scheme != "https" or not place.hostname:
        raise ValueError('must begin with "https://": secrets are sent there')
    return url


Address = Annotated[str, AfterValidator(_private)]


class Endpoints(Section):
    """An authorisation server that panzad does not know by name (RFC 6749 section 3, RFC 8628).

    Plain HTTP is taken on loopback only. `scope` is what the server calls reading and writing mail
    by IMAP, and lasting access where it wants to be asked for that (`offline_access`).
    """

    authorize_url: Address | None = None
    token_url: Address
    device_url: Address | None = None
    scope: str = Field(min_length=1)

    @model_validator(mode="after")
    def _somewhere_to_ask(self) -> Endpoints:
        if self.authorize_url is None and self.device_url is None:
            raise ValueError("needs authorize_url or device_url")
        return self


def _kind_of_provider(value: Any) -> str:
    return "[name]" if isinstance(value, str) else "[Endpoints]"


class OAuth2(Section):
    """Log in by access that the user has granted (`panzad login`), without a password.

    `client_id` is the user's own registration of panzad with the provider, as a desktop program;
    Google's have a secret beside it. `tenant` is the organisation in Microsoft's directory.
    """

    method: Literal["oauth2"]
    user: str | None = None
    provider: Annotated[
        Annotated[Literal["google", "microsoft"], Tag("[name]")]
        | Annotated[Endpoints, Tag("[Endpoints]")],
        Discriminator(_kind_of_provider),
    ]
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    client_secret_command: str | None = None
    tenant: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.-]+$")

    @model_validator(mode="after")
    def _consistent(self) -> OAuth2:
        if self.client_secret is not None and self.client_secret_command is not None:
            raise ValueError("takes client_secret or client_secret_command, not both")
        if self.tenant is not None and self.provider != "microsoft":
            raise ValueError('tenant goes with provider = "microsoft" only')
        return self


def _by_method(value: Any) -> str | None:
    match value:
        case OAuth2() | {"method": "oauth2"}:
            return "[OAuth2]"
        case {"method": method} if method != "password":
            return None
        # Whoever names a provider has only forgotten the method.
        case {"provider": _}:
            return "[OAuth2]"
        case _:
            return "[Auth]"


# The tags name the classes, for config_mistakes to find the keys that a user may have meant.
Login = Annotated[
    Annotated[Auth, Tag("[Auth]")] | Annotated[OAuth2, Tag("[OAuth2]")],
    Discriminator(
        _by_method,
        custom_error_type="auth_method",
        custom_error_message='method must be "password" or "oauth2"',
    ),
]
