"""Says whether an address or a name is the user's own: one rule for every room."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from panzad.mail.message import Address

_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_WORD = re.compile(r"[a-z]{2,}")


def canonical(email: str) -> str:
    """An address as identities are compared: lower case, without its plus-tag.

    `Me+lists@Example.org` and `me@example.org` are one mailbox (RFC 5233, "subaddressing"); so are
    Gmail's two domains and an address there with dots and without.
    """
    local, at, domain = email.strip().lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}{at}{domain}"


def is_own(email: str, identities: Iterable[str]) -> bool:
    """Whether `email` is one of the addresses in `identities`, case and plus-tag aside."""
    wanted = canonical(email)
    return any(canonical(identity) == wanted for identity in identities)


def is_other_person(sender: Address, identities: Iterable[Address]) -> bool:
    """Whether the display name says that somebody else wrote from the user's address.

    So it is in a shared mailbox: "Ben Okri <office@example.org>" is not Ann Lee's. Names of one
    word ("Office"), names that the address itself carries, and names in another script than the
    user's tell nothing.
    """
    written = _words(sender.name)
    own: set[str] = set()
    for identity in identities:
        own |= _words(identity.name)
    local = sender.email.partition("@")[0].casefold()
    if len(written) < 2 or not own or any(word in local for word in written):
        return False
    return not any(_same_name(one, other) for one in written for other in own)


def _words(name: str) -> set[str]:
    """The words of a name in Latin letters, accents aside; none when it has other letters."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return set(_WORD.findall(plain)) if plain.isascii() else set()


def _same_name(one: str, other: str) -> bool:
    """`rob` is Robert."""
    return one == other or (
        min(len(one), len(other)) >= 3 and (one.startswith(other) or other.startswith(one))
    )
