"""Which mails are taken for automatic, and why sent mails are not learnt from, on real mail.

python -m benchmarks.kinds --data DIR

DIR holds `nasty/bounces` (one mail a file, all automatic), `enron/*` and `threads/*` (in each an
`inbox.mbox` and a `sent.mbox`, all written by people but for what `--names` lists as fired on).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from panzad.mail import mbox
from panzad.mail.classify import kind
from panzad.mail.extract import extract
from panzad.mail.message import Message
from panzad.mail.parse import parse
from panzad.mail.usable import reason_unused


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--names", is_flag=True, help="List each miss and each ordinary mail it fires on.")
def main(data: Path, names: bool) -> None:
    """Print one JSON object: kinds by corpus, and reasons by sent folder."""
    figures: dict[str, Any] = {}
    misses = [one for one in _bounces(data) if kind(one) != "automatic"]
    total = sum(1 for _ in _bounces(data))
    figures["bounces"] = {"mails": total, "automatic": total - len(misses)}
    fired: list[Message] = []
    for path in sorted([*data.glob("enron/*/*.mbox"), *data.glob("threads/*/*.mbox")]):
        kinds: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for message in _mbox(path):
            kinds[kind(message)] += 1
            if kind(message) == "automatic":
                fired.append(message)
            if path.stem == "sent":
                reasons[reason_unused(message, extract(message), message.from_) or "used"] += 1
        figures[f"{path.parent.name}/{path.stem}"] = {"kinds": kinds, "reasons": reasons}
    click.echo(json.dumps(figures, indent=2))
    if names:
        for title, found in (("missed", misses), ("fired on", fired)):
            for message in found:
                sender = message.from_[0].email if message.from_ else "-"
                click.echo(f"{title}: {sender}: {message.subject}")


def _bounces(data: Path) -> Iterator[Message]:
    for path in sorted((data / "nasty/bounces").rglob("*")):
        if path.is_file():
            yield parse(path.read_bytes())


def _mbox(path: Path) -> Iterator[Message]:
    with path.open("rb") as file:
        for raw in mbox.messages(file):
            yield parse(raw)


if __name__ == "__main__":
    main()
