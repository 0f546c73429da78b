"""structlog, set up once per process: events with keys on standard error, console or JSON.

The content of mail is never logged; events carry ids.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

import structlog

from panzad.errors import PanzadError, unexpected
from panzad.logfile import ToFile

log = structlog.get_logger()


def configure(*, verbose: bool, process: str, file: Path | None = None) -> None:
    """Log to standard error, readable on a terminal, JSON lines elsewhere; and to `file`.

    A command on a terminal has bars and results of its own to show: there only warnings are
    logged, unless `verbose`.
    """
    at_hand = sys.stderr.isatty() and process != "daemon"
    level = logging.DEBUG if verbose else logging.WARNING if at_hand else logging.INFO
    renderer = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            *([ToFile(file)] if file is not None else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(process=process)


def told(cause: Exception, event: str, **about: object) -> PanzadError:
    """What a user is told of `cause`; a defect of ours is logged as `event`, with where it is."""
    if isinstance(cause, PanzadError):
        return cause
    log.error(event, **about, error=type(cause).__name__, at=traced(cause))
    return unexpected(cause)


def traced(error: BaseException) -> list[str]:
    """Where an unexpected error comes from, innermost last, without its message.

    The messages of Python's errors quote what they failed on, and that may be mail.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames]
