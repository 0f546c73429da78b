"""How well synthetic instructions tell their mails: those kept, beside one greedy summary.

Only the mails that may be learnt from are played back, never the hold-out. Recall is the share of
the mail's stems (of words of five letters and more) and of its facts (names, dates, numbers,
links) that stand in the instruction.

    python -m benchmarks.instructions --data DIR --models DIR [--person david]
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import click

from benchmarks.mailbox import read
from panzad.engines.catalogue import resolve
from panzad.engines.llama_cpp import LlamaCpp
from panzad.engines.protocol import Sampling
from panzad.learning.playback import instruct
from panzad.mail.unwrap import unwrapped
from panzad.writing import playback, telling


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--person", default="david", type=click.Choice(["david", "isabel"]))
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many mails.")
def main(data: Path, models: Path, person: str, limit: int | None) -> None:
    """Run the benchmark and print its figures as JSON."""
    texts = [unwrapped(mail.text) for mail in read(data, person)[0]][:limit]
    engine = LlamaCpp(resolve("smollm2-135m-instruct", models).path)
    greedy: list[str] = []
    kept: list[str] = []
    started = time.monotonic()
    for text in texts:
        sampling = Sampling(max_tokens=playback.token_limit(text))
        request = playback.request(text)
        greedy.append(engine.generate(request, sampling, adapter=False).text)
    halfway = time.monotonic()
    for text in texts:
        found = instruct(engine, text)
        kept.append(found.text if found else "")
    ended = time.monotonic()
    engine.close()
    print(
        json.dumps(
            {
                "person": person,
                "mails": len(texts),
                "greedy": _figures(greedy, texts, halfway - started),
                "kept": _figures(kept, texts, ended - halfway),
                "notes": sum(
                    one == playback.completed(playback.notes(text), text)
                    for one, text in zip(kept, texts, strict=True)
                ),
            },
            indent=1,
        )
    )


def _figures(instructions: Sequence[str], texts: Sequence[str], seconds: float) -> dict[str, float]:
    both = list(zip(instructions, texts, strict=True))
    named = [(one, text) for one, text in both if telling.wanted_facts(text)]
    return {
        "recall": round(fmean(telling.recall(one, text) for one, text in both), 3),
        "fact_recall": round(fmean(telling.fact_recall(one, text) for one, text in named), 3),
        "grounding": round(fmean(telling.grounding(one, text) for one, text in both), 3),
        "copying": round(fmean(telling.copying(one, text) for one, text in both), 3),
        "words": round(fmean(len(one.split()) for one, _ in both), 1),
        "words_for_each_of_the_mail": round(
            sum(len(one.split()) for one, _ in both)
            / sum(len(telling.body(text).split()) for _, text in both),
            3,
        ),
        "score": round(fmean(telling.score(one, text) for one, text in both), 3),
        "seconds_a_mail": round(seconds / len(both), 2),
    }


if __name__ == "__main__":
    main()
