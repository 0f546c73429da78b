"""What an engine expects as the next token: log-probabilities, in nats, to compare engines by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from panzad.engines.hf import Transformers
from panzad.engines.llama_cpp import LlamaCpp
from panzad.engines.protocol import ChatMessage

TOP = 20


def of_transformers(
    engine: Transformers, messages: Sequence[ChatMessage], *, adapter: bool
) -> dict[int, float]:
    """Every token of the vocabulary."""
    text = engine._chat.prompt(messages)
    ids = engine._tokenizer(text, add_special_tokens=False, return_tensors="pt")["input_ids"]
    adapted = engine._adapted
    with torch.no_grad():
        if adapted is None or adapter:
            logits = engine._model(ids).logits
        else:
            with adapted.without():
                logits = engine._model(ids).logits
    return dict(enumerate(torch.log_softmax(logits[0, -1].float(), -1).tolist()))


def of_llama_cpp(engine: LlamaCpp, messages: Sequence[ChatMessage]) -> dict[int, float]:
    """The likeliest tokens, with the adapter if there is one."""
    server = engine._adapted or engine._base
    prompt = server.tokenize(engine._chat.prompt(messages))
    request = {"prompt": prompt, "n_predict": 1, "temperature": 0.0, "logprobs": TOP}
    if engine._adapted is engine._base:
        request["lora"] = [{"id": 0, "scale": 1.0}]
    answer = server._server.handle_completions(request)
    first = answer["choices"][0]["logprobs"]["content"][0]
    return {one["id"]: one["logprob"] for one in first["top_logprobs"]}


def apart(few: Mapping[int, float], all_: Mapping[int, float]) -> float:
    """The largest difference over the likeliest tokens."""
    return max(abs(value - all_[token]) for token, value in few.items())
