"""Puts damaged mails through all that panzad makes of a mail; a fault is printed to be replayed.

    python -m benchmarks.fuzz_mail --data DIR --count N --seed S [--start N] [--jobs 2]

A mail is made of its seed and its number alone, so `--start NUMBER --count 1` gives it again;
`--save FILE` writes the last one's bytes. Every mail is parsed and its own words extracted; with
`--whole-every N` only every Nth is explained and answered too, which costs five times as much. A
fault is an exception or a mail that costs too much processor time. Ends with 1 when there was one.
"""

from __future__ import annotations

import json
import signal
import traceback
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from time import process_time
from types import FrameType

import click

from benchmarks.mail_files import mails
from benchmarks.mutation import mutated
from panzad.mail.extract import extract
from panzad.mail.parse import parse
from tests.mail.pipeline import everything_about

# For two readings and three extractions, the explanation and the answer. A thousand attributions
# in 100 kB take most of it; what takes more is no constant but a growth.
_SECONDS = 1.0
_SECONDS_A_BYTE = 1e-5
# What does not end is interrupted.
_GIVEN_UP_AFTER = 20.0
_BATCH = 1_000


class TooLong(Exception):
    """A mail that took more processor time than its size allows."""


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--count", default=10_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--start", default=0, show_default=True, help="The number of the first mail.")
@click.option("--jobs", default=1, show_default=True)
@click.option("--whole-every", default=1, show_default=True, help="Explain and answer every Nth.")
@click.option("--save", type=click.Path(path_type=Path), help="Where the last mail is written.")
def main(
    data: Path, count: int, seed: int, start: int, jobs: int, whole_every: int, save: Path | None
) -> None:
    """Print the faults, and how many mails there were, as JSON."""
    corpus = [raw for _, raw in mails(data)]
    if not corpus:
        raise click.UsageError(f"no mail below {data}")
    if save is not None:
        save.write_bytes(mutant(corpus, seed, start + count - 1))
    batches = [
        range(first, min(first + _BATCH, start + count))
        for first in range(start, start + count, _BATCH)
    ]
    found, slowest = 0, 0.0
    with ProcessPoolExecutor(jobs, initializer=_remember, initargs=(corpus,)) as pool:
        for done, (faults, longest) in enumerate(
            pool.map(partial(_batch, seed, whole_every), batches), 1
        ):
            slowest = max(slowest, longest)
            for fault in faults:
                found += 1
                click.echo(fault)
            if done % 10 == 0 or done == len(batches):
                figures = {
                    "mails": batches[done - 1].stop - start,
                    "seed": seed,
                    "faults": found,
                    "slowest_seconds": round(slowest, 3),
                }
                click.echo(json.dumps(figures))
    raise SystemExit(1 if found else 0)


def mutant(corpus: Sequence[bytes], seed: int, number: int) -> bytes:
    """The mail of this number: the same bytes for the same corpus and seed."""
    return mutated(Random(f"{seed}:{number}"), corpus)  # noqa: S311 - it is to be repeated


def judged(
    corpus: Sequence[bytes], seed: int, numbers: Iterable[int], whole_every: int = 1
) -> tuple[list[str], float]:
    """The faults of the mails of these numbers, one text each, and the seconds of the slowest.

    Those whose number `whole_every` divides go through everything, the others are read. Takes the
    signal SIGPROF.
    """
    signal.signal(signal.SIGPROF, _interrupt)
    found: list[str] = []
    longest = 0.0
    for number in numbers:
        fault, took = _judged(mutant(corpus, seed, number), whole=number % whole_every == 0)
        longest = max(longest, took)
        if fault:
            found.append(f"seed {seed} number {number}: {fault}")
    return found, longest


def _judged(raw: bytes, *, whole: bool) -> tuple[str, float]:
    """The fault of a mail, empty when there is none, and the seconds it took."""
    started = process_time()
    signal.setitimer(signal.ITIMER_PROF, _GIVEN_UP_AFTER)
    try:
        if whole:
            everything_about(raw)
        else:
            extract(parse(raw))
    except TooLong:
        return f"{len(raw)} bytes do not end", _GIVEN_UP_AFTER
    except Exception:
        return traceback.format_exc(limit=-4), process_time() - started
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    took = process_time() - started
    if took > max(_SECONDS, _SECONDS_A_BYTE * len(raw)):
        return f"{len(raw)} bytes took {took:.2f} s", took
    return "", took


_corpus: Sequence[bytes] = ()


def _remember(corpus: Sequence[bytes]) -> None:
    global _corpus
    _corpus = corpus


def _batch(seed: int, whole_every: int, numbers: range) -> tuple[list[str], float]:
    return judged(_corpus, seed, numbers, whole_every)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise TooLong


if __name__ == "__main__":
    main()
