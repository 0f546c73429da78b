"""How likely a model finds texts, with or without an adapter, and what its base makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from panzad.engines.adapted import Adapted, adapted
from panzad.engines.adapter_files import DIFFERENCES
from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import format_of
from panzad.training.dataset import Sample, Tokens, tokenised
from panzad.training.loss import mean_loss, sample_losses
from panzad.training.methods import METHODS
from panzad.training.model import dtype_for, load

# Enough to tell texts apart, and few enough for the smallest context.
FEATURE_TOKENS = 256


class Likelihood:
    """The base model as training reads it, and at most one adapter at a time.

    Once an adapter has needed the base in float32, it stays so: what is judged after it is judged
    in the same numbers.
    """

    def __init__(self, files: ModelFiles, device: str = "cpu") -> None:
        """Raises ModelDamaged when the base cannot be read."""
        self._files = files
        self._device = torch.device(device)
        self._dtype = dtype_for(METHODS["lora"], self._device)
        self._base, self._tokenizer = load(files, self._device, self._dtype)
        self._adapted: Adapted | None = None
        self._chat = format_of(files)

    def use_adapter(self, directory: Path | None) -> None:
        """Judge by the adapter in `adapters/<id>/`, or by the base alone. Raises ModelDamaged."""
        if self._adapted is not None:
            self._base = self._adapted.removed()
            self._adapted = None
        if directory is None:
            return
        if self._dtype != torch.float32 and (directory / DIFFERENCES).exists():
            # In bfloat16 the small differences that such an adapter is would be rounded away.
            self._dtype, self._base = torch.float32, None
            self._base, _ = load(self._files, self._device, self._dtype)
        self._adapted = adapted(self._base, directory)

    def losses(self, samples: Sequence[Sample]) -> list[float]:
        """Negative log likelihood of each sample's completion given its prompt, in nats."""
        return sample_losses(self._model, self._of(samples), 0)

    def mean(self, samples: Sequence[Sample]) -> float:
        """Mean negative log likelihood in nats per completion token, as training measures it."""
        return mean_loss(self._model, self._of(samples), 0)

    def features(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The last hidden state of each text's last token; shape (len(texts), hidden size).

        The base's, whatever adapter is on it: texts are compared by one measure only.
        """
        rows: list[NDArray[np.float32]] = []
        self._model.eval()
        with nullcontext() if self._adapted is None else self._adapted.without():
            for text in texts:
                ids = self._encode(text)[:FEATURE_TOKENS] or self._encode(" ")
                with torch.inference_mode():
                    output = self._model(
                        input_ids=torch.tensor([ids], device=self._device),
                        output_hidden_states=True,
                    )
                rows.append(output.hidden_states[-1][0, -1].float().cpu().numpy())
        return np.stack(rows)

    @property
    def _model(self) -> Any:
        return self._base if self._adapted is None else self._adapted.model

    def _encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _of(self, samples: Sequence[Sample]) -> list[Tokens]:
        return tokenised(samples, self._chat, self._encode)
