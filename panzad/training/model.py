"""The model to be trained: the base's weights frozen in bfloat16, a LoRA in float32 on top."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import save
from torch import Tensor
from transformers import AutoModelForCausalLM, GgufConfig
from transformers.utils import logging

from panzad.engines.catalogue import ModelFiles
from panzad.engines.gguf_base import read_once, readable, tokenizer_of
from panzad.files import replace
from panzad.training.methods import Method

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"


def load(files: ModelFiles, device: torch.device) -> tuple[Any, Any]:
    """The frozen base model in bfloat16 and its tokenizer; a GGUF file is dequantised.

    Raises ModelDamaged when transformers cannot read the files.
    """
    # Its bars would write over ours.
    logging.disable_progress_bar()
    place, gguf = files.path, {}
    if files.kind == "gguf":
        place = files.path.parent
        gguf = {
            "gguf_file": files.path.name,
            "quantization_config": GgufConfig(dequantize=True),
        }
    with readable(files), read_once():
        tokenizer = tokenizer_of(files)
        model = AutoModelForCausalLM.from_pretrained(place, dtype=torch.bfloat16, **gguf)
    return _frozen(model, device), tokenizer


def spans_of(tokenizer: Any, text: str) -> list[tuple[int, int]]:
    """From which character of `text` to which each of its tokens stands.

    Tokens that are parts of one character have that character's span.
    """
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    return [(start, end) for start, end in encoded["offset_mapping"]]


def _frozen(model: Any, device: torch.device) -> Any:
    model.config.use_cache = False
    return model.requires_grad_(False).to(device)


def with_adapter(base: Any, method: Method, seed: int) -> PeftModel:
    """The base with a fresh LoRA (arXiv 2106.09685); the same seed gives the same weights."""
    torch.manual_seed(seed)
    config = LoraConfig(
        r=method.rank,
        lora_alpha=method.alpha,
        lora_dropout=0.0,
        target_modules=method.targets,
        task_type="CAUSAL_LM",
    )
    # PEFT makes the adapter's own weights float32 over a bfloat16 base (autocast_adapter_dtype).
    return get_peft_model(base, config)  # pyright: ignore[reportReturnType]


def trainable(model: Any) -> list[torch.nn.Parameter]:
    """The parameters that are learnt."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def adapter_weights(model: PeftModel) -> dict[str, Tensor]:
    """A copy of the adapter's weights, in main memory."""
    # Embeddings are never trained; PEFT would look for the base's config.json to see whether.
    weights = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: tensor.detach().cpu().clone() for name, tensor in weights.items()}


def set_adapter_weights(model: PeftModel, weights: Mapping[str, Tensor]) -> None:
    """Put weights back that `adapter_weights` took."""
    set_peft_model_state_dict(model, dict(weights))


def save_adapter(
    model: PeftModel, weights: Mapping[str, Tensor], base_name: str, directory: Path
) -> None:
    """Write weights and configuration under the names and in the form that PEFT reads."""
    replace(directory / WEIGHTS, save(dict(weights), {"format": "pt"}))
    config = model.peft_config["default"]
    config.base_model_name_or_path = base_name
    config.inference_mode = True
    config.save_pretrained(str(directory))
