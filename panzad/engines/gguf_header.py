"""Reads the metadata of a GGUF file without its tensors: what chat.py and the catalogue ask of it.

The `gguf` package's reader builds numpy views of every token of the vocabulary, which takes
longer than loading the model does; this one walks the same bytes once and keeps what is needed.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from panzad.errors import ModelDamaged

GgufValue = int | float | bool | str | list["GgufValue"]

_MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
_U32, _U64 = _SCALARS[4], _SCALARS[10]
# Longest string and array a vocabulary or a template can hold: a damaged length must not
# make us allocate gigabytes.
_MAX_STRING = 16 * 2**20
_MAX_ARRAY = 2**24


def read_metadata(path: Path) -> dict[str, GgufValue]:
    """Every key of the file's metadata; arrays as lists.

    Raises ModelDamaged when this is no GGUF file or ends within its header.
    """
    with path.open("rb") as file, _told(path):
        return _metadata(file)[1]


def count_weights(path: Path) -> int:
    """How many numbers the file's tensors hold. Raises ModelDamaged as `read_metadata` does."""
    with path.open("rb") as file, _told(path):
        tensors, _ = _metadata(file)
        return sum(_tensor_size(file) for _ in range(tensors))


def _tensor_size(file: BinaryIO) -> int:
    _string(file)  # its name
    shape = [_number(file, _U64) for _ in range(_number(file, _U32))]
    _number(file, _U32)  # its type
    _number(file, _U64)  # where it begins
    return math.prod(shape)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise ModelDamaged(
            f"{path.name} is not a readable GGUF file ({error})", "pull or copy the model again"
        ) from error


def _metadata(file: BinaryIO) -> tuple[int, dict[str, GgufValue]]:
    """How many tensors there are, and the metadata; the file is then at the first tensor's name."""
    if file.read(4) != _MAGIC:
        raise ValueError("it does not begin with GGUF")
    version = _number(file, _U32)
    if version not in (2, 3):
        raise ValueError(f"version {version} is not known")
    tensors = _number(file, _U64)
    count = _number(file, _U64)
    metadata: dict[str, GgufValue] = {}
    for _ in range(count):
        key = _string(file)
        metadata[key] = _value(file, _number(file, _U32))
    return tensors, metadata


def _value(file: BinaryIO, kind: int) -> GgufValue:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        return _array(file)
    if kind not in _SCALARS:
        raise ValueError(f"type {kind} is not known")
    return _SCALARS[kind].unpack(file.read(_SCALARS[kind].size))[0]


def _array(file: BinaryIO) -> list[GgufValue]:
    kind, length = _number(file, _U32), _number(file, _U64)
    if length > _MAX_ARRAY:
        raise ValueError(f"an array of {length} values")
    if kind not in _SCALARS:
        return [_value(file, kind) for _ in range(length)]
    one = _SCALARS[kind]
    many = struct.Struct(f"<{length}{one.format[1:]}")
    return list(many.unpack(file.read(many.size)))


def _string(file: BinaryIO) -> str:
    length = _number(file, _U64)
    if length > _MAX_STRING:
        raise ValueError(f"a text of {length} bytes")
    data = file.read(length)
    if len(data) < length:
        raise ValueError("it ends too early")
    # Byte-level vocabularies hold tokens that are no UTF-8 on their own.
    return data.decode("utf-8", errors="replace")


def _number(file: BinaryIO, layout: struct.Struct) -> int:
    return layout.unpack(file.read(layout.size))[0]
