"""How far unrelated mails of one person are from each other: what tells an edited draft from none.

    python -m benchmarks.edits --data FOLDER

For each person's sent mails (`sent.mbox`, or lines of JSON) the distances (drafting/outcome.py)
between pairs drawn at random: their lowest, the quantiles 0.001, 0.01 and 0.5, and the share at or
below the two bounds.
"""

from __future__ import annotations

import random
from pathlib import Path

import click

from benchmarks.mail_files import mails_of
from panzad.drafting.outcome import ALIKE, REWRITTEN, distance
from panzad.learning.intake import own_words

QUANTILES = (0.0, 0.001, 0.01, 0.5)


@click.command()
@click.option("--data", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--pairs", default=20_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(data: Path, pairs: int, seed: int) -> None:
    """Print one line of a table for each folder below --data."""
    click.echo("| mails | lowest | 0.001 | 0.01 | median | alike | rewritten |")
    for path in sorted((*data.rglob("sent.mbox"), *data.rglob("*.jsonl"))):
        found = [text for raw in mails_of(path) if (text := own_words(raw))]
        if len(found) < 2:
            continue
        rng = random.Random(seed)  # noqa: S311 - no secret
        far = sorted(distance(*rng.sample(found, 2)) for _ in range(pairs))
        shown = " | ".join(f"{far[int(one * pairs)]:.2f}" for one in QUANTILES)
        below = [sum(one <= bound for one in far) / pairs for bound in (ALIKE, REWRITTEN)]
        name = path.relative_to(data).as_posix()
        click.echo(f"| `{name}`, {len(found)} | {shown} | {below[0]:.3%} | {below[1]:.3%} |")


if __name__ == "__main__":
    main()
