"""The engine that asks a server of the user's own over the OpenAI chat protocol.

Any server with `POST /v1/chat/completions` serves: llama.cpp's, vLLM's, Ollama's. Of what it says
when it fails only the status is told: some quote the prompt, and that is mail.
"""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

from panzad.config import is_loopback
from panzad.engines.protocol import ChatMessage, Generation, Sampling
from panzad.errors import ConfigError, ModelMissing, NetworkError, PanzadError, UsageError
from panzad.posting import post

KEY_VARIABLE = "PANZAD_OPENAI_API_KEY"
# A large model on a small server may think this long over one draft.
TIMEOUT_SECONDS = 600.0
# In English; other languages are told as short, for what serves there has a long context.
_CHARACTERS_A_TOKEN = 4


class OpenAiServer:
    """A server's model; `base` is its address up to `/v1`, with `#NAME` for one of its models."""

    name = "openai"

    def __init__(self, base: str) -> None:
        """Remember the address. Raises ConfigError where mail would cross a network in clear."""
        address, model = urldefrag(base)
        parts = urlsplit(address)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ConfigError(
                f"model.base: {address} would get your mail unencrypted",
                "use https, or a server on this machine",
            )
        self._address = address.rstrip("/")
        self._model = model or "default"

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        """Continue `messages` with an assistant turn; the server's model has no adapter of ours.

        Raises NetworkError when the server cannot be reached, and PanzadError when it refuses.
        """
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": one.role, "content": one.content} for one in messages],
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
        }
        if sampling.repeat_penalty != 1.0:
            # Not in OpenAI's own protocol, and refused by its strict followers: only when asked.
            request["repeat_penalty"] = sampling.repeat_penalty
        started = time.monotonic()
        match self._post("/chat/completions", request):
            case {
                "choices": [
                    {"message": {"content": str() | None as text}, "finish_reason": why},
                    *_,
                ],
                "usage": {"prompt_tokens": int(prompt_tokens), "completion_tokens": int(tokens)},
            }:
                return Generation(
                    text=text or "",
                    prompt_tokens=prompt_tokens,
                    tokens=tokens,
                    truncated=why == "length",
                    seconds=time.monotonic() - started,
                )
        raise PanzadError(
            f"{self._address} answers, but not as a chat server does",
            "check that model.base ends in /v1",
        )

    def use_adapter(self, directory: Path | None) -> None:
        """Only the base model: a server cannot be given a file. Raises UsageError for another."""
        if directory is not None:
            raise UsageError(
                f"{self._address} cannot serve adapter {directory.name}",
                "load it there, or choose another model.engine",
            )

    def count_tokens(self, text: str) -> int:
        """An estimate: the protocol has no way to ask."""
        return -(-len(text) // _CHARACTERS_A_TOKEN)

    def close(self) -> None:
        """Nothing is held between calls."""

    def _post(self, path: str, content: Mapping[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(KEY_VARIABLE):
            headers["Authorization"] = f"Bearer {key}"
        try:
            answer = post(
                self._address + path, json.dumps(content).encode(), headers, TIMEOUT_SECONDS
            )
        except (OSError, http.client.HTTPException) as error:
            raise NetworkError(
                f"cannot reach {self._address} ({_why(error)})",
                "start the server, or mend model.base",
            ) from None
        if not 200 <= answer.status < 300:
            raise self._refused(answer.status)
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise PanzadError(
                f"{self._address} does not answer in JSON", "check that model.base ends in /v1"
            ) from None

    def _refused(self, status: int) -> PanzadError:
        reason = f"{status} {http.client.responses.get(status, '')}".strip()
        match status:
            case 401 | 403:
                return PanzadError(
                    f"{self._address} refuses the key ({reason})", f"set {KEY_VARIABLE}"
                )
            case 404:
                return ModelMissing(
                    f"{self._address} has no such model or path ({reason})",
                    "model.base is the address up to /v1, then #NAME of the model",
                )
            case 429 | 500 | 502 | 503 | 504:
                return NetworkError(f"{self._address} is busy ({reason})", "try again later")
            case _:
                return PanzadError(f"{self._address} refuses the prompt ({reason})", "see its log")


def _why(error: OSError | http.client.HTTPException) -> str:
    """Why nothing came, in this machine's words; HTTPException quotes what the server said."""
    if isinstance(error, http.client.HTTPException):
        return type(error).__name__
    return str(error) or "no answer in time"
