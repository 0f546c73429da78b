"""A server of the user's own: a real llama.cpp server on loopback, and servers that fail."""

from __future__ import annotations

import contextlib
import importlib
import json
import time
import traceback
from collections.abc import Generator, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from panzad.engines import environment
from panzad.engines.catalogue import ModelFiles
from panzad.engines.llama_cpp import LlamaCpp
from panzad.engines.openai_server import KEY_VARIABLE, OpenAiServer
from panzad.engines.protocol import ChatMessage, Sampling
from panzad.errors import ConfigError, ModelMissing, NetworkError, PanzadError, UsageError
from tests.servers.faults import Fault, FaultProxy, Kind
from tests.servers.parrot import Answer, http, parrot, refusal, serving

ASKED = (ChatMessage("user", "What is the capital of France?"),)
KEY = "sesame"


@pytest.fixture(scope="module")
def address(base_gguf: ModelFiles) -> Iterator[str]:
    """A llama.cpp server as a user starts it, with an API key."""
    environment.prepare()
    xllamacpp: Any = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(base_gguf.path)
    params.n_ctx = 512
    params.cpuparams.n_threads = 2
    params.verbosity = -1
    params.api_keys = [KEY]
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


@contextlib.contextmanager
def answering(status: int, body: bytes, headers: dict[str, str]) -> Generator[str]:
    """A web server that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

    with serving(Handler) as address:
        yield address


@pytest.mark.model
class TestARealServer:
    def test_writes_what_the_same_model_writes_in_this_process(
        self, address: str, llama: LlamaCpp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(KEY_VARIABLE, KEY)
        there = OpenAiServer(address).generate(ASKED, Sampling(max_tokens=12), adapter=True)
        here = llama.generate(ASKED, Sampling(max_tokens=12), adapter=False)
        assert (there.text, there.prompt_tokens) == (here.text, here.prompt_tokens)
        assert there.tokens == 12

    def test_a_short_limit_is_reported_as_truncated(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(KEY_VARIABLE, KEY)
        answer = OpenAiServer(address).generate(ASKED, Sampling(max_tokens=2), adapter=True)
        assert (answer.tokens, answer.truncated) == (2, True)

    def test_a_missing_key_names_the_variable(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(KEY_VARIABLE, raising=False)
        with pytest.raises(PanzadError, match=f"refuses the key .* set {KEY_VARIABLE}"):
            OpenAiServer(address).generate(ASKED, Sampling(max_tokens=2), adapter=True)

    def test_a_wrong_path_says_what_the_address_must_be(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(KEY_VARIABLE, KEY)
        with pytest.raises(ModelMissing, match="up to /v1"):
            OpenAiServer(f"{address}/v9").generate(ASKED, Sampling(max_tokens=2), adapter=True)


class TestServersThatFail:
    def test_nobody_listens(self) -> None:
        with pytest.raises(NetworkError, match=r"cannot reach http://127\.0\.0\.1:9/v1"):
            OpenAiServer("http://127.0.0.1:9/v1").generate(ASKED, Sampling(), adapter=True)

    @pytest.mark.parametrize(
        ("status", "body", "kind", "said"),
        [
            (
                503,
                b'{"error": {"message": "Loading model"}}',
                NetworkError,
                "503 Service Unavailable",
            ),
            (400, b'{"error": {"message": "too long"}}', PanzadError, "refuses the prompt"),
            (200, b"<html>welcome</html>", PanzadError, "does not answer in JSON"),
            (200, b'{"choices": []}', PanzadError, "not as a chat server does"),
            (200, b"[" * 100_000, PanzadError, "does not answer in JSON"),
        ],
    )
    def test_an_answer_of_no_use_is_one_clear_line(
        self, status: int, body: bytes, kind: type[PanzadError], said: str
    ) -> None:
        with answering(status, body, {}) as address, pytest.raises(kind, match=said):
            OpenAiServer(address).generate(ASKED, Sampling(), adapter=True)

    def test_mail_is_not_carried_on_to_another_address(self) -> None:
        elsewhere = {"Location": "http://127.0.0.1:9/v1/chat/completions"}
        with answering(307, b"", elsewhere) as address, pytest.raises(PanzadError, match="307"):
            OpenAiServer(address).generate(ASKED, Sampling(), adapter=True)

    def test_a_proxy_of_the_environment_reads_no_mail(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with answering(200, b"<html>proxy</html>", {}) as proxy:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy)
            with pytest.raises(NetworkError, match=r"cannot reach http://127\.0\.0\.1:9/v1"):
                OpenAiServer("http://127.0.0.1:9/v1").generate(ASKED, Sampling(), adapter=True)

    def test_an_answer_that_trickles_is_broken_off_in_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("panzad.engines.openai_server.TIMEOUT_SECONDS", 0.5)
        with (
            answering(200, chat("Yes.", 1).encode(), {}) as address,
            FaultProxy(urlsplit(address).port or 0, pace=0.1) as proxy,
        ):
            proxy.fails(Fault(Kind.TRICKLE, "down", 20))
            began = time.monotonic()
            with pytest.raises(NetworkError, match="no answer in time"):
                OpenAiServer(f"http://127.0.0.1:{proxy.port}/v1").generate(
                    ASKED, Sampling(), adapter=True
                )
            assert time.monotonic() - began < 5


def chat(text: object, tokens: object) -> str:
    """A chat server's answer with this text and this number of tokens."""
    return json.dumps(
        {
            "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": tokens, "completion_tokens": tokens},
        }
    )


QUOTES: dict[str, Answer] = {
    **{f"status {one}": refusal(one) for one in (302, 400, 401, 403, 404, 413, 422, 429, 500, 503)},
    "a refusal without JSON": lambda said: http("400 Bad Request", said),
    "a status of its own": lambda said: http(f"499 {said}", said),
    "an error with status 200": lambda said: http("200 OK", json.dumps({"error": said})),
    "the prompt as it came": lambda said: http("200 OK", said),
    "octets that are no text": lambda said: http("200 OK", said.encode() + b"\xff"),
    "a list for the text": lambda said: http("200 OK", chat([said], 1)),
    "words for numbers": lambda said: http("200 OK", chat("Yes.", said)),
    "no status line": lambda said: said.encode() + b"\r\n\r\n",
    "no number for a status": lambda said: f"HTTP/1.1 {said}\r\n\r\n".encode(),
    "cut off": lambda said: http("200 OK", said)[:-1],
    "a length that is none": lambda said: (
        f"HTTP/1.1 200 OK\r\nContent-Length: {said}\r\n\r\n{said}".encode()
    ),
    "chunks that are none": lambda said: (
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{said}\r\n".encode()
    ),
    "too long a header": lambda said: f"HTTP/1.1 200 OK\r\nX: {said * 9000}\r\n\r\n".encode(),
}


@pytest.mark.parametrize("quotes", QUOTES)
def test_a_server_that_quotes_the_prompt_is_not_quoted(quotes: str) -> None:
    """Neither in the line that the user, the log and the status get, nor in a traceback."""
    asked = (ChatMessage("system", "You write."), ChatMessage("user", "zarquon\nand more"))
    with parrot(QUOTES[quotes]) as address, pytest.raises(PanzadError) as caught:
        OpenAiServer(address).generate(asked, Sampling(), adapter=True)
    told = "".join(traceback.format_exception(caught.value))
    assert "zarquon" not in told
    assert address in str(caught.value)


class TestTheAddress:
    def test_mail_crosses_no_network_in_clear(self) -> None:
        with pytest.raises(ConfigError, match="would get your mail unencrypted: use https"):
            OpenAiServer("http://models.example.org/v1")
        OpenAiServer("https://models.example.org/v1")

    def test_a_server_cannot_be_given_an_adapter(self) -> None:
        engine = OpenAiServer("http://localhost:8080/v1#mistral")
        engine.use_adapter(None)
        with pytest.raises(UsageError, match="cannot serve adapter 20260501"):
            engine.use_adapter(Path("adapters/20260501"))
