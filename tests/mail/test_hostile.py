"""Mails made to hurt: what they cost grows with their size and not with its square."""

from __future__ import annotations

import tracemalloc
from base64 import encodebytes
from collections.abc import Callable
from time import process_time

import pytest

from panzad.mail.extract import extract
from panzad.mail.parse import MAX_TEXT, parse
from tests.mail.bombs import BASE64, BOMBS, HTML, MIXED, PLAIN, QUOTED_PRINTABLE, to_size
from tests.mail.pipeline import everything_about

# Below this the clock says nothing, above it a larger size costs time for nothing.
ENOUGH_SECONDS = 0.05
# Eight times the size may cost three times three times three as much; quadratic would be 64.
GROWTH, LIMIT = 8, 27
MEGABYTE = 1_000_000


def seconds(work: Callable[[bytes], object], data: bytes, repeats: int) -> float:
    """The best of several: what the mail costs, not what the machine is busy with."""
    best = float("inf")
    for _ in range(repeats):
        started = process_time()
        work(data)
        best = min(best, process_time() - started)
    return best


def read(data: bytes) -> None:
    """What a mail is put through before anything is made of it."""
    extract(parse(data))


@pytest.mark.parametrize("name", BOMBS)
def test_cost_grows_with_size_and_not_with_its_square(name: str) -> None:
    size = 1_000
    large = BOMBS[name](GROWTH * size)
    while seconds(everything_about, large, 1) < ENOUGH_SECONDS and len(large) < MEGABYTE // 4:
        size *= 4
        large = BOMBS[name](GROWTH * size)

    small_seconds = seconds(everything_about, BOMBS[name](size), 3)
    large_seconds = seconds(everything_about, large, 2)
    assert large_seconds < max(LIMIT * small_seconds, ENOUGH_SECONDS)


LARGE = {
    "10,000 levels of multipart": BOMBS["multipart nest"](550_000),
    "a header line of 1 MB": BOMBS["header line"](MEGABYTE),
    "1,000,000 short lines": BOMBS["short lines"](2 * MEGABYTE),
    "100,000 header fields": BOMBS["fields"](14 * 100_000),
    "100,000 addresses": BOMBS["addresses"](15 * 100_000),
    "100,000 references": BOMBS["references"](12 * 100_000),
    "100,000 attributions": BOMBS["attributions"](41 * 100_000),
    "100,000 header block lines": BOMBS["From lines"](12 * 100_000),
    "100,000 reply prefixes": BOMBS["prefixes"](4 * 100_000),
    "1 MB of angles": BOMBS["angles"](MEGABYTE),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_mails_end_in_seconds(name: str) -> None:
    assert seconds(read, LARGE[name], 1) < 20


FIFTY_MEGABYTES: dict[str, Callable[[int], bytes]] = {
    "plain": lambda n: PLAIN + to_size(b"One line of a mail, and the next is the same.\n")(n),
    "html": lambda n: HTML + to_size(b"<p>One line, <b>and</b> the next is the same.</p>\n")(n),
    "base64": lambda n: BASE64 + encodebytes(to_size(b"One line.\n")(n * 76 // 101)),
    "quoted-printable": lambda n: QUOTED_PRINTABLE + to_size(b"One=20line, and=\n another.\n")(n),
    "attachment": lambda n: (
        MIXED
        + b"--b\n\nText.\n--b\nContent-Type: application/pdf\n\n"
        + to_size(b"QUJDREVG" * 9 + b"\n")(n)
        + b"--b--\n"
    ),
}


@pytest.mark.parametrize("kind", FIFTY_MEGABYTES)
def test_a_mail_of_50_megabytes_takes_seconds_and_a_bounded_multiple_of_its_size(
    kind: str,
) -> None:
    data = FIFTY_MEGABYTES[kind](50 * MEGABYTE)

    assert seconds(read, data, 1) < 10

    tracemalloc.start()
    try:
        message = parse(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0 < len(message.text) <= MAX_TEXT
    assert peak < 5 * len(data)


def test_a_thousand_quote_levels_give_a_bounded_list() -> None:
    text = b"".join(b">" * level + b" x\n" for level in range(1000))

    assert len(extract(parse(PLAIN + text)).quotes) <= 31


def test_text_is_cut_at_the_end_of_a_line() -> None:
    assert parse(PLAIN + b"One line.\n" * (MAX_TEXT // 5)).text.endswith("\nOne line.")
