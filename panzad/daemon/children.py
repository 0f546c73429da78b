"""The daemon's child processes: the model worker on demand, the trainer in its window."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable

import structlog

from panzad.daemon.supervision import Health

log = structlog.get_logger("panzad.daemon")

GRACE_SECONDS = 2.0
RESTART_SECONDS = 30.0


class Child:
    """One child process at a time; it is told to end by end of input, SIGTERM, then SIGKILL."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        self._name = name
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None
        self.stopped = False  # whether it was told to end

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> asyncio.subprocess.Process:
        """Start the process with pipes for its input and output; its log goes where ours goes."""
        self.stopped = False
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        log.info("child.started", child=self._name, pid=self._process.pid)
        return self._process

    def write(self, line: bytes) -> None:
        """Send a line to the process; one that is just leaving may miss it."""
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            with contextlib.suppress(ConnectionError):
                self._process.stdin.write(line)

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """End the process; it has `grace` seconds to leave by itself."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        self.stopped = True
        if process.stdin:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        log.info("child.stopped", child=self._name)


class WorkerChild:
    """The model worker: started by the first wake-up, restarted when it died over its work."""

    def __init__(
        self,
        options: list[str],
        *,
        has_work: Callable[[], bool],
        on_line: Callable[[str], None],
    ) -> None:
        self._child = Child("worker", ["-m", "panzad.worker", *options])
        self._has_work = has_work
        self._on_line = on_line
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There is work."""
        self._wake.set()

    async def run(self, health: Health) -> None:
        """Supervise the worker until cancelled. Raises what keeps it from being started."""
        self._wake.set()  # Work may wait already.
        while True:
            await self._wake.wait()
            self._wake.clear()
            if not self._has_work():
                continue
            process = await self._child.start()
            health.works()
            forward = asyncio.create_task(self._forward_wakes())
            try:
                assert process.stdout is not None
                async for line in process.stdout:
                    self._on_line(line.decode(errors="replace").strip())
                status = await process.wait()
            finally:
                forward.cancel()
            log.info("child.left", child="worker", status=status)
            if status != 0:
                # A crash must not become a busy loop of model loads.
                await asyncio.sleep(RESTART_SECONDS)
            self._wake.set()

    async def stop(self) -> None:
        """End the worker process."""
        await self._child.stop()

    async def _forward_wakes(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._child.write(b"wake\n")


class TrainerChild:
    """The training run of a night, in a process of its own with low priority."""

    def __init__(self, options: list[str]) -> None:
        self._child = Child("trainer", ["-m", "panzad", *options, "train"])

    @property
    def running(self) -> bool:
        """Whether a run started here is under way."""
        return self._child.running

    @property
    def stopped(self) -> bool:
        """Whether the last run was told to end."""
        return self._child.stopped

    async def run(self) -> int:
        """Train; returns the exit status."""
        process = await self._child.start()
        assert process.stdout is not None
        async for _ in process.stdout:
            pass
        return await process.wait()

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Ask the run to leave a checkpoint and end."""
        await self._child.stop(grace)
