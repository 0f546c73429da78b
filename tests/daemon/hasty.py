"""An event loop on which waiting takes no time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import pytest

from panzad.daemon import account, supervision

T = TypeVar("T")


class HastyLoop(asyncio.SelectorEventLoop):
    """When nothing is to be done and no thread is at work, its clock jumps to the next timer."""

    def __init__(self) -> None:
        self.skipped = 0.0
        self.at_work = 0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return super().time() + self.skipped


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: HastyLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None or self._loop.at_work:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self._loop.skipped += max(timeout, 0.0)
        return ready


def run_hastily(monkeypatch: pytest.MonkeyPatch, main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine of the daemon's to its end on a HastyLoop."""
    loop = HastyLoop()
    in_thread: Callable[..., Awaitable[Any]] = supervision.in_thread

    async def counted(*arguments: Any) -> Any:
        loop.at_work += 1
        try:
            return await in_thread(*arguments)
        finally:
            loop.at_work -= 1

    for module in (account, supervision):
        monkeypatch.setattr(module, "in_thread", counted)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main)
