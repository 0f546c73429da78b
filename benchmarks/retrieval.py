"""What retrieval shows to whom on a real mailbox, and what it costs in tokens and time.

Every sent mail of `enron/blair-l` gets a planted word of its own. Then the prompt of each is built
as a training sample and as a draft to the same people, and each planted word that stands there is
judged by the headers alone: whether all readers had received the mail it was planted in, and
whether that mail is older.

    python -m benchmarks.retrieval --data DIR --models DIR [--limit N]
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import click
import numpy as np
from numpy.typing import NDArray

from panzad.engines.catalogue import resolve
from panzad.engines.llama_cpp import LlamaCpp
from panzad.learning.intake import intake
from panzad.learning.samples import Mix, letter_of, sample_of
from panzad.mail.exclusion import Exclusions
from panzad.mail.mbox import messages as mbox_messages
from panzad.mail.message import Address
from panzad.recall import EMBEDDER
from panzad.recall.embedder import Embedder
from panzad.recall.exact import ExactIndex
from panzad.recall.query import text_of
from panzad.recall.retriever import Retriever
from panzad.store import embeddings, folders, mails, pairs
from panzad.store.database import Database
from panzad.store.pairs import Pair
from panzad.training.dataset import Sample
from panzad.writing import playback
from panzad.writing.brief import Briefing

AUTHOR = Address("Lynn Blair", "lynn.blair@enron.com")
ALWAYS = Mix(drop_instruction=0.3, retrieved=1, examples=3, seed=7)
MIX = replace(ALWAYS, retrieved=0.55)
NEVER = replace(ALWAYS, retrieved=0)
_PLANTED = re.compile(r"planted(\d+)x")


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many sent mails.")
def main(data: Path, models: Path, limit: int | None) -> None:
    """Run the benchmark and print its figures as JSON."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        db = Database(Path(folder) / "panzad.db")
        _fill(db, data / "enron" / "blair-l" / "sent.mbox", limit)
        learnt = pairs.finished(db)
        embedder = _Remembering()
        _embed(db, embedder, learnt)
        engine = LlamaCpp(resolve("smollm2-135m-instruct", models).path)
        retriever = Retriever(db, ExactIndex(db), embedder, "participants")
        briefing = Briefing(retriever, engine.count_tokens)
        started = time.monotonic()
        always = [sample_of(pair, AUTHOR.name, briefing, ALWAYS) for pair in learnt]
        seconds = time.monotonic() - started
        mixed = [sample_of(pair, AUTHOR.name, briefing, MIX) for pair in learnt]
        never = [sample_of(pair, AUTHOR.name, briefing, NEVER) for pair in learnt]
        drafts = [
            briefing.messages(
                briefing.task(letter_of(pair.mail, pair.instruction, AUTHOR.name), 3)
            )[1].content
            for pair in learnt
        ]
        by_id = {pair.mail.id: pair for pair in learnt}
        as_samples = [_content(one) for one in always]
        result = {
            "planted": len(learnt),
            "shown_in_samples": sum(len(_shown(text)) for text in as_samples),
            "leaked_in_samples": _leaked(by_id, learnt, as_samples, older=True),
            "shown_in_drafts": sum(len(_shown(text)) for text in drafts),
            "leaked_in_drafts": _leaked(by_id, learnt, drafts, older=False),
            "samples_with_examples": round(fmean("wrote before" in text for text in as_samples), 3),
            "prompt_tokens": {
                "without": _tokens(engine, never),
                "at_0.55": _tokens(engine, mixed),
                "always": _tokens(engine, always),
            },
            "completion_tokens": round(
                fmean(engine.count_tokens(one.completion) for one in never), 1
            ),
            "seconds_a_sample": round(seconds / len(learnt), 4),
        }
        engine.close()
        db.close()
    print(json.dumps(result, indent=1))


class _Remembering(Embedder):
    """Embeds a text once: the same prompts are built four times."""

    def __init__(self) -> None:
        self._known: dict[str, NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, super().embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def _fill(db: Database, path: Path, limit: int | None) -> None:
    place = folders.known(db, "work", "Sent", "sent").id
    with path.open("rb") as file, db.transaction() as tx:
        for uid, raw in enumerate(mbox_messages(file), start=1):
            if limit is not None and uid > limit:
                break
            mail = intake(raw, None, [AUTHOR], Exclusions())
            # Below the greeting: what is clipped from an example is its end.
            first, _, rest = mail.own_text.partition("\n")
            own_text = f"{first}\nplanted{uid}x {rest}"
            mail_id = mails.store(
                tx, "work", place, uid, replace(mail, own_text=own_text, thread_wanted=False)
            )
            if mail.reason is None:
                pairs.finish(tx, mail_id, playback.notes(mail.own_text), "notes")


def _embed(db: Database, embedder: Embedder, learnt: list[Pair]) -> None:
    found = embedder.embed([text_of(pair.mail) for pair in learnt])
    with db.transaction() as tx:
        embeddings.keep(
            tx,
            EMBEDDER,
            {
                pair.mail.id: vector.astype("<f4").tobytes()
                for pair, vector in zip(learnt, found, strict=True)
            },
        )


def _content(sample: Sample) -> str:
    return sample.messages[1].content


def _shown(text: str) -> set[str]:
    return set(_PLANTED.findall(text))


def _leaked(
    by_id: dict[int, Pair], learnt: list[Pair], texts: Iterable[str], *, older: bool
) -> int:
    """How many planted words stand where a reader had not received their mail, or too early."""
    home = {
        number: pair for pair in by_id.values() for number in _PLANTED.findall(pair.mail.own_text)
    }
    leaked = 0
    for pair, text in zip(learnt, texts, strict=True):
        readers = _addresses(pair) - {pair.mail.sender.lower()}
        for number in _shown(text):
            lender = home[number]
            later = lender.mail.date >= pair.mail.date
            leaked += not readers <= _addresses(lender) or (older and later)
    return leaked


def _addresses(pair: Pair) -> set[str]:
    return {person.email.lower() for person in pair.mail.recipients}


def _tokens(engine: LlamaCpp, samples: list[Sample]) -> float:
    return round(
        fmean(sum(engine.count_tokens(turn.content) for turn in one.messages) for one in samples),
        1,
    )


if __name__ == "__main__":
    main()
