"""How often grounding would put a gap into mails that people really wrote.

    python -m benchmarks.grounding --data DIR [--show]

DIR holds `threads/`, `enron/blair-l` and `panza-emails/`. A true reply also says what stood
nowhere before, so this is the ceiling of the false alarms, not their number: each gap is either
news that only the author could know, or a fact that the rules failed to recognise in its sources.
`not_learnt` is the share of their characters that the loss mask of a training would hide.
`cleaned` counts the mails in which the rules against loops, echoes, boilerplate and other people's
names would change a word; there each is a false alarm.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.mailbox import FIRST_DAY, read
from panzad.mail import mbox
from panzad.mail.extract import extract
from panzad.mail.message import Address, Message
from panzad.mail.parse import parse
from panzad.mail.thread import Turn, thread_of
from panzad.writing.cleaning import draft_text
from panzad.writing.facts import facts, unprompted
from panzad.writing.grounding import Source, grounded, turn_sources
from panzad.writing.signoff import Signer, own_sign_off


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as its author wrote it, and what panzad would have known when it drafted it."""

    text: str
    sources: tuple[Source, ...]
    author: Address
    thread: tuple[Turn, ...] = ()


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--show", is_flag=True, help="Print each text with its gaps (mail content!).")
def main(data: Path, show: bool) -> None:
    """Print one JSON line a corpus."""
    corpora = {
        "panza-emails/david, typed instruction": _instructed(data / "panza-emails", "david"),
        "panza-emails/isabel, typed instruction": _instructed(data / "panza-emails", "isabel"),
        "threads/garym": _replies(data / "threads" / "garym"),
        "threads/matthias": _replies(data / "threads" / "matthias"),
        "enron/blair-l": _replies(data / "enron" / "blair-l"),
    }
    for name, mails in corpora.items():
        click.echo(json.dumps({"corpus": name, **_figures(list(mails), show=show)}))


def _figures(mails: list[Written], *, show: bool) -> dict[str, object]:
    kinds: Counter[str] = Counter()
    checked = whole = cleaned = hidden = 0
    for mail in mails:
        found = grounded(mail.text, mail.sources)
        kinds.update(found.gaps)
        whole += not found.gaps
        prompt = "\n".join(source.text for source in mail.sources)
        hidden += sum(one.end - one.start for one in unprompted(mail.text, prompt))
        cleaned += _cleaned(mail).split() != mail.text.split()
        checked += sum(one.kind != "name" for one in facts(mail.text))
        if show and found.gaps:
            click.echo(f"--- {found.text}\n")
    words = sum(len(mail.text.split()) for mail in mails)
    gaps = kinds.total()
    return {
        "mails": len(mails),
        "without_gap": f"{whole / len(mails):.1%}",
        "facts": checked,
        "gaps": gaps,
        "gaps_per_100_words": round(100 * gaps / words, 2),
        "not_learnt": f"{hidden / sum(len(mail.text) for mail in mails):.1%}",
        "cleaned": cleaned,
        "kinds": dict(kinds.most_common()),
    }


def _cleaned(mail: Written) -> str:
    signer = Signer(mail.author)
    texts = [turn.text for turn in mail.thread]
    text = draft_text(mail.text, truncated=False, signature=None, names=signer.names, thread=texts)
    return own_sign_off(text, signer, [turn.author for turn in mail.thread])


def _instructed(folder: Path, person: str) -> Iterator[Written]:
    _, held_out = read(folder, person)
    for one in held_out:
        known = (one.mail.subject, one.instruction, person)
        sources = tuple(Source(text, FIRST_DAY.date()) for text in known)
        yield Written(one.mail.text, sources, Address(person.capitalize(), ""))


def _replies(folder: Path) -> Iterator[Written]:
    """Replies whose parent is at hand or quoted: their own words, and the thread above them."""
    others = list(_messages(folder / "inbox.mbox"))
    for message in _messages(folder / "sent.mbox"):
        extraction = extract(message)
        named = {*message.in_reply_to, *message.references}
        thread = thread_of(message, extraction, [one for one in others if one.message_id in named])[
            :-1
        ]
        text = extraction.own_text.strip()
        if not thread or not text or not message.from_ or extraction.layout == "forward":
            continue
        sources = [source for turn in thread for source in turn_sources(turn.date, turn.text)]
        people = (*message.from_, *message.to, *message.cc)
        sources += [Source(f"{one.name} {one.email}") for one in people]
        yield Written(text, (Source(message.subject), *sources), message.from_[0], thread)


def _messages(path: Path) -> Iterator[Message]:
    with path.open("rb") as file:
        for raw in mbox.messages(file):
            yield parse(raw)


if __name__ == "__main__":
    main()
