"""Says whether an address is the user's own: one rule for every room."""

from __future__ import annotations

from collections.abc import Iterable


def canonical(email: str) -> str:
    """An address as identities are compared: lower case, without its plus-tag.

    `Me+lists@Example.org` and `me@example.org` are one mailbox (RFC 5233, "subaddressing").
    """
    local, at, domain = email.strip().lower().rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def is_own(email: str, identities: Iterable[str]) -> bool:
    """Whether `email` is one of the addresses in `identities`, case and plus-tag aside."""
    wanted = canonical(email)
    return any(canonical(identity) == wanted for identity in identities)
