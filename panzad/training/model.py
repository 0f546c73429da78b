"""The model to be trained: base weights frozen, LoRA on top; its loss on label positions only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
from transformers.utils import logging

from panzad.engines.catalogue import ModelFiles
from panzad.training.dataset import Tokens
from panzad.training.methods import Method


def load_base(files: ModelFiles, device: torch.device) -> Any:
    """The frozen base model in bfloat16; a GGUF file is dequantised."""
    # Its bars would write over ours.
    logging.disable_progress_bar()
    options: dict[str, Any] = {"dtype": torch.bfloat16}
    if files.kind == "gguf":
        options["quantization_config"] = GgufConfig(dequantize=True)
        options["gguf_file"] = files.path.name
    model = AutoModelForCausalLM.from_pretrained(_directory(files), **options)
    model.config.use_cache = False
    return model.to(device)


def load_tokenizer(files: ModelFiles) -> Any:
    """The base model's tokenizer."""
    options = {"gguf_file": files.path.name} if files.kind == "gguf" else {}
    return AutoTokenizer.from_pretrained(_directory(files), **options)


def with_adapter(base: Any, method: Method, seed: int) -> PeftModel:
    """The base with a fresh LoRA (arXiv 2106.09685) whose own weights are float32."""
    torch.manual_seed(seed)
    config = LoraConfig(
        r=method.rank,
        lora_alpha=method.alpha,
        lora_dropout=0.0,
        target_modules=list(method.targets),
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(base, config)
    for parameter in trainable(model):
        parameter.data = parameter.data.float()
    return model


def trainable(model: Any) -> list[torch.nn.Parameter]:
    """The parameters that are learnt."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def summed_loss(model: Any, batch: Sequence[Tokens], pad: int) -> tuple[Tensor, int]:
    """Negative log likelihood of the completions in nats, summed, and how many tokens they have.

    Rows are padded on the left, so that all completions end at the last position and the LM head
    is computed for the last `tail` positions only.
    """
    device = next(model.parameters()).device
    length = max(len(one) for one in batch)
    tail = max(len(one.completion) for one in batch)
    ids = torch.full((len(batch), length), pad, dtype=torch.long)  # (batch, length)
    mask = torch.zeros((len(batch), length), dtype=torch.long)  # (batch, length)
    labels = torch.full((len(batch), tail), -100, dtype=torch.long)  # (batch, tail)
    for row, one in enumerate(batch):
        ids[row, length - len(one) :] = torch.tensor(one.prompt + one.completion)
        mask[row, length - len(one) :] = 1
        labels[row, tail - len(one.completion) :] = torch.tensor(one.completion)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits = model(
            input_ids=ids.to(device),
            attention_mask=mask.to(device),
            position_ids=positions.to(device),
            logits_to_keep=tail + 1,
        ).logits[:, :-1]  # (batch, tail, vocabulary): position t predicts token t + 1
    loss = cross_entropy(
        logits.float().flatten(0, 1), labels.flatten().to(device), reduction="sum"
    )
    return loss, sum(len(one.completion) for one in batch)


def mean_loss(model: Any, tokens: Sequence[Tokens], pad: int, size: int) -> float:
    """Mean negative log likelihood in nats per completion token over all of `tokens`."""
    ordered = sorted(tokens, key=len)
    total, count = 0.0, 0
    model.eval()
    with torch.no_grad():
        for start in range(0, len(ordered), size):
            loss, number = summed_loss(model, ordered[start : start + size], pad)
            total += loss.item()
            count += number
    model.train()
    return total / count


def _directory(files: ModelFiles) -> Path:
    return files.path.parent if files.kind == "gguf" else files.path
