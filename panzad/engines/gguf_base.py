"""Lets transformers read a base model's files: GGUF once for all and with llama.cpp's own tokens.

The GPU engine and the training read them here, so that what is learnt is what is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import gguf
from tokenizers import pre_tokenizers
from transformers import AutoTokenizer

from panzad.engines.catalogue import ModelFiles
from panzad.engines.gguf_header import read_metadata
from panzad.errors import ModelDamaged


@contextmanager
def readable(files: ModelFiles) -> Iterator[None]:
    """Within this, files that transformers cannot make sense of are told as ModelDamaged."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise ModelDamaged(
            f"transformers cannot load {files.path} ({error})", "pull the model again"
        ) from error


def tokenizer_of(files: ModelFiles) -> Any:
    """The model's tokenizer; for a GGUF file it gives the tokens that llama.cpp gives."""
    if files.kind == "hf":
        return AutoTokenizer.from_pretrained(files.path)
    tokenizer = AutoTokenizer.from_pretrained(files.path.parent, gguf_file=files.path.name)
    tokenise_as_llama_cpp(tokenizer, files.path)
    return tokenizer


def token_counter(files: ModelFiles) -> Callable[[str], int]:
    """Counts the tokens of a text as the engines do (`Engine.count_tokens`).

    Raises ModelDamaged when transformers cannot read the files.
    """
    with readable(files), read_once():
        tokenizer = tokenizer_of(files)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))


@contextmanager
def read_once() -> Iterator[None]:
    """Within this, transformers opens a GGUF file once.

    It builds a reader for the configuration, for the tokenizer and for the weights, each walking
    100,000 vocabulary entries, and the table of tensor names once per module of the model
    (get_gguf_hf_weights_map): together two thirds of the loading time of a small model.
    """
    reader, names = gguf.GGUFReader, gguf.get_tensor_name_map
    gguf.GGUFReader = lru_cache(maxsize=1)(reader)  # pyright: ignore[reportAttributeAccessIssue]
    gguf.get_tensor_name_map = lru_cache(maxsize=1)(names)
    try:
        yield
    finally:
        gguf.GGUFReader, gguf.get_tensor_name_map = reader, names


def tokenise_as_llama_cpp(tokenizer: Any, path: Path) -> None:
    """Give `tokenizer` the pre-tokenisation that the file's `tokenizer.ggml.pre` asks for.

    transformers reads every byte-level vocabulary as GPT-2's. SmolLM2's (`smollm`) takes single
    digits out first, so that "\\n\\n1." begins with one token for both line ends; by GPT-2's rule
    they are two, a text that the model never saw and llama.cpp never asks it to write.
    """
    if read_metadata(path).get("tokenizer.ggml.pre") != "smollm":
        return
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True),
        ]
    )
