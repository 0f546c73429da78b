"""What is shown to a mail server in place of a password."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An OAuth 2 access token (RFC 6750); it holds for about an hour."""

    value: str = field(repr=False)
