"""How well signatures and footers come off, on annotated mail.

python -m benchmarks.signatures --data DIR

DIR holds `*.txt` raw mails with `*.txt.ann` beside them (JSON: `text`, and `denotations` with
`start`, `end` and `type`: Header, Body/Signature …). The author's part ends at the first Header;
own text is that part without what is annotated as signature, white space folded.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from panzad.mail.extract import extract
from panzad.mail.parse import parse


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--names", is_flag=True, help="List the mails whose signature came off wrongly.")
def main(data: Path, names: bool) -> None:
    """Print one JSON object: of the mails whose author's part is right, whose own text is."""
    mails = own = unquoted = own_of_unquoted = 0
    wrong: list[str] = []
    for path in sorted(data.glob("*.ann")):
        part, words = _expected(json.loads(path.read_text(encoding="utf-8")))
        found = extract(parse(path.with_suffix("").read_bytes()))
        part_right = _folded(found.unquoted) == _folded(part)
        words_right = _folded(found.own_text) == _folded(words)
        mails += 1
        own += words_right
        unquoted += part_right
        own_of_unquoted += part_right and words_right
        if part_right and not words_right:
            wrong.append(path.stem)
    click.echo(
        json.dumps(
            {
                "mails": mails,
                "own_text": own,
                "unquoted": unquoted,
                "own_text_where_unquoted_is_right": own_of_unquoted,
            }
        )
    )
    if names:
        click.echo("\n".join(wrong))


def _expected(annotated: dict[str, Any]) -> tuple[str, str]:
    """The author's part, and it without signatures."""
    marks = sorted(annotated["denotations"], key=lambda one: one["start"], reverse=True)
    headers = [one["start"] for one in marks if one["type"] == "Header"]
    part = annotated["text"][: min(headers, default=None)]
    words = part
    for one in marks:
        if one["type"] == "Body/Signature" and one["start"] < len(part):
            words = f"{words[: one['start']]}\n{words[one['end'] :]}"
    return part, words


def _folded(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
