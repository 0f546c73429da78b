"""How many mails a second are parsed and extracted on one core, corpus by corpus.

Every mail of the folder is also put through all that panzad makes of a mail (`everything_about`),
so the count is that of mails which end without an exception.

    python -m benchmarks.mail_speed --data DIR [--repeats 3]
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import click

from benchmarks.mail_files import mails
from panzad.mail.extract import extract
from panzad.mail.parse import parse
from tests.mail.pipeline import everything_about


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--repeats", default=3, show_default=True, help="The fastest run counts.")
def main(data: Path, repeats: int) -> None:
    """Print mails, megabytes and mails a second (processor time) of every corpus, as JSON."""
    corpora = defaultdict[str, list[bytes]](list)
    for corpus, raw in mails(data):
        everything_about(raw)
        corpora[corpus].append(raw)
    figures = {name: _figures(found, repeats) for name, found in corpora.items()}
    everything = [raw for found in corpora.values() for raw in found]
    click.echo(json.dumps({**figures, "all": _figures(everything, repeats)}, indent=2))


def _figures(found: Sequence[bytes], repeats: int) -> dict[str, float]:
    best = min(_seconds(found) for _ in range(repeats))
    return {
        "mails": len(found),
        "megabytes": round(sum(map(len, found)) / 1e6, 2),
        "mails_a_second": round(len(found) / best),
    }


def _seconds(found: Sequence[bytes]) -> float:
    started = process_time()
    for raw in found:
        extract(parse(raw))
    return process_time() - started


if __name__ == "__main__":
    main()
