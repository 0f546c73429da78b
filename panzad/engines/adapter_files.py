"""The files of a trained adapter as an engine reads them: `adapters/<id>/`, checked before use."""

from __future__ import annotations

import json
from pathlib import Path

from panzad.engines.checksums import hash_file
from panzad.errors import ModelDamaged

MANIFEST = "manifest.json"
GGUF = "adapter.gguf"
# What PEFT reads: the low-rank part, and DoRA's magnitudes.
WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
# RoSA's sparse part: for each of PEFT's modules flat places and values.
SPARSE = "sparse.safetensors"
# Of a model trained whole: what is to be added to each of the base's tensors.
DIFFERENCES = "differences.safetensors"


def verify(directory: Path) -> dict[str, str]:
    """The SHA-256 of each of the adapter's files, by name, after comparing them.

    Raises ModelDamaged when the manifest is missing (training writes it last) or a file is not
    what it says.
    """
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        expected: dict[str, str] = manifest["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(f"adapter {directory.name} has no readable manifest") from error
    for name, digest in expected.items():
        path = directory / name
        if not path.is_file():
            raise _damaged(f"adapter {directory.name} lacks {name}")
        if hash_file(path) != digest:
            raise _damaged(f"adapter {directory.name}: {name} is damaged")
    return expected


def _damaged(what: str) -> ModelDamaged:
    return ModelDamaged(what, "go back with `panzad adapters rollback`, or run `panzad train`")
