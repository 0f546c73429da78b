"""An adapter directory can be trusted, or says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from panzad.errors import ModelDamaged
from panzad.training import manifest


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    (tmp_path / "weights").write_bytes(b"0123456789")
    manifest.write(tmp_path, {"id": "a1"}, ("weights",))
    return tmp_path


class TestVerify:
    def test_whole_adapter_gives_its_facts(self, adapter: Path) -> None:
        assert manifest.verify(adapter)["id"] == "a1"

    @pytest.mark.parametrize("content", [b"0123456780", b"012345", b""])
    def test_a_changed_file_is_named(self, adapter: Path, content: bytes) -> None:
        (adapter / "weights").write_bytes(content)
        with pytest.raises(ModelDamaged, match="weights is damaged: go back with") as caught:
            manifest.verify(adapter)
        assert caught.value.exit_code == 6

    def test_a_missing_file_is_named(self, adapter: Path) -> None:
        (adapter / "weights").unlink()
        with pytest.raises(ModelDamaged, match="lacks weights"):
            manifest.verify(adapter)

    def test_a_directory_without_manifest_is_unfinished(self, tmp_path: Path) -> None:
        with pytest.raises(ModelDamaged, match="no readable manifest"):
            manifest.verify(tmp_path)
