"""The real daemon in hurried hours: `python -m tests.soak.hurried FILE --state DIR run`.

Nothing of panzad is changed but the pause between two syncs, and how long drafts are. SIGUSR1 gives
the daemon its own pause back. At SIGUSR2 it writes into FILE how often it has waited for something
since it began: getrusage(2) counts threads that are no more, which /proc does not.
"""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

import panzad.cli
from panzad.daemon import account, children

SYNC_SECONDS = 2.0


class _Child(children.Child):
    """A child process of the daemon's; the model worker writes short drafts."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        if name == "worker":
            arguments = ["-m", "tests.soak.hurried_worker", *arguments[2:]]
        super().__init__(name, arguments)


def main() -> None:
    """Be panzad, in a hurry."""
    woken = Path(sys.argv.pop(1))
    usual = account.SYNC_SECONDS

    def calm_down(*_: object) -> None:
        account.SYNC_SECONDS = usual

    def tell(*_: object) -> None:
        partial = woken.with_suffix(".partial")
        partial.write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw))
        partial.replace(woken)

    account.SYNC_SECONDS = SYNC_SECONDS
    children.Child = _Child
    signal.signal(signal.SIGUSR1, calm_down)
    signal.signal(signal.SIGUSR2, tell)
    panzad.cli.main()


if __name__ == "__main__":
    main()
