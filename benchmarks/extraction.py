"""Extraction of own words on labelled mail, beside the libraries that do the same.

    python -m benchmarks.extraction --data DIR [--misses]

DIR holds `extraction/quagga-enron`, `extraction/crisp-fixtures`, `threads` and `enron`. Every
extractor gets the same decoded text. Exact: the author's part is right, white space folded; for a
library the answer counts with or without the signature, as some take it off. F1: over
characters, of the longest common matches.
"""

from __future__ import annotations

import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import click

from benchmarks.labelled import Labelled, fixtures, folded, labelled, quagga
from benchmarks.rivals import RIVALS
from panzad.mail import mbox
from panzad.mail.extract import extract
from panzad.mail.message import Message
from panzad.mail.parse import parse

PEOPLE = ("blair-l", "garym", "matthias", "inboxes")
# difflib is quadratic: of longer texts the ends are compared, where extractors differ.
_LONGEST = 4000


_LEFT = re.compile(r"\s*>(?!>*From )|_{30,}$|\S*/listinfo/\S+$|.{1,60} mailing list$")
_GOES = re.compile(r"^\s*(?:[A-Za-z]{0,4}>|$)|(?:wrote|writes)\s*:?\s*$|:$|^\W*$|^--+ ?\w.*--+$")


@dataclass(slots=True)
class Score:
    """Exact answers and the sum of F1 over `count` mails."""

    count: int = 0
    exact: int = 0
    f1: float = 0.0
    misses: list[str] = field(default_factory=list[str])

    def add(self, name: str, found: str, wanted: Sequence[str]) -> None:
        """Judge one answer by the nearest of the texts that are right."""
        self.count += 1
        if folded(found) in {folded(one) for one in wanted}:
            self.exact += 1
            self.f1 += 1.0
        else:
            self.f1 += max(f1(folded(found), folded(one)) for one in wanted)
            self.misses.append(name)

    def __str__(self) -> str:
        return f"{self.exact / self.count:.1%} / {self.f1 / self.count:.3f}"


def f1(found: str, wanted: str) -> float:
    """Character-F1: twice the matched characters over the length of both texts."""
    if not found or not wanted:
        return float(found == wanted)
    start = 0
    while found[start : start + 1] == wanted[start : start + 1] != "":
        start += 1
    found_rest, wanted_rest = found[start:], wanted[start:]
    matcher = SequenceMatcher(None, found_rest[:_LONGEST], wanted_rest[:_LONGEST], autojunk=False)
    matched = start + sum(block.size for block in matcher.get_matching_blocks())
    return 2 * matched / (len(found) + len(wanted))


def scores(mails: Iterable[Labelled], *, rivals: bool = True) -> dict[str, Score]:
    """Every extractor's score over some mails, ours first: author's part, then own text."""
    found: defaultdict[str, Score] = defaultdict(Score)
    for mail in mails:
        ours = extract(mail.message)
        found["panzad"].add(mail.name, ours.unquoted, [mail.unquoted])
        if mail.own is not None:
            found["panzad, own text"].add(mail.name, ours.own_text, [mail.own])
        if rivals:
            wanted = [mail.unquoted] if mail.own is None else [mail.unquoted, mail.own]
            for name, extractor in RIVALS.items():
                found[name].add(mail.name, extractor(mail.message.text), wanted)
    return dict(found)


def table(title: str, rows: dict[str, dict[str, Score]]) -> str:
    """A Markdown table: one row a set of mails, one column an extractor, exact / F1."""
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = [
        f"| {title} | mails | {' | '.join(columns)} |",
        f"|---|---|{'---|' * len(columns)}",
    ]
    for name, row in rows.items():
        cells = [str(row[column]) if column in row else "" for column in columns]
        lines.append(f"| {name} | {row['panzad'].count} | {' | '.join(cells)} |")
    return "\n".join(lines)


def grouped(mails: Sequence[Labelled], key: Callable[[Labelled], str]) -> dict[str, list[Labelled]]:
    """The mails by what `key` says of them, in alphabetical order."""
    groups: defaultdict[str, list[Labelled]] = defaultdict(list)
    for mail in mails:
        groups[key(mail)].append(mail)
    return dict(sorted(groups.items()))


@dataclass(slots=True)
class Lines:
    """What became of the lines of some mails; `quoted` ones have no mark, yet stand in a quote."""

    mails: int = 0
    left: int = 0
    lost: int = 0
    quoted: int = 0

    def add(self, message: Message) -> None:
        """Count the lines of one mail; those that introduce a quote are meant to go."""
        parts = extract(message)
        own = _lines(f"{parts.own_text}\n{parts.signature}\n{parts.footer}")
        quoted = _lines("\n".join(quote.text for quote in parts.quotes))
        bare = [folded(line) for line in message.text.split("\n") if not _GOES.search(line)]
        self.mails += 1
        self.left += sum(map(_is_left, parts.own_text.split("\n")))
        self.lost += sum(line not in own | quoted for line in bare)
        self.quoted += sum(line in quoted - own for line in bare)


def left_and_lost(data: Path) -> dict[str, Lines]:
    """Over `threads/`: quoted and footer lines left in own texts, author's lines that are gone."""
    found: dict[str, Lines] = {}
    for path in sorted((data / "threads").rglob("*.mbox")):
        lines = found[f"{path.parent.name}, {path.stem}"] = Lines()
        with path.open("rb") as file:
            for raw in mbox.messages(file):
                lines.add(parse(raw))
    return found


def _lines(text: str) -> set[str]:
    return {folded(line) for line in text.split("\n")}


def _is_left(line: str) -> bool:
    return bool(_LEFT.match(line))


def speed(data: Path) -> tuple[int, float]:
    """Mails a second, parse and extract on one core, over `threads/` and `enron/`."""
    raws: list[bytes] = []
    for path in sorted([*(data / "threads").rglob("*.mbox"), *(data / "enron").rglob("*.mbox")]):
        with path.open("rb") as file:
            raws.extend(mbox.messages(file))
    started = time.process_time()
    for raw in raws:
        extract(parse(raw))
    return len(raws), len(raws) / (time.process_time() - started)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--misses", is_flag=True, help="Name the mails that panzad gets wrong.")
def main(data: Path, misses: bool) -> None:
    """Print the tables."""
    annotated = list(quagga(data / "extraction" / "quagga-enron"))
    own = list(fixtures())
    crisp = list(labelled(data, "crisp"))
    people = {name: list(labelled(data, name)) for name in PEOPLE}
    corpora = {
        "quagga-enron": annotated,
        "quagga-enron, quoting": [mail for mail in annotated if mail.quoting],
        "crisp-fixtures": crisp,
        "fixtures": own,
        **people,
    }
    judged = {name: scores(mails) for name, mails in corpora.items()}
    click.echo(table("corpus", judged) + "\n")
    for title, mails in (("crisp-fixtures", crisp), ("fixtures", own)):
        by_language = grouped(mails, lambda mail: mail.language)
        click.echo(table(f"{title}, language", {n: scores(m) for n, m in by_language.items()}))
        click.echo()
    by_client = grouped(own, lambda mail: mail.client)
    click.echo(table("fixtures, client", {n: scores(m) for n, m in by_client.items()}) + "\n")
    click.echo("| threads | mails | quoted and footer lines left | lost | unmarked, in quotes |")
    click.echo("|---|---|---|---|---|")
    for name, one in left_and_lost(data).items():
        click.echo(f"| {name} | {one.mails} | {one.left} | {one.lost} | {one.quoted} |")
    click.echo()
    count, rate = speed(data)
    click.echo(f"parse and extract: {rate:.0f} mails/s on one core over {count} mails")
    if misses:
        for corpus, row in judged.items():
            for name, score in row.items():
                if name.startswith("panzad"):
                    for miss in score.misses:
                        click.echo(f"{corpus} ({name}): {miss}")


if __name__ == "__main__":
    sys.exit(main())
