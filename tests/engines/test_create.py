"""Which engine serves which files, and that nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from panzad.engines.catalogue import ModelFiles
from panzad.engines.create import create_engine, decide
from panzad.errors import ConfigError

IMPORTS = """
import sys
import panzad.cli.models
import panzad.engines.catalogue, panzad.engines.chat, panzad.engines.create
import panzad.engines.download, panzad.engines.openai_server, panzad.engines.protocol
heavy = {"torch", "transformers", "peft", "xllamacpp", "bitsandbytes", "huggingface_hub", "gguf"}
print(*sorted(heavy & set(sys.modules)))
"""


@dataclass(frozen=True)
class Settings:
    engine: Literal["auto", "llama_cpp", "transformers", "openai"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"


class TestDecide:
    @pytest.mark.parametrize(
        ("wanted", "device", "kind", "engine"),
        [
            ("auto", "cpu", "gguf", "llama_cpp"),
            ("auto", "cpu", "hf", "transformers"),
            ("auto", "cuda", "gguf", "transformers"),
            ("auto", "cuda", "hf", "transformers"),
            ("auto", "cpu", "server", "openai"),
            ("openai", "cpu", "server", "openai"),
            ("llama_cpp", "cuda", "gguf", "llama_cpp"),
            ("transformers", "cpu", "gguf", "transformers"),
        ],
    )
    def test_the_engine_for_these_files_on_this_device(
        self, wanted: Any, device: Any, kind: Any, engine: str
    ) -> None:
        assert decide(wanted, device, kind) == engine

    @pytest.mark.parametrize(
        ("wanted", "kind", "why"),
        [
            ("openai", "gguf", "the address of a server"),
            ("llama_cpp", "server", "the address of a server"),
            ("transformers", "server", "the address of a server"),
            ("llama_cpp", "hf", "needs a GGUF file"),
        ],
    )
    def test_an_engine_that_cannot_read_the_files_is_a_config_error(
        self, wanted: Any, kind: Any, why: str
    ) -> None:
        with pytest.raises(ConfigError, match=why):
            decide(wanted, "cpu", kind)


class TestCreateEngine:
    def test_cuda_without_a_gpu_is_a_config_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")  # no nvidia-smi, as on a machine without a driver
        files = ModelFiles("tiny", "gguf", Path("tiny.gguf"), "f")
        with pytest.raises(ConfigError, match="no usable NVIDIA GPU"):
            create_engine(Settings(device="cuda"), files)

    def test_a_server_needs_no_model_library(self) -> None:
        files = ModelFiles("http://127.0.0.1:1/v1", "server", Path(), "f")
        assert create_engine(Settings(), files).name == "openai"

    def test_nothing_heavy_is_imported_before_an_engine_is_created(self) -> None:
        done = subprocess.run(
            [sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == ""
