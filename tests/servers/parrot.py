"""Web servers on loopback; one for chats says back what it was asked wherever there is room."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

# From the prompt, in one line, to all the octets of an answer.
Answer = Callable[[str], bytes]


def http(status: str, body: str | bytes = "") -> bytes:
    """An answer with this status line, but for its version, and body."""
    octets = body if isinstance(body, bytes) else body.encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(octets)}\r\n\r\n".encode() + octets


def refusal(status: int) -> Answer:
    """A refusal that quotes in its reason phrase, and in an error object as OpenAI's."""

    def answer(said: str) -> bytes:
        error = {"message": f"cannot answer {said}", "type": said, "code": said, "param": said}
        return http(f"{status} {said}", json.dumps({"error": error}))

    return answer


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Generator[str]:
    """A web server whose requests are handled so; its address up to `/v1`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def parrot(answer: Answer) -> Generator[str]:
    """A server that gives every request this answer; its address up to `/v1`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = " ".join(" ".join(one["content"] for one in asked["messages"]).split())
            self.wfile.write(answer(said))

        def log_message(self, format: str, *args: object) -> None:
            pass

    with serving(Handler) as address:
        yield address
