"""What every engine does: answer chat messages with text, with or without the adapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from panzad.errors import PanzadError


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of the chat layout that a model's template renders."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How text is drawn: greedy at `temperature` 0, reproducible under a fixed `seed`."""

    max_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    repeat_penalty: float = 1.0


@dataclass(frozen=True, slots=True)
class Generation:
    """The text an engine wrote; `truncated` when it ran into `max_tokens`."""

    text: str
    prompt_tokens: int
    tokens: int
    truncated: bool
    seconds: float


class Engine(Protocol):
    """A loaded model. Not thread-safe: one caller at a time."""

    name: str

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        """Continue `messages` with an assistant turn; `adapter=False` asks the base model."""
        ...

    def use_adapter(self, directory: Path | None) -> None:
        """Serve the adapter in `adapters/<id>/`, or the base model alone.

        Raises ModelDamaged when the adapter's files do not match its manifest.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """Length of `text` in the model's tokens, special tokens not added."""
        ...

    def close(self) -> None:
        """Free the model's memory."""
        ...


def too_long(tokens: int, context: int) -> PanzadError:
    """What a user is told of a prompt that leaves no room for an answer."""
    return PanzadError(
        f"the prompt has {tokens} tokens, the model takes {context}",
        "shorten the instruction, or choose a model with a longer context",
    )
