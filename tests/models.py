"""The real embedded model for the tests: pulled once, or taken from PANZAD_TEST_MODELS."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from panzad.engines.catalogue import DEFAULT, ModelFiles, resolve


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder with the embedded model; `make test` puts it there."""
    folder = Path(os.environ.get("PANZAD_TEST_MODELS", ".panzad/models")).resolve()
    if not (folder / DEFAULT).is_dir():
        pytest.fail(f"no model under {folder}: run `make test`, or set PANZAD_TEST_MODELS")
    return folder


@pytest.fixture(scope="session")
def base_gguf(models_dir: Path) -> ModelFiles:
    """The embedded model's files."""
    return resolve(DEFAULT, models_dir)
