"""The engine for a GPU: transformers with a PEFT adapter, 4-bit where full weights do not fit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import LogitsProcessorList, RepetitionPenaltyLogitsProcessor

from panzad.engines import adapter_files
from panzad.engines.adapted import Adapted, adapted
from panzad.engines.base_model import load_base
from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import format_of
from panzad.engines.gguf_base import read_once, readable, tokenizer_of
from panzad.engines.protocol import ChatMessage, Generation, Sampling, too_long

Quantisation = Literal["auto", "none", "nf4"]

# Beside the weights: the cache of a full context, activations, the CUDA libraries themselves.
_CUDA_OVERHEAD_BYTES = 2 * 10**9


class Transformers:
    """transformers + PEFT (+ bitsandbytes NF4) on one device."""

    name = "transformers"

    def __init__(
        self,
        files: ModelFiles,
        *,
        device: Literal["cpu", "cuda"],
        quantise: Quantisation = "auto",
        context: int = 4096,
    ) -> None:
        """Load the base model; `auto` quantises on a GPU where bf16 weights do not fit.

        Raises ModelDamaged when transformers cannot read the files.
        """
        self._chat = format_of(files)
        self._context = context
        self._device = torch.device(device)
        nf4 = quantise == "nf4" or (quantise == "auto" and not _fits(files, self._device))
        dtype = torch.bfloat16 if self._device.type == "cuda" else torch.float32
        with readable(files), read_once():
            self._tokenizer: Any = tokenizer_of(files)
            self._base: Any = load_base(files, self._device, dtype, nf4=nf4)
        self._base.eval()
        self._adapted: Adapted | None = None

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        """Continue `messages` with an assistant turn; `adapter=False` asks the base model."""
        prompt = self._tokenizer(self._chat.prompt(messages), add_special_tokens=False)["input_ids"]
        room = self._context - len(prompt)
        if room < 1:
            raise too_long(len(prompt), self._context)
        started = time.monotonic()
        limit = min(sampling.max_tokens, room)
        if self._adapted is None or adapter:
            answer = self._continue(self._model, prompt, sampling, limit)
        else:
            with self._adapted.without():
                answer = self._continue(self._model, prompt, sampling, limit)
        ended = answer[-1:] and answer[-1] in self._ends()
        return Generation(
            text=self._tokenizer.decode(answer, skip_special_tokens=True),
            prompt_tokens=len(prompt),
            tokens=len(answer),
            truncated=not ended,
            seconds=time.monotonic() - started,
        )

    def use_adapter(self, directory: Path | None) -> None:
        """Serve the adapter in `adapters/<id>/`, or the base model alone.

        Raises ModelDamaged when the adapter's files do not match its manifest; the base model
        serves then.
        """
        if self._adapted is not None:
            self._base = self._adapted.removed()
            self._adapted = None
        if directory is None:
            return
        adapter_files.verify(directory)
        self._adapted = adapted(self._base, directory)

    def count_tokens(self, text: str) -> int:
        """Length of `text` in the model's tokens, special tokens not added."""
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def close(self) -> None:
        """Free the model's memory."""
        self._base = self._adapted = None
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    @property
    def _model(self) -> Any:
        return self._base if self._adapted is None else self._adapted.model

    def _continue(self, model: Any, prompt: list[int], sampling: Sampling, limit: int) -> list[int]:
        """The ids of the answer, its end token included."""
        ids = torch.tensor([prompt], device=self._device)  # (1, prompt)
        options: dict[str, Any] = {"do_sample": False}
        if sampling.temperature > 0:
            options = {
                "do_sample": True,
                "temperature": sampling.temperature,
                "top_p": sampling.top_p,
                "top_k": 0,
            }
        # Only what was written is held against the model, not the words of the prompt.
        penalty = RepetitionPenaltyLogitsProcessor(
            sampling.repeat_penalty, prompt_ignore_length=len(prompt)
        )
        devices = [self._device] if self._device.type == "cuda" else []
        with torch.inference_mode(), torch.random.fork_rng(devices):
            torch.manual_seed(sampling.seed)
            output = model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=limit,
                eos_token_id=sorted(self._ends()),
                pad_token_id=min(self._ends()),
                logits_processor=LogitsProcessorList([penalty]),
                **options,
            )  # (1, prompt + answer)
        return output[0, len(prompt) :].tolist()

    def _ends(self) -> set[int]:
        """The tokens that end a turn: the tokenizer's and those the model's authors name."""
        named = self._model.generation_config.eos_token_id
        ends = {named} if isinstance(named, int) else set(named or ())
        return ends | {self._tokenizer.eos_token_id}


def _fits(files: ModelFiles, device: torch.device) -> bool:
    """Whether bf16 weights fit on the GPU; main memory is not asked, quantising slows the CPU."""
    if device.type == "cpu":
        return True
    free, _ = torch.cuda.mem_get_info(device)
    return 2 * files.weights + _CUDA_OVERHEAD_BYTES <= free
