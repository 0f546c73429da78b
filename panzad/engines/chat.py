"""Renders chat messages by the model's own template: one prompt text for training and every engine.

The environment is the one of transformers' `apply_chat_template` (utils/chat_template_utils.py),
rebuilt here so that the llama.cpp path needs no transformers; a test holds the two byte-equal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.nodes import CallBlock
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from panzad.engines.catalogue import ModelFiles
from panzad.engines.gguf_header import read_metadata
from panzad.engines.protocol import ChatMessage
from panzad.errors import ModelDamaged


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """How a model wants its turns written: the template and the special tokens it may name.

    The rendered text holds every special token there is to be, so it is tokenised as it stands
    (`add_special_tokens=False`), else models whose tokenizer adds a BOS would see two.
    """

    template: str
    bos_token: str
    eos_token: str

    def prompt(self, messages: Sequence[ChatMessage]) -> str:
        """`messages` up to the point where the model begins its answer."""
        return render(
            self.template,
            messages,
            bos_token=self.bos_token,
            eos_token=self.eos_token,
            add_generation_prompt=True,
        )


def render(
    template: str,
    messages: Sequence[ChatMessage],
    *,
    bos_token: str,
    eos_token: str,
    add_generation_prompt: bool,
) -> str:
    """The text of `messages` by a Jinja chat template, byte for byte as transformers renders it.

    `enable_thinking` is false: models that can think aloud (Qwen3) are told not to, for a draft
    has no room for it. Raises ModelDamaged when the template is broken or refuses the messages.
    """
    try:
        return _compiled(template).render(
            messages=[{"role": one.role, "content": one.content} for one in messages],
            tools=None,
            documents=None,
            bos_token=bos_token,
            eos_token=eos_token,
            add_generation_prompt=add_generation_prompt,
            enable_thinking=False,
        )
    except jinja2.TemplateError as error:
        raise ModelDamaged(
            f"the model's chat template refuses the prompt ({error})", "choose an instruct model"
        ) from error


def format_of(files: ModelFiles) -> ChatFormat:
    """The format of a base model's files. Raises ModelDamaged when there is no template."""
    return format_of_gguf(files.path) if files.kind == "gguf" else format_of_directory(files.path)


def format_of_gguf(path: Path) -> ChatFormat:
    """The chat format a GGUF file carries. Raises ModelDamaged when it has no chat template."""
    metadata = read_metadata(path)
    template = metadata.get("tokenizer.chat_template")
    tokens = metadata.get("tokenizer.ggml.tokens")
    if not isinstance(template, str) or not isinstance(tokens, list):
        raise _no_template(path)

    def token(kind: str) -> str:
        number = metadata.get(f"tokenizer.ggml.{kind}_token_id")
        return str(tokens[number]) if isinstance(number, int) and number < len(tokens) else ""

    return ChatFormat(template, token("bos"), token("eos"))


def format_of_directory(directory: Path) -> ChatFormat:
    """The chat format of a Hugging Face model directory (`tokenizer_config.json`).

    Raises ModelDamaged when it has no chat template.
    """
    try:
        config = json.loads((directory / "tokenizer_config.json").read_text(encoding="utf-8"))
        separate = directory / "chat_template.jinja"
        template = (
            separate.read_text(encoding="utf-8") if separate.exists() else config["chat_template"]
        )
    except (OSError, ValueError, KeyError) as error:
        raise _no_template(directory) from error
    if isinstance(template, list):  # several named templates (Command R, Hermes)
        template = next((one["template"] for one in template if one["name"] == "default"), "")
    return ChatFormat(
        template,
        _token_text(config.get("bos_token")),
        _token_text(config.get("eos_token")),
    )


def _token_text(value: object) -> str:
    """A special token as tokenizer_config.json writes it: a text, or an AddedToken's fields."""
    if isinstance(value, dict):
        return str(value.get("content", ""))
    return value if isinstance(value, str) else ""


def _no_template(path: Path) -> ModelDamaged:
    return ModelDamaged(
        f"{path.name} has no chat template", "choose an instruct model (`panzad models list`)"
    )


class _Generation(Extension):
    """`{% generation %}`: marks the assistant's part for training masks; it renders as it is."""

    tags = {"generation"}  # noqa: RUF012 - declared so by jinja2's base class

    def parse(self, parser: Parser) -> CallBlock:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return CallBlock(self.call_method("_inner"), [], [], body, lineno=line)

    def _inner(self, caller: Callable[[], str]) -> str:
        return caller()


@lru_cache(maxsize=8)
def _compiled(template: str) -> jinja2.Template:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = _now
    return environment.from_string(template)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    # Jinja's own filter escapes HTML characters.
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


def _refuse(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _now(layout: str) -> str:
    # Templates ask for the local date, as transformers gives it.
    return datetime.now().strftime(layout)  # noqa: DTZ005
