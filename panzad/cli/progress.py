"""One look for every progress bar."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def bars(*figures: ProgressColumn) -> Progress:
    """Progress bars on standard error with these figures (done of how many, and the times).

    Silent where that is no terminal.
    """
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *(figures or (MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())),
        console=console,
        disable=not console.is_terminal,
    )
