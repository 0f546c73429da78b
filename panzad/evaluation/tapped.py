"""An engine that is listened to: what it was asked, and no longer answers than are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from panzad.engines.protocol import ChatMessage, Engine, Generation, Sampling


class Tapped:
    """An engine with the prompt it was asked last, and answers of at most `limit` tokens (0: any).

    A likelihood is to be taken of the very prompt that a draft was written by.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name
        self.asked: tuple[ChatMessage, ...] = ()
        self.limit = 0

    def generate(
        self, messages: Sequence[ChatMessage], sampling: Sampling, *, adapter: bool
    ) -> Generation:
        """As the engine does."""
        self.asked = tuple(messages)
        if self.limit:
            sampling = replace(sampling, max_tokens=min(sampling.max_tokens, self.limit))
        return self._engine.generate(messages, sampling, adapter=adapter)

    def use_adapter(self, directory: Path | None) -> None:
        """As the engine does."""
        self._engine.use_adapter(directory)

    def count_tokens(self, text: str) -> int:
        """As the engine does."""
        return self._engine.count_tokens(text)

    def close(self) -> None:
        """As the engine does."""
        self._engine.close()
