"""Access granted in a browser that comes back to this machine (RFC 8252, PKCE by RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import queue
import secrets
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from panzad.errors import LoginError
from panzad.secrets.oauth import Client, Tokens, by_code
from panzad.secrets.providers import LOOPBACK

WAIT_SECONDS = 600.0

_PAGE = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>panzad</title>
<p>{said}</p></html>
"""


def granted_in_browser(
    client: Client, user: str, show: Callable[[str, int], None], *, seconds: float = WAIT_SECONDS
) -> Tokens:
    """Wait until the user has granted access in the browser, at most so many seconds.

    `show` is given the page's address and the port that the browser will come back to. Raises
    LoginError when nobody came or the access was refused, and what `by_code` raises.
    """
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
    with _listening(state) as (port, answers):
        redirect = f"http://{client.provider.redirect_host}:{port}"
        show(_page(client, user, verifier, state, redirect), port)
        try:
            answer = answers.get(timeout=seconds)
        except queue.Empty:
            raise LoginError(
                f"nobody granted access within {seconds / 60:.0f} minutes", "try again"
            ) from None
    if "code" not in answer:
        raise LoginError(
            f"{client.provider.name} granted no access ({answer.get('error', 'no reason')[:60]})",
            "try again and agree",
        )
    return by_code(client, answer["code"], verifier, redirect)


def challenge(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _page(client: Client, user: str, verifier: str, state: str, redirect: str) -> str:
    url = client.provider.authorize_url
    if url is None:
        raise LoginError(
            f"{client.provider.name} has no authorize_url", "use --device, or set it in the config"
        )
    query = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect,
        "scope": client.provider.scope,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        "login_hint": user,
        **dict(client.provider.extra),
    }
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"


@contextmanager
def _listening(state: str) -> Generator[tuple[int, queue.Queue[dict[str, str]]]]:
    """A listener on loopback; what a browser brings with this state is put into the queue."""
    answers: queue.Queue[dict[str, str]] = queue.Queue()

    class Handler(_Handler):
        def brought(self, query: dict[str, str]) -> bool:
            if not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
                return False
            answers.put(query)
            return True

    # A thread for each: browsers open connections ahead and say nothing on them.
    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1], answers
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Takes the browser's return; whatever comes without the state is sent away."""

    timeout = 10
    error_message_format = _PAGE.format(said="Nothing is here.")

    def brought(self, query: dict[str, str]) -> bool:
        """Whether this is what was waited for."""
        raise NotImplementedError

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(place.query).items()}
        if place.path not in ("", "/") or not self.brought(query):
            self.send_error(404)
            return
        granted = "code" in query
        said = "Go back to the terminal: panzad is told." if granted else "No access was granted."
        page = _PAGE.format(said=said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        # The address in the bar holds the code: no page that is opened from here may learn it.
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the request's line holds the code."""
