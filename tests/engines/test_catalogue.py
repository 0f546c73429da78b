"""Which model is meant, where its files lie, and that a changed file is noticed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from panzad.engines.catalogue import CATALOGUE, CHECKSUMS, DEFAULT, choose, named, resolve
from panzad.engines.checksums import hash_file, sha256_of
from panzad.engines.machine import Machine
from panzad.errors import ModelDamaged, ModelMissing

GB = 10**9


def hub_model(directory: Path) -> Path:
    """A Hugging Face directory as `panzad models pull` leaves it."""
    directory.mkdir(parents=True)
    (directory / "config.json").write_text('{"model_type": "llama"}')
    (directory / "model.safetensors").write_bytes(b"weights")
    names = ("config.json", "model.safetensors")
    sums = {name: hash_file(directory / name) for name in names}
    (directory / CHECKSUMS).write_text(json.dumps(sums))
    return directory


def rewrite(path: Path, content: bytes) -> None:
    """Change a file as a faulty disk does: its times stay."""
    status = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


class TestChoose:
    @pytest.mark.parametrize(
        ("machine", "name"),
        [
            (Machine(4 * GB, None), DEFAULT),
            (Machine(16 * GB, None), "qwen2.5-0.5b-instruct"),
            (Machine(32 * GB, None), "smollm2-1.7b-instruct"),
            (Machine(512 * GB, None), "smollm2-1.7b-instruct"),
            (Machine(16 * GB, 8 * GB), "smollm2-1.7b-instruct"),
            (Machine(64 * GB, 24 * GB), "qwen3-4b-instruct-2507"),
            (Machine(64 * GB, 80 * GB), "qwen3-8b"),
            (Machine(8 * GB, 1 * GB), DEFAULT),
        ],
    )
    def test_the_largest_model_that_machine_can_train_and_write_with(
        self, machine: Machine, name: str
    ) -> None:
        assert choose(machine).name == name


class TestCatalogue:
    def test_spans_a_tenth_of_a_billion_to_nine_billion_parameters_with_free_licences(self) -> None:
        sizes = [one.parameters for one in CATALOGUE]
        assert sizes == sorted(sizes)
        assert 1e8 < sizes[0] < 2e8
        assert 7e9 < sizes[-1] <= 9e9
        assert {one.licence for one in CATALOGUE} <= {"Apache-2.0", "MIT"}

    def test_a_hugging_face_id_means_the_original_weights_not_the_catalogues_file(self) -> None:
        assert named("Qwen3-8B") is CATALOGUE[-1]
        assert named(CATALOGUE[-1].hf_id) is None


class TestResolve:
    @pytest.mark.parametrize("base", [DEFAULT, "qwen3-8b", "someone/some-model"])
    def test_a_missing_model_names_the_command_that_gets_it(
        self, tmp_path: Path, base: str
    ) -> None:
        with pytest.raises(ModelMissing, match=f"run `panzad models pull {base}`"):
            resolve(base, tmp_path)

    @pytest.mark.model
    def test_the_embedded_model_is_what_the_catalogue_says(self, models_dir: Path) -> None:
        files = resolve(DEFAULT, models_dir)
        assert files.kind == "gguf"
        assert files.path.stat().st_size == CATALOGUE[0].gguf_bytes

    def test_another_file_under_the_catalogues_name_is_damaged(self, tmp_path: Path) -> None:
        path = tmp_path / DEFAULT / "SmolLM2-135M-Instruct.Q4_1.gguf"
        path.parent.mkdir()
        path.write_bytes(b"GGUF but cut")
        with pytest.raises(ModelDamaged, match=f"run `panzad models pull {DEFAULT}` again"):
            resolve(DEFAULT, tmp_path)

    def test_a_pulled_hub_model_is_its_directory(self, tmp_path: Path) -> None:
        directory = hub_model(tmp_path / "someone--some-model")
        files = resolve("someone/some-model", tmp_path)
        assert (files.kind, files.path) == ("hf", directory)

    def test_a_hub_model_with_a_truncated_weight_file_is_damaged(self, tmp_path: Path) -> None:
        directory = hub_model(tmp_path / "someone--some-model")
        resolve("someone/some-model", tmp_path)
        rewrite(directory / "model.safetensors", b"weig")
        with pytest.raises(ModelDamaged, match=r"model\.safetensors is not the file it should be"):
            resolve("someone/some-model", tmp_path)

    def test_a_hub_model_that_lost_a_file_is_damaged(self, tmp_path: Path) -> None:
        directory = hub_model(tmp_path / "someone--some-model")
        (directory / "model.safetensors").unlink()
        with pytest.raises(ModelDamaged, match=r"lacks model\.safetensors"):
            resolve("someone/some-model", tmp_path)

    def test_a_path_of_the_users_own_is_taken_as_it_is(self, tmp_path: Path) -> None:
        own = tmp_path / "own" / "tiny.gguf"
        own.parent.mkdir()
        own.write_bytes(b"GGUF")
        first = resolve(str(own), tmp_path / "models")
        assert (first.name, first.kind, first.path) == ("tiny", "gguf", own)
        own.write_bytes(b"GGUF, another one")
        assert resolve(str(own), tmp_path / "models").fingerprint != first.fingerprint

    def test_a_directory_changes_its_fingerprint_with_its_weights_not_with_its_readme(
        self, tmp_path: Path
    ) -> None:
        directory = hub_model(tmp_path / "own")
        (directory / CHECKSUMS).unlink()
        first = resolve(str(directory), tmp_path).fingerprint
        (directory / "README.md").write_text("about")
        assert resolve(str(directory), tmp_path).fingerprint == first
        (directory / "model.safetensors").write_bytes(b"finer weights")
        assert resolve(str(directory), tmp_path).fingerprint != first

    def test_a_server_of_the_users_own_is_its_address(self, tmp_path: Path) -> None:
        files = resolve("http://127.0.0.1:8080/v1", tmp_path)
        assert (files.kind, files.name) == ("server", "http://127.0.0.1:8080/v1")


class TestChecksums:
    def test_a_file_is_read_once_and_again_when_size_or_time_change(self, tmp_path: Path) -> None:
        path, memory = tmp_path / "model.gguf", tmp_path / "models"
        path.write_bytes(b"12345678")
        first = sha256_of(path, memory)
        rewrite(path, b"87654321")
        assert sha256_of(path, memory) == first  # not read: size and time are the same
        os.utime(path, ns=(0, 10**18))
        assert sha256_of(path, memory) == hash_file(path) != first
        rewrite(path, b"8765")
        assert sha256_of(path, memory) == hash_file(path)

    def test_what_a_disk_has_spoilt_is_noticed_within_a_week(self, tmp_path: Path) -> None:
        path, memory = tmp_path / "model.gguf", tmp_path / "models"
        path.write_bytes(b"12345678")
        day = 86_400.0
        first = sha256_of(path, memory, now=lambda: 100 * day)
        rewrite(path, b"12345679")
        assert sha256_of(path, memory, now=lambda: 106 * day) == first
        assert sha256_of(path, memory, now=lambda: 107 * day) == hash_file(path) != first

    def test_a_broken_memory_only_costs_time(self, tmp_path: Path) -> None:
        path = tmp_path / "model.gguf"
        path.write_bytes(b"12345678")
        (tmp_path / "checked.json").write_text("{half")
        assert sha256_of(path, tmp_path) == hash_file(path)
