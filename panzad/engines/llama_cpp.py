"""The engine for the CPU: a GGUF model by llama.cpp, the adapter merged into it or beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import structlog

from panzad.engines import adapter_files
from panzad.engines.chat import format_of_gguf
from panzad.engines.checksums import hash_file
from panzad.engines.gguf_header import read_metadata
from panzad.engines.llama_server import LlamaServer
from panzad.engines.machine import physical_cores
from panzad.engines.protocol import ChatMessage, Generation, Sampling
from panzad.errors import ModelDamaged

# Below this size the many small multiplications of an unmerged LoRA cost as much again as the
# model itself: merged as Q8_0 it writes twice as fast and reads the prompt 1.7 times as fast
# (SmolLM2-135M, rank 16 on all linear layers), and the copy is cheap to hold. Above it the
# adapter's share vanishes and a Q8_0 copy would be twice the base's size.
MERGE_LIMIT_BYTES = 10**9

log = structlog.get_logger("panzad.engines")


class LlamaCpp:
    """llama.cpp through xllamacpp. The base model stays loaded beside the adapter's."""

    name = "llama_cpp"

    def __init__(
        self,
        gguf: Path,
        *,
        context: int = 4096,
        gpu: bool = False,
        verbose: bool = False,
    ) -> None:
        """Load the base model with room for `context` tokens of prompt and answer.

        Raises ModelDamaged when the file cannot be read or has no chat template.
        """
        self._gguf = gguf
        self._chat = format_of_gguf(gguf)
        self._context = min(context, _trained_context(gguf))
        self._gpu = gpu
        self._verbose = verbose
        self._base = self._load(gguf)
        self._adapted: LlamaServer | None = None

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        """Continue `messages` with an assistant turn; `adapter=False` asks the base model."""
        prompt = self._base.tokenize(self._chat.prompt(messages))
        if self._adapted is None:
            return self._base.complete(prompt, sampling)
        if self._adapted is self._base:
            return self._base.complete(prompt, sampling, lora_scale=1.0 if adapter else 0.0)
        return (self._adapted if adapter else self._base).complete(prompt, sampling)

    def use_adapter(self, directory: Path | None) -> None:
        """Serve the adapter in `adapters/<id>/`, or the base model alone.

        Raises ModelDamaged when the adapter's files do not match its manifest, or when there is no
        room on the disk for one that has to be merged; the base model serves then.
        """
        self._drop_adapter()
        if directory is None:
            return
        adapter_files.verify(directory)
        merged = _merged_if_possible(self._gguf, directory)
        if merged is not None:
            self._adapted = self._load(merged)
            _forget_others(merged)
        else:
            self._base.close()
            self._base = self._adapted = self._load(self._gguf, directory / adapter_files.GGUF)

    def count_tokens(self, text: str) -> int:
        """Length of `text` in the model's tokens, special tokens not added."""
        return len(self._base.tokenize(text))

    def close(self) -> None:
        """Free the model's memory."""
        if self._adapted is not None:
            self._adapted.close()
        self._base.close()

    def _drop_adapter(self) -> None:
        if self._adapted is None:
            return
        shared = self._adapted is self._base
        self._adapted.close()
        self._adapted = None
        if shared:
            self._base = self._load(self._gguf)

    def _load(self, gguf: Path, lora: Path | None = None) -> LlamaServer:
        return LlamaServer(
            gguf,
            lora=lora,
            context=self._context,
            threads=physical_cores(),
            gpu=self._gpu,
            verbose=self._verbose,
        )


def _merged_if_possible(base: Path, directory: Path) -> Path | None:
    """The merged copy; without room on the disk for it a LoRA serves unmerged, slower."""
    from panzad.engines.gguf_merge import needs_merging

    try:
        return prepare(base, directory)
    except OSError as error:
        if needs_merging(directory / adapter_files.GGUF):
            raise ModelDamaged(
                f"adapter {directory.name} cannot be merged into the base model ({error})",
                'free some disk space, or train with method = "lora"',
            ) from error
        log.warning("adapter.not_merged", adapter=directory.name, error=str(error))
        return None


def prepare(base: Path, directory: Path) -> Path | None:
    """The adapter merged into the base model, made when missing; None for a LoRA of a large base.

    The file is a cache in the adapter's directory whose name holds what it was made of. Training
    may call this ahead of time: it takes 5 seconds or more that a draft would wait for. Raises
    OSError when the disk is full.
    """
    from panzad.engines.gguf_merge import merge, needs_merging

    status = base.stat()
    adapter = directory / adapter_files.GGUF
    if status.st_size > MERGE_LIMIT_BYTES and not needs_merging(adapter):
        return None
    made_of = f"{base.resolve()} {status.st_size} {status.st_mtime_ns} {hash_file(adapter)}"
    path = directory / f"merged-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.gguf"
    if not path.exists():
        log.info("adapter.merging", adapter=directory.name)
        merge(base, adapter, path)
    return path


def _forget_others(merged: Path) -> None:
    """Only the adapter that serves keeps a merged copy."""
    for other in merged.parent.parent.glob("*/merged-*.gguf"):
        if other != merged:
            other.unlink(missing_ok=True)


def _trained_context(gguf: Path) -> int:
    metadata = read_metadata(gguf)
    length = metadata.get(f"{metadata.get('general.architecture')}.context_length")
    return length if isinstance(length, int) else 4096
