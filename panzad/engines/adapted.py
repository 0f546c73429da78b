"""A base model of transformers with a trained adapter of any method on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from peft import PeftModel
from safetensors.torch import load_file
from torch import Tensor

from panzad.engines import sparse
from panzad.engines.adapter_files import DIFFERENCES, SPARSE
from panzad.errors import ModelDamaged

_ADAPTER = "served"


class Adapted(Protocol):
    """A model that writes with its adapter, and without it where it is asked to."""

    @property
    def model(self) -> Any:
        """What is called."""
        ...

    def without(self) -> Any:
        """A context in which `model` is the base."""
        ...

    def removed(self) -> Any:
        """The base model, with nothing on it any more."""
        ...


def adapted(base: Any, directory: Path) -> Adapted:
    """`base` with the adapter in a verified directory. Raises ModelDamaged when they do not fit."""
    if (directory / DIFFERENCES).exists():
        return _Whole(base, load_file(directory / DIFFERENCES), directory.name)
    return _Beside(base, directory)


class _Beside:
    """PEFT's adapters, with RoSA's sparse part where there is one."""

    def __init__(self, base: Any, directory: Path) -> None:
        self.model = PeftModel.from_pretrained(base, directory, adapter_name=_ADAPTER)
        if (directory / SPARSE).exists():
            sparse.attach(self.model, load_file(directory / SPARSE))
        self.model.requires_grad_(False).eval()

    def without(self) -> Any:
        return self.model.disable_adapter()

    def removed(self) -> Any:
        return self.model.unload()


class _Whole:
    """A model that was trained whole: its weights and the base's, of which one set is in place."""

    def __init__(self, base: Any, differences: dict[str, Tensor], name: str) -> None:
        self.model = base
        parameters = dict(base.named_parameters())
        if any(
            one not in parameters or parameters[one].shape != added.shape
            for one, added in differences.items()
        ):
            raise ModelDamaged(
                f"adapter {name} does not fit the base model as it is loaded here",
                "train it again, or choose a smaller base model",
            )
        self._before = {one: parameters[one].data for one in differences}
        self._after = {
            one: (self._before[one].float() + added.to(self._before[one].device).float()).to(
                self._before[one].dtype
            )
            for one, added in differences.items()
        }
        self._put(self._after)

    @contextmanager
    def without(self) -> Iterator[None]:
        self._put(self._before)
        try:
            yield
        finally:
            self._put(self._after)

    def removed(self) -> Any:
        self._put(self._before)
        return self.model

    def _put(self, weights: dict[str, Tensor]) -> None:
        for name, parameter in self.model.named_parameters():
            if name in weights:
                parameter.data = weights[name]
