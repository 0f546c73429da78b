"""What is learnt over a base model by each method, how it is kept, and how it is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import save
from torch import Tensor

from panzad.engines import sparse
from panzad.engines.adapter_files import CONFIG, DIFFERENCES, SPARSE, WEIGHTS
from panzad.engines.catalogue import ModelFiles
from panzad.files import replace
from panzad.training.dataset import Tokens
from panzad.training.methods import Method
from panzad.training.model import load
from panzad.training.rosa import chosen


class Learner(Protocol):
    """A model some of whose parameters are learnt."""

    model: Any

    def weights(self) -> dict[str, Tensor]:
        """A copy of what is learnt, in main memory."""
        ...

    def restore(self, weights: Mapping[str, Tensor]) -> None:
        """Put back what `weights` gave."""
        ...

    def save(self, weights: Mapping[str, Tensor], directory: Path) -> tuple[str, ...]:
        """Write such weights as an adapter's files; their names."""
        ...


def learner_of(
    base: Any,
    files: ModelFiles,
    method: Method,
    seed: int,
    *,
    mails: Sequence[Tokens] = (),
    pad: int = 0,
    kept: Mapping[str, Tensor] | None = None,
) -> Learner:
    """What `method` learns over the frozen `base`; the same seed and mails give the same.

    `kept` are the weights of a run that is gone on with.
    """
    if method.rank == 0:
        learner: Learner = _Whole(base, files)
    else:
        model = with_adapter(base, method, seed)
        learner = _LowRank(model, files.name)
        if method.density:
            parts = kept or chosen(model, mails[: method.mask_mails], method.density, pad)
            sparse.attach(model, parts)
            learner = _LowRankAndSparse(model, files.name)
    if kept:
        learner.restore(kept)
    return learner


def with_adapter(base: Any, method: Method, seed: int) -> PeftModel:
    """The base with a fresh LoRA (arXiv 2106.09685); the same seed gives the same weights."""
    torch.manual_seed(seed)
    config = LoraConfig(
        r=method.rank,
        lora_alpha=method.alpha,
        lora_dropout=0.0,
        target_modules=method.targets,
        use_dora=method.dora,
        task_type="CAUSAL_LM",
    )
    # PEFT makes the adapter's own weights float32 over a bfloat16 base (autocast_adapter_dtype).
    return get_peft_model(base, config)  # pyright: ignore[reportReturnType]


def trainable(model: Any) -> list[torch.nn.Parameter]:
    """The parameters that are learnt."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


class _LowRank:
    """LoRA and DoRA, over a base in whatever weights: the files are PEFT's."""

    def __init__(self, model: PeftModel, base_name: str) -> None:
        self.model = model
        self._base_name = base_name

    def weights(self) -> dict[str, Tensor]:
        # Embeddings are never trained; PEFT would look for the base's config.json to see whether.
        weights = get_peft_model_state_dict(self.model, save_embedding_layers=False)
        return {
            name: tensor.detach().cpu().clone()
            for name, tensor in weights.items()
            if ".lora_" in name  # what hangs on PEFT's layers is none of its own
        }

    def restore(self, weights: Mapping[str, Tensor]) -> None:
        set_peft_model_state_dict(self.model, dict(weights))

    def save(self, weights: Mapping[str, Tensor], directory: Path) -> tuple[str, ...]:
        replace(directory / WEIGHTS, save(dict(weights), {"format": "pt"}))
        config = self.model.peft_config["default"]
        config.base_model_name_or_path = self._base_name
        config.inference_mode = True
        config.save_pretrained(str(directory))
        return WEIGHTS, CONFIG


class _LowRankAndSparse(_LowRank):
    """RoSA: PEFT's files, and one for the sparse part."""

    def weights(self) -> dict[str, Tensor]:
        return {**super().weights(), **sparse.collected(self.model)}

    def restore(self, weights: Mapping[str, Tensor]) -> None:
        # The sparse part was hung on with its values.
        super().restore(_parts(weights, of_sparse=False))

    def save(self, weights: Mapping[str, Tensor], directory: Path) -> tuple[str, ...]:
        replace(directory / SPARSE, save(_parts(weights, of_sparse=True)))
        return (*super().save(_parts(weights, of_sparse=False), directory), SPARSE)


def _parts(weights: Mapping[str, Tensor], *, of_sparse: bool) -> dict[str, Tensor]:
    ends = (sparse.INDEX, sparse.VALUES)
    return {name: one for name, one in weights.items() if name.endswith(ends) == of_sparse}


class _Whole:
    """Every weight of the model itself. Written down is by how much each differs from the base."""

    def __init__(self, model: Any, files: ModelFiles) -> None:
        self.model = model.requires_grad_(True)
        self._files = files

    def weights(self) -> dict[str, Tensor]:
        named = self.model.named_parameters()
        return {name: tensor.detach().cpu().clone() for name, tensor in named}

    def restore(self, weights: Mapping[str, Tensor]) -> None:
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                parameter.copy_(weights[name])

    def save(self, weights: Mapping[str, Tensor], directory: Path) -> tuple[str, ...]:
        # Read anew: a copy of the base through the whole run would cost its memory.
        base, _ = load(self._files, torch.device("cpu"), torch.float32)
        before = dict(base.named_parameters())
        # Float16 keeps 11 bits of a difference, which is a small part of its weight.
        differences = {name: (one - before[name]).half() for name, one in weights.items()}
        replace(directory / DIFFERENCES, save(differences, {"format": "pt"}))
        return (DIFFERENCES,)
