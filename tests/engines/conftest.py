"""The engines that several tests share: loading one takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from panzad.engines import environment
from panzad.engines.catalogue import ModelFiles
from panzad.engines.llama_cpp import LlamaCpp
from tests.engines.adapters import random_adapter

environment.prepare()


@pytest.fixture(scope="session")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter directory with its manifest."""
    return random_adapter(tmp_path_factory.mktemp("adapters") / "20260501-020304-abcd")


@pytest.fixture(scope="session")
def llama(base_gguf: ModelFiles) -> Iterator[LlamaCpp]:
    """llama.cpp with the embedded model; a test that gives it an adapter takes it away again."""
    engine = LlamaCpp(base_gguf.path)
    yield engine
    engine.close()
