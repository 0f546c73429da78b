"""An authorisation server on loopback: real sockets, real redirects, nothing taken on trust.

It does what the large providers do and RFC 6749, 7636, 7662 and 8628 ask for: each code works once,
PKCE and the redirect are checked, refresh tokens rotate, and one that comes back after it was
replaced ends the whole grant (RFC 9700 section 4.14.2).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.servers.processes import Server

CLIENT_ID = "panzad-test-client"
CLIENT_SECRET = "Vogon-Poetry-17"
SCOPE = "mail offline_access"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class Granted:
    """What one user has granted once; all tokens of one grant fall together."""

    user: str
    refresh_token: str
    alive: bool = True
    # Access tokens with the time when each ends.
    access: dict[str, float] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)


@dataclass
class Pending:
    """A device code that waits for its user."""

    user_code: str
    user: str | None = None
    denied: bool = False
    asked: int = 0


class Refusal(Exception):
    """An answer of this status, with an error code or an empty body."""

    def __init__(self, code: str = "", status: int = 400) -> None:
        self.code = code
        self.status = status


class AuthorisationServer(Server):
    """`user` is who sits at the authorisation page. The rest may be changed while it runs:

    `seconds` is how long access tokens hold, `code_seconds` device codes, `rotates` whether refresh
    tokens do, `agrees` whether the user agrees on the page. `answers_first` holds what the token
    endpoint says before it does its work: a status, or an error code, one a request. `says` is the
    whole answer to each form where it is set, `redirects_to` where the token endpoint sends on to.
    """

    def __init__(self, user: str = "me@example.org") -> None:
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self.begin_anew(user)

    def begin_anew(self, user: str) -> None:
        """Nothing was asked or granted, and somebody else sits at the page."""
        self.user = user
        # As long as Microsoft's: several lines of a SASL exchange.
        self.token_bytes = 1500
        self.seconds = 3600
        self.code_seconds = 600
        self.rotates = True
        self.agrees = True
        self.answers_first: list[int | str] = []
        self.says: object = None
        self.redirects_to = ""
        self.grants: list[Granted] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._given: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._devices: dict[str, Pending] = {}

    def start(self) -> Self:
        authority = self

        class Handler(_Handler):
            server_of = authority

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def provider(self) -> dict[str, str]:
        """`auth.provider` of a config for this server."""
        return {
            "authorize_url": f"{self.url}/authorize",
            "token_url": f"{self.url}/token",
            "device_url": f"{self.url}/device",
            "scope": SCOPE,
        }

    def asked(self, path: str, **fields: str) -> int:
        """How many requests with these fields have come to a path."""
        with self._lock:
            return sum(
                place == path and fields.items() <= sent.items() for place, sent in self.requests
            )

    def revoke(self) -> None:
        """The user takes back all that was granted."""
        with self._lock:
            for one in self.grants:
                one.alive = False

    def expire(self) -> None:
        """All access tokens end now."""
        with self._lock:
            for one in self.grants:
                one.access.clear()

    def type_code(self, user_code: str, *, agree: bool = True) -> None:
        """The user types a code on another device."""
        with self._lock:
            [pending] = [one for one in self._devices.values() if one.user_code == user_code]
            pending.user, pending.denied = self.user, not agree

    def grant(self) -> str:
        """An access token of something granted without a flow."""
        with self._lock:
            return self._fresh(self._new_grant(self.user))["access_token"]

    def secrets(self) -> list[str]:
        """Every token and code that was ever given, with the client's secret."""
        with self._lock:
            return [CLIENT_SECRET, *self._given]

    def handle(self, path: str, sent: dict[str, str]) -> tuple[int, Any]:
        """The status and the JSON answer to a form that was posted."""
        with self._lock:
            self.requests.append((path, sent))
            if self.says is not None:
                return 200, self.says
            try:
                return 200, self._endpoints()[path](sent)
            except Refusal as refusal:
                # The description repeats what was sent, as some servers do.
                told = {"error": refusal.code, "error_description": f"no: {sent}"}
                return refusal.status, told if refusal.code else {}

    def page(self, sent: dict[str, str]) -> str:
        """The authorisation page: where it leads to when the user has answered."""
        with self._lock:
            self.requests.append(("/authorize", sent))
            redirect = urlsplit(sent["redirect_uri"])
            assert redirect.hostname in ("127.0.0.1", "localhost")
            assert sent["response_type"] == "code"
            assert sent["client_id"] == CLIENT_ID
            assert sent["code_challenge_method"] == "S256"
            answer = {"state": sent["state"]}
            if self.agrees:
                code = secrets.token_urlsafe(16)
                self._codes[code] = {**sent, "user": self.user}
                self._given.append(code)
                answer["code"] = code
            else:
                answer["error"] = "access_denied"
            return f"{sent['redirect_uri']}?{urlencode(answer)}"

    def _endpoints(self) -> dict[str, Callable[[dict[str, str]], dict[str, Any]]]:
        return {"/token": self._token, "/device": self._device, "/introspect": self._introspect}

    def _token(self, sent: dict[str, str]) -> dict[str, Any]:
        if self.answers_first:
            match self.answers_first.pop(0):
                case int(status):
                    raise Refusal(status=status)
                case str(code):
                    raise Refusal(code)
        if sent.get("client_id") != CLIENT_ID or sent.get("client_secret") != CLIENT_SECRET:
            raise Refusal("invalid_client")
        match sent["grant_type"]:
            case "authorization_code":
                return self._fresh(self._new_grant(self._redeemed(sent)))
            case "refresh_token":
                grant = self._of(sent["refresh_token"])
                if self.rotates:
                    grant.replaced.add(grant.refresh_token)
                    grant.refresh_token = _refresh_token()
                return self._fresh(grant)
            case kind if kind == DEVICE_GRANT:
                return self._fresh(self._new_grant(self._typed(sent["device_code"])))
            case _:
                raise Refusal("unsupported_grant_type")

    def _redeemed(self, sent: dict[str, str]) -> str:
        asked = self._codes.pop(sent["code"], None)
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["redirect_uri"] != sent["redirect_uri"]:
            raise Refusal("invalid_grant")
        if asked["code_challenge"] != proof:
            raise Refusal("invalid_grant")
        return asked["user"]

    def _typed(self, device_code: str) -> str:
        pending = self._devices[device_code]
        pending.asked += 1
        if pending.denied:
            raise Refusal("access_denied")
        if pending.user is None:
            raise Refusal("authorization_pending")
        return pending.user

    def _of(self, refresh_token: str) -> Granted:
        for one in self.grants:
            if refresh_token in one.replaced:
                one.alive = False
            if one.refresh_token == refresh_token and one.alive:
                return one
        raise Refusal("invalid_grant")

    def _new_grant(self, user: str) -> Granted:
        new = Granted(user, _refresh_token())
        self.grants.append(new)
        return new

    def _fresh(self, grant: Granted) -> dict[str, Any]:
        token = f"access-{secrets.token_urlsafe(self.token_bytes)}"
        grant.access[token] = time.time() + self.seconds
        self._given += [token, grant.refresh_token]
        return {
            "access_token": token,
            "refresh_token": grant.refresh_token,
            "token_type": "Bearer",
            "expires_in": self.seconds,
            "scope": SCOPE,
        }

    def _device(self, sent: dict[str, str]) -> dict[str, Any]:
        device_code, user_code = secrets.token_urlsafe(24), secrets.token_hex(4).upper()
        self._devices[device_code] = Pending(user_code)
        return {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": f"{self.url}/type",
            "expires_in": self.code_seconds,
            "interval": 1,
        }

    def _introspect(self, sent: dict[str, str]) -> dict[str, Any]:
        for one in self.grants:
            if one.alive and time.time() < one.access.get(sent["token"], 0):
                return {"active": True, "username": one.user, "scope": SCOPE}
        return {"active": False}


class _Handler(BaseHTTPRequestHandler):
    server_of: AuthorisationServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        sent = _fields(self.rfile.read(length).decode())
        if self.server_of.redirects_to and self.path == "/token":
            self._redirect(self.server_of.redirects_to, 307)
            return
        status, answer = self.server_of.handle(urlsplit(self.path).path, sent)
        self._answer(status, "application/json", json.dumps(answer).encode())

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        match place.path:
            case "/authorize":
                href = self.server_of.page(_fields(place.query))
                link = f'<a href="/consent?{urlencode({"to": href})}">Allow</a>'
                self._answer(200, "text/html", link.encode())
            case "/consent":
                self._redirect(_fields(place.query)["to"], 302)
            case _:
                self._answer(404, "text/plain", b"")

    def _redirect(self, place: str, status: int) -> None:
        self.send_response(status)
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Tests ask `requests`."""


def _refresh_token() -> str:
    return f"refresh-{secrets.token_urlsafe(24)}"


def _fields(query: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(query).items()}
