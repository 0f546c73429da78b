"""What of real and made-up mail is taken for secret or repeated, and what looking costs.

python -m benchmarks.sensitive --data DIR [--list]

DIR holds `enron/*/*.mbox`, `threads/*/*.mbox` and `panza-emails/*.jsonl`. `--list` prints each
find in real mail with what stands before it, to be judged by eye. The made-up secrets are those of
`secrets.toml`. Where detect-secrets is installed (by hand; panzad does not use it) it is asked too.
"""

from __future__ import annotations

import json
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from panzad.learning.duplicates import repeats
from panzad.mail import mbox
from panzad.mail.extract import extract
from panzad.mail.parse import parse
from panzad.mail.sensitive import masked, secrets_in
from panzad.mail.unwrap import unwrapped

MADE_UP = Path(__file__).with_name("secrets.toml")
SHOWN_BEFORE = 60


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--list", "listed", is_flag=True, help="Print each find in real mail.")
def main(data: Path, listed: bool) -> None:
    """Print one JSON object: finds by corpus and kind, recall, repeats, mails a second."""
    mails = list(_mails(data))
    figures: dict[str, Any] = {"made_up": _made_up()}
    started = time.process_time()
    found = [(name, text, secrets_in(text)) for name, text, _ in mails]
    seconds = time.process_time() - started
    figures["mails_per_cpu_second"] = round(len(mails) / seconds)
    figures["characters_a_mail"] = round(sum(len(text) for _, text, _ in mails) / len(mails))
    for corpus, count in Counter(name for name, _, _ in mails).items():
        kinds = Counter(one.kind for name, _, ones in found if name == corpus for one in ones)
        own = [unwrapped(own) for name, _, own in mails if name == corpus]
        figures[corpus] = {
            "mails": count,
            "with_secrets": sum(bool(ones) for name, _, ones in found if name == corpus),
            "secrets": kinds,
        }
        if not corpus.endswith("inbox"):
            figures[corpus]["repeats"] = sum(one is not None for one in repeats(own))
    click.echo(json.dumps(figures, indent=2))
    if listed:
        for line in dict.fromkeys(_shown(found)):
            click.echo(line)


def _mails(data: Path) -> Iterator[tuple[str, str, str]]:
    """Corpus, whole text (subject, quotes and all) and own text of each mail."""
    for path in sorted([*data.glob("enron/*/*.mbox"), *data.glob("threads/*/*.mbox")]):
        with path.open("rb") as file:
            for raw in mbox.messages(file):
                message = parse(raw)
                text = f"{message.subject}\n{message.text}"
                yield f"{path.parent.name}/{path.stem}", text, extract(message).own_text
    for path in sorted(data.glob("panza-emails/*.jsonl")):
        if not path.stem.endswith(".holdout"):
            for entry in map(json.loads, path.open(encoding="utf-8")):
                yield path.stem, f"{entry.get('subject') or ''}\n{entry['email']}", entry["email"]


def _made_up() -> dict[str, str]:
    sets = tomllib.loads(MADE_UP.read_text(encoding="utf-8").replace("·", ""))
    figures: dict[str, str] = {}
    for name, tell in {"panzad": masked, "detect-secrets": _detect_secrets()}.items():
        if tell is None:
            continue
        for kind in ("developed", "fresh"):
            hidden = sum(one["secret"] not in tell(one["text"]) for one in sets[kind])
            figures[f"{name}, {kind}"] = f"{hidden} of {len(sets[kind])}"
        wrong = sum(tell(one["text"]) != one["text"] for one in sets["ordinary"])
        figures[f"{name}, ordinary taken for secret"] = f"{wrong} of {len(sets['ordinary'])}"
    return figures


def _detect_secrets() -> Any:
    """detect-secrets as a function that masks what it finds.

    Without its detectors of entropy, which take every word for a secret outside of code.
    """
    try:
        scan = import_module("detect_secrets.core.scan")
        settings = import_module("detect_secrets.settings")
        util = import_module("detect_secrets.core.plugins.util")
    except ImportError:
        return None
    plugins = util.get_mapping_from_secret_type_to_class().values()
    used = [{"name": one.__name__} for one in plugins if "Entropy" not in one.__name__]

    def tell(text: str) -> str:
        with settings.transient_settings({"plugins_used": used}):
            for line in text.split("\n"):
                for one in scan.scan_line(line):
                    if one.secret_value:
                        text = text.replace(one.secret_value, "[secret]")
        return text

    return tell


def _shown(found: list[tuple[str, str, Any]]) -> Iterator[str]:
    for name, text, ones in found:
        for one in ones:
            before = text[max(0, one.start - SHOWN_BEFORE) : one.start]
            yield f"{name} {one.kind}: {' '.join(before.split())} [{text[one.start : one.end]!r}]"


if __name__ == "__main__":
    main()
