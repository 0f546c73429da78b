"""Plays hours of busy mailboxes beside the real daemon, and says what it held, cost and did wrong.

    python -m benchmarks.soak --hours 8 --accounts 3 --seed 1 [--models FOLDER]

Each hour lasts as long as the work in it (tests/soak/play.py). After the last one nothing happens
for a minute, by the daemon's usual clock. Ends with 1 when anything is wrong, also when the daemon
grows or does not rest.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from panzad.engines.catalogue import DEFAULT, resolve
from tests.engines.shallow import write_first_layers
from tests.soak import checks
from tests.soak.bounds import beyond
from tests.soak.play import Hour, Restless, playing

_LAYERS = 2
_IDLE_SECONDS = 60.0
_LINE = "{:>4} {:>5} {:>7.0f} {:>9.1f} {:>3} {:>7} {:>9.1f} {:>3} {:>7} {:>5}"
_HEAD = "hour  acts seconds daemon MB fds threads worker MB fds threads wrong"


@click.command()
@click.option("--hours", default=8, show_default=True)
@click.option("--accounts", default=3, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--models", type=click.Path(path_type=Path), default=Path(".panzad/models"), show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="One object in place of the table.")
def main(hours: int, accounts: int, seed: int, models: Path, as_json: bool) -> None:
    """Print a line for each hour, then the idle minute and what is wrong."""
    past: list[Hour] = []
    wrong: list[str] = []
    idle = None
    with tempfile.TemporaryDirectory(prefix="soak-") as work:
        base = Path(work) / "base.gguf"
        write_first_layers(resolve(DEFAULT, models).path, base, _LAYERS)
        with playing(Path(work), base, accounts, seed) as soak:
            if not as_json:
                click.echo(_HEAD)
            try:
                for number in range(1, hours + 1):
                    past.append(soak.hour(number))
                    wrong += past[-1].wrong
                    if not as_json:
                        click.echo(_line(past[-1]))
                idle = soak.idles(_IDLE_SECONDS)
                wrong += soak.ends()
            except Restless as error:
                wrong.append(f"hour {len(past) + 1}: it does not come to rest: {error}")
            acts = dict(soak.acts.most_common())
            marks = dict(checks.states(soak.state).most_common())
    wrong += beyond(past, idle, accounts)
    told = {
        "seed": seed,
        "accounts": accounts,
        "acts": acts,
        "marks": marks,
        "wrong": list(dict.fromkeys(wrong)),
    }
    told["idle"] = asdict(idle) | {"waits_a_minute": idle.waits_a_minute} if idle else None
    if as_json:
        told["hours"] = [asdict(hour) for hour in past]
    click.echo(json.dumps(told, indent=None if as_json else 1))
    raise SystemExit(1 if wrong else 0)


def _line(hour: Hour) -> str:
    uses = [
        value
        for use in (hour.daemon, hour.worker)
        for value in (use.megabytes, use.descriptors, use.threads)
    ]
    return _LINE.format(hour.number, hour.acts, hour.seconds, *uses, len(hour.wrong))


if __name__ == "__main__":
    main()
