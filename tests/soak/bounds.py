"""How much the daemon may grow in an hour and do in a minute of nothing: said here only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.soak.measures import slope
from tests.soak.play import Hour, Idle

# The first hour fills caches and the arenas of malloc.
WARM_HOURS = 1
# Each connection compiles patterns of its own (imaplib's tags), of which `re` keeps the last 512;
# what threads have freed is used again only in part.
DAEMON_MB_AN_HOUR = 1.0
# Of 670: torch, the embedder and the model. Runs of eight hours gave 1.5 to 1.8.
WORKER_MB_AN_HOUR = 2.5
DESCRIPTORS_AN_HOUR = 0.2
IDLE_CPU_SECONDS_A_MINUTE = 0.5
# Of each account, with three folders that are watched.
WAITS_A_MINUTE = 120.0


def beyond(hours: Sequence[Hour], idle: Idle | None, accounts: int) -> list[str]:
    """Where the figures of a run are beyond what they may be."""
    return [*_growth(hours[WARM_HOURS:]), *(_rest(idle, accounts) if idle else ())]


def _growth(hours: Sequence[Hour]) -> Iterator[str]:
    for name, uses, most in (
        ("daemon", [hour.daemon for hour in hours], DAEMON_MB_AN_HOUR),
        ("worker", [hour.worker for hour in hours], WORKER_MB_AN_HOUR),
    ):
        for what, values, bound in (
            ("MB", [one.megabytes for one in uses], most),
            ("descriptors", [float(one.descriptors) for one in uses], DESCRIPTORS_AN_HOUR),
            ("threads", [float(one.threads) for one in uses], DESCRIPTORS_AN_HOUR),
        ):
            if (grown := slope(values)) > bound:
                yield f"the {name} grows by {grown:.2f} {what} an hour"


def _rest(idle: Idle, accounts: int) -> Iterator[str]:
    minutes = idle.seconds / 60
    if idle.daemon_cpu_seconds > IDLE_CPU_SECONDS_A_MINUTE * minutes:
        yield f"the idle daemon takes {idle.daemon_cpu_seconds:.2f} s of the CPU"
    if idle.waits_a_minute > WAITS_A_MINUTE * accounts:
        yield f"the idle daemon wakes {idle.waits_a_minute:.0f} times a minute"
