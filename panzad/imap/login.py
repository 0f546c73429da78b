"""How a login is said to an IMAP server: by a password, or by an OAuth 2 access token."""

from __future__ import annotations

from collections.abc import Callable, Collection

import imapclient

from panzad.errors import LoginError, TokenRefused
from panzad.secrets.token import AccessToken


def password_login(client: imapclient.IMAPClient, user: str, password: str) -> Callable[[], object]:
    """The login by LOGIN, or by PLAIN. Raises LoginError for a password that cannot be sent."""
    if any(character in "\r\n\0" for character in user + password):
        raise LoginError(
            f"the password of {user} holds a line end", "check what auth gives as the password"
        )
    if (user + password).isascii():
        return lambda: client.login(user, password)
    # LOGIN takes ASCII only; PLAIN is UTF-8 (RFC 4616).
    return lambda: client.plain_login(user, password)


def token_login(
    client: imapclient.IMAPClient,
    offered: Collection[bytes],
    where: tuple[str, int],
    user: str,
    token: AccessToken,
) -> Callable[[], object]:
    """The login by the better mechanism of those that the server has `offered`.

    `where` is the server's host and port. Raises LoginError when it offers none.
    """
    if any(character in "\r\n\0\1" for character in user):
        raise LoginError("auth.user holds a control character", "mend auth.user")
    if b"AUTH=OAUTHBEARER" in offered:
        first, last = oauthbearer(user, *where, token.value), b"\1"
        mechanism = "OAUTHBEARER"
    elif b"AUTH=XOAUTH2" in offered:
        first, last = xoauth2(user, token.value), b""
        mechanism = "XOAUTH2"
    else:
        raise LoginError(
            f"{where[0]} takes no OAuth 2 (it offers neither OAUTHBEARER nor XOAUTH2)",
            'check imap.host, or use auth.method = "password"',
        )
    answers = iter((first, last))
    # None ends the exchange: a server that asks a third time means nothing that is known.
    return lambda: client.sasl_login(mechanism, lambda _challenge: next(answers, None))


def oauthbearer(user: str, host: str, port: int, token: str) -> bytes:
    """The client's first message (RFC 7628 section 3.1).

    A refusal comes as a challenge first; its answer is one %x01 (section 3.2.3).
    """
    # RFC 5801 section 4: "," and "=" are what a name may not hold.
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1".encode()


def xoauth2(user: str, token: str) -> bytes:
    """Google's mechanism from before the RFC, with the same challenge; its answer is empty.

    https://developers.google.com/gmail/imap/xoauth2-protocol
    """
    return f"user={user}\1auth=Bearer {token}\1\1".encode()


def refusal(host: str, user: str, secret: str | AccessToken) -> LoginError:
    """What a user is told when the server does not let them in."""
    if isinstance(secret, AccessToken):
        return TokenRefused(
            f"{host} does not take the access token of {user}", "grant access again"
        )
    return LoginError(
        f"{host} refused the login of {user}",
        "check auth.user and the password (some providers want an app password)",
    )
