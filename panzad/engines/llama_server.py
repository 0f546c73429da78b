"""One GGUF model loaded by llama.cpp, spoken to in this process: what llama_cpp.py is made of."""

from __future__ import annotations

import http.client
import importlib
import json
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from panzad.engines.protocol import Generation, Sampling, too_long
from panzad.errors import ModelDamaged, PanzadError

_QUIET = -1
_NORMAL = 3


class LlamaServer:
    """A model in memory. Requests are answered one after the other.

    llama.cpp's server part wants an address to listen at; it gets a socket in a directory that
    only this user can enter, so that no other process and no web page can talk to the model.
    """

    def __init__(
        self,
        gguf: Path,
        *,
        lora: Path | None,
        context: int,
        threads: int,
        gpu: bool,
        verbose: bool,
    ) -> None:
        """Load the model; with `lora` there are two slots, each with its own prompt cache.

        Raises ModelDamaged when llama.cpp refuses one of the files.
        """
        xllamacpp: Any = importlib.import_module("xllamacpp")  # compiled, without types
        self._directory = Path(tempfile.mkdtemp(prefix="panzad-"))
        params = xllamacpp.CommonParams()
        params.model.path = str(gguf)
        params.n_parallel = 1 if lora is None else 2
        params.n_ctx = context * params.n_parallel
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        params.n_gpu_layers = -1 if gpu else 0
        params.verbosity = _NORMAL if verbose else _QUIET
        params.hostnames = [str(self._directory / "llama.sock")]
        params.ui = False
        params.endpoint_slots = False
        params.warmup = False  # the first request does it
        params.cache_ram_mib = 0  # the slot's own prefix cache is enough for one caller
        if lora is not None:
            adapter = xllamacpp.CommonAdapterLoraInfo()
            adapter.path, adapter.scale = str(lora), 1.0
            params.lora_adapters = [adapter]
        try:
            self._server: Any = xllamacpp.Server(params)
        except RuntimeError as error:
            shutil.rmtree(self._directory, ignore_errors=True)
            with_adapter = f" with {lora}" if lora else ""
            raise ModelDamaged(
                f"llama.cpp cannot load {gguf}{with_adapter}",
                "pull the model again, or run with -v to see its reason",
            ) from error
        self._context = context
        self._answered = False

    def complete(
        self, prompt: Sequence[int], sampling: Sampling, *, lora_scale: float | None = None
    ) -> Generation:
        """Continue a prompt of token ids. Raises PanzadError when it does not fit the context.

        `lora_scale` chooses how much of the loaded adapter counts: 0 asks the base model.
        """
        room = self._context - len(prompt)
        if room < 1:
            raise too_long(len(prompt), self._context)
        request: dict[str, Any] = {
            "prompt": list(prompt),
            "n_predict": min(sampling.max_tokens, room),
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            # llama.cpp's own defaults would cut the distribution where `Sampling` does not.
            "top_k": 0,
            "min_p": 0.0,
            "seed": sampling.seed,
            "repeat_penalty": sampling.repeat_penalty,
            "cache_prompt": True,
        }
        if lora_scale is not None:
            request["lora"] = [{"id": 0, "scale": lora_scale}]
            request["id_slot"] = 0 if lora_scale else 1
        started = time.monotonic()
        answer = self._server.handle_completions(request)
        self._answered = True
        if "error" in answer:
            raise PanzadError(f"llama.cpp: {answer['error']['message']}", "run with -v to see more")
        choice, usage = answer["choices"][0], answer["usage"]
        return Generation(
            text=choice["text"],
            prompt_tokens=usage["prompt_tokens"],
            tokens=usage["completion_tokens"],
            truncated=choice["finish_reason"] == "length",
            seconds=time.monotonic() - started,
        )

    def tokenize(self, text: str) -> list[int]:
        """Token ids of `text` as it stands; `<|im_start|>` and the like are one token each."""
        content = {"content": text, "add_special": False, "parse_special": True}
        return self._post("/tokenize", content)["tokens"]

    def close(self) -> None:
        """Free the model's memory."""
        if not self._answered and self._server is not None:
            # The destructor ends llama.cpp's loop and waits for it. On a busy machine the loop may
            # not have begun yet: it would miss its end, and the wait would last for ever. Whoever
            # has had an answer knows that it runs.
            self.complete([0], Sampling(max_tokens=1))
        self._server = None
        shutil.rmtree(self._directory, ignore_errors=True)

    def _post(self, path: str, content: Mapping[str, object]) -> dict[str, Any]:
        connection = _UnixConnection(self._directory / "llama.sock")
        try:
            connection.request(
                "POST", path, json.dumps(content), {"Content-Type": "application/json"}
            )
            return json.load(connection.getresponse())
        finally:
            connection.close()


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
