"""Chooses and loads the engine for the configured model; nothing heavy is imported before that."""

from __future__ import annotations

from typing import Literal, Protocol

from panzad.engines import environment
from panzad.engines.catalogue import ModelFiles
from panzad.engines.protocol import Engine
from panzad.errors import ConfigError

EngineName = Literal["llama_cpp", "transformers", "openai"]
DeviceName = Literal["cpu", "cuda"]


class ModelSettings(Protocol):
    """The part of `[model]` that decides about the engine (panzad.config.Model)."""

    @property
    def engine(self) -> Literal["auto", "llama_cpp", "transformers", "openai"]: ...
    @property
    def device(self) -> Literal["auto", "cpu", "cuda"]: ...


def create_engine(settings: ModelSettings, files: ModelFiles, *, verbose: bool = False) -> Engine:
    """The engine that `settings` name, with the model of `files` loaded.

    Raises ConfigError when they do not go together, and ModelDamaged when loading fails.
    """
    environment.prepare()
    device = device_for(settings, files)
    match decide(settings.engine, device, files.kind):
        case "openai":
            from panzad.engines.openai_server import OpenAiServer

            return OpenAiServer(files.name)
        case "llama_cpp":
            from panzad.engines.llama_cpp import LlamaCpp

            return LlamaCpp(files.path, gpu=device == "cuda", verbose=verbose)
        case "transformers":
            from panzad.engines.hf import Transformers

            return Transformers(files, device=device)


def device_for(settings: ModelSettings, files: ModelFiles) -> DeviceName:
    """Where the model runs and is trained. Raises ConfigError for a GPU that is not there."""
    if settings.device == "cuda" or (settings.device == "auto" and files.kind != "server"):
        return "cuda" if _cuda_works(asked=settings.device == "cuda") else "cpu"
    return "cpu"


def decide(
    engine: Literal["auto", "llama_cpp", "transformers", "openai"],
    device: DeviceName,
    kind: Literal["gguf", "hf", "server"],
) -> EngineName:
    """Which engine runs files of that kind there. Raises ConfigError when none can.

    `auto` is transformers on a GPU (bf16 and QLoRA adapters as they were trained), on the CPU
    llama.cpp, which is many times faster there but reads GGUF files only.
    """
    if (engine == "openai") != (kind == "server") and engine != "auto":
        raise ConfigError(
            f'model.engine = "{engine}" does not go with this model.base',
            'with "openai" it is the address of a server (http://…/v1), else a model',
        )
    if engine == "llama_cpp" and kind != "gguf":
        raise ConfigError(
            'model.engine = "llama_cpp" needs a GGUF file',
            'choose one of `panzad models list`, or engine = "transformers"',
        )
    if engine != "auto":
        return engine
    if kind == "server":
        return "openai"
    return "llama_cpp" if kind == "gguf" and device == "cpu" else "transformers"


def _cuda_works(*, asked: bool) -> bool:
    """Whether torch can use a GPU; torch is loaded only where there is a driver to use."""
    from panzad.engines.machine import this_machine

    works = False
    if this_machine().gpu_memory is not None:
        import torch

        works = torch.cuda.is_available()
    if asked and not works:
        raise ConfigError(
            'model.device = "cuda", but there is no usable NVIDIA GPU',
            'set it to "auto" or "cpu", or check the driver with nvidia-smi',
        )
    return works
