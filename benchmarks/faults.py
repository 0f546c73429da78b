"""Lives days of a mailbox over bad networks and compares how they end with a day over a good one.

    python -m benchmarks.faults --count 1000 --seed 1 [--start N]

A day is made of its seed and its number alone (tests/servers/schedules.py says what happens in it),
so `--start NUMBER --count 1` gives its troubles again. Ends with 1 when a day ended otherwise.
"""

from __future__ import annotations

import json
import logging
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import click
import structlog

from tests.servers.dovecot import DovecotServer
from tests.servers.schedules import End, Lived, Trouble, live, schedule

_TOLD_EVERY = 25


@click.command()
@click.option("--count", default=1000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--start", default=0, show_default=True, help="The number of the first day.")
def main(count: int, seed: int, start: int) -> None:
    """Print the days that ended otherwise, and what there was of troubles, as JSON."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = time.monotonic()
    faults: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as work,
        DovecotServer(Path(work) / "dovecot") as server,
    ):
        undisturbed = _day(server, work, "undisturbed", ()).end
        for number in range(start, start + count):
            totals["days"] += 1
            wrong = _told(server, work, seed, number, undisturbed, faults, totals)
            totals["wrong"] += wrong
            if totals["days"] % _TOLD_EVERY == 0 or totals["days"] == count:
                figures = {"seed": seed, "start": start, **totals, "faults": dict(faults)}
                figures["seconds"] = round(time.monotonic() - began)
                click.echo(json.dumps(figures))
    raise SystemExit(1 if totals["wrong"] else 0)


def _told(
    server: DovecotServer,
    work: str,
    seed: int,
    number: int,
    undisturbed: End,
    faults: Counter[str],
    totals: Counter[str],
) -> bool:
    """Live one day, count its troubles, and say what went wrong with it, if anything did."""
    try:
        lived = _day(server, work, f"{seed}-{number}", schedule(seed, number))
    except Exception:
        click.echo(f"seed {seed} number {number}: {traceback.format_exc(limit=-4)}")
        return True
    faults.update(fault.kind.value for fault in lived.faults)
    totals.update(failures=lived.failures, logins=lived.logins)
    wrong = lived.end.differences(undisturbed)
    for line in wrong:
        click.echo(f"seed {seed} number {number}: {line}")
    return bool(wrong)


def _day(server: DovecotServer, work: str, name: str, troubles: tuple[Trouble, ...]) -> Lived:
    with tempfile.TemporaryDirectory(dir=work) as state:
        return live(server, f"{name}@example.org", Path(state), troubles)


if __name__ == "__main__":
    main()
