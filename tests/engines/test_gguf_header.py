"""Reading a GGUF header: what the gguf package writes comes back, and damage is named."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panzad.engines.gguf_header import count_weights, read_metadata
from panzad.errors import ModelDamaged

KEYS = st.text(alphabet="abcdefghijklmnop.", min_size=1, max_size=20).map("general.".__add__)
SINGLE = st.one_of(
    st.booleans(),
    st.integers(0, 2**31 - 1),
    st.text(max_size=40),
)
ARRAYS = st.one_of(
    st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=5),
    st.lists(st.text(max_size=9), min_size=1, max_size=5),
)


def write(path: Path, values: dict[str, object]) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    for key, value in values.items():
        match value:
            case bool():
                writer.add_bool(key, value)
            case int():
                writer.add_uint32(key, value)
            case str():
                writer.add_string(key, value)
            case list():
                writer.add_array(key, value)
            case _:
                raise AssertionError(value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gguf") / "model.gguf"


class TestReadMetadata:
    @settings(max_examples=50, deadline=None)
    @given(values=st.dictionaries(KEYS, st.one_of(SINGLE, ARRAYS), max_size=6))
    def test_what_was_written_comes_back(self, place: Path, values: dict[str, object]) -> None:
        # The writer leaves empty texts out.
        values = {key: value for key, value in values.items() if value != ""}
        place.unlink(missing_ok=True)
        write(place, values)
        assert read_metadata(place) == {"general.architecture": "llama", **values}

    def test_a_file_cut_anywhere_in_its_header_is_damaged(self, tmp_path: Path) -> None:
        whole = tmp_path / "whole.gguf"
        write(whole, {"general.name": "Ahoy", "tokenizer.ggml.tokens": ["a", "bc"]})
        content = whole.read_bytes()
        header = content.rindex(b"bc") + 2
        cut = tmp_path / "cut.gguf"
        for length in range(header):
            cut.write_bytes(content[:length])
            with pytest.raises(ModelDamaged, match=r"cut\.gguf is not a readable GGUF file"):
                read_metadata(cut)

    def test_something_else_is_no_gguf_file(self, tmp_path: Path) -> None:
        page = tmp_path / "model.gguf"
        page.write_text("<!doctype html><title>404</title>")
        with pytest.raises(ModelDamaged, match="does not begin with GGUF"):
            read_metadata(page)

    def test_an_absurd_length_is_refused_before_memory_is_taken(self, tmp_path: Path) -> None:
        broken = tmp_path / "model.gguf"
        broken.write_bytes(
            b"GGUF"
            + (3).to_bytes(4, "little")
            + (0).to_bytes(8, "little")
            + (1).to_bytes(8, "little")
            + (2**60).to_bytes(8, "little")
        )
        with pytest.raises(ModelDamaged, match="a text of"):
            read_metadata(broken)


class TestCountWeights:
    def test_of_all_tensors_whatever_their_type(self, tmp_path: Path) -> None:
        path = tmp_path / "model.gguf"
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_tensor("norm", np.ones(7, np.float32))
        packed = gguf.quants.quantize(np.ones((4, 64), np.float32), gguf.GGMLQuantizationType.Q8_0)
        writer.add_tensor("matrix", packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        assert count_weights(path) == 7 + 4 * 64
