"""Mails made to hurt: four times the size may cost about four times the time, never sixteen."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from panzad.mail.classify import kind
from panzad.mail.extract import extract
from panzad.mail.parse import parse

PLAIN = b"Subject: x\nContent-Type: text/plain\n\n"
HTML = b"Content-Type: text/html\n\n"

BOMBS: dict[str, Callable[[int], bytes]] = {
    "angles": lambda n: PLAIN + b">" * n,
    "deep quotes": lambda n: PLAIN + b"\n".join(b">" * (i % 400) + b" x" for i in range(n // 200)),
    "header blocks": lambda n: PLAIN + b"From: a@b.c\nTo: d\nSubject: e\n\n" * (n // 32),
    "recipients": lambda n: PLAIN + b"To: a@b.c\n" * (n // 10),
    "originals": lambda n: PLAIN + b"---Original Message---\nFrom: a@b.c\nSent: x\n\n" * (n // 48),
    "attributions": lambda n: PLAIN + b"On 1 May 2020 at 10:00, A <a@b.c> wrote:\n" * (n // 41),
    "colons": lambda n: PLAIN + b"a:\n" * (n // 3),
    "one long line": lambda n: PLAIN + b"wrote " * (n // 6) + b":",
    "blanks": lambda n: PLAIN + b" " * n + b"x",
    "blank lines": lambda n: PLAIN + b"\n" * n,
    "signatures": lambda n: PLAIN + b"-- \n" * (n // 4),
    "footers": lambda n: PLAIN + b"____________\nunsubscribe\n" * (n // 25),
    "less-than": lambda n: HTML + b"<" * n,
    "open tags": lambda n: HTML + b"<a '>" * (n // 5),
    "unclosed quotes": lambda n: HTML + b'<a "' * (n // 4) + b">",
    "open comments": lambda n: HTML + b"<!--" * (n // 4),
    "nested blocks": lambda n: HTML + b"<div>" * (n // 5) + b"x",
    "stray ends": lambda n: HTML + b"<div>" * 300 + b"</p>" * (n // 4),
    "blockquotes": lambda n: HTML + b"<blockquote>x" * (n // 13),
    "huge reference": lambda n: HTML + b"&#" + b"9" * n,
    "header line": lambda n: b"Subject: " + b"x" * n + b"\n\n",
    "encoded words": lambda n: b"Subject: " + b"=?a?q?" * (n // 6) + b"\n\n",
    "folds": lambda n: b"Subject: " + b"x\n " * (n // 3) + b"\n\n",
    "comments in To": lambda n: b"To: " + b"(" * n + b"\n\n",
    "angles in To": lambda n: b"To: " + b"<," * (n // 2) + b"\n\n",
    "quotes in To": lambda n: b"To: " + b'"\\"' * (n // 3) + b"\n\n",
    "multipart nest": lambda n: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(n // 55)
    ),
    "boundaries": lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bx" * (n // 4),
    "parts": lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (n // 7),
}  # fmt: skip


def seconds(data: bytes) -> float:
    """The better of two: what the mail costs, not what the machine is busy with."""
    best = float("inf")
    for _ in range(2):
        start = process_time()
        message = parse(data)
        extract(message)
        kind(message)
        best = min(best, process_time() - start)
    return best


@pytest.mark.parametrize("name", BOMBS)
def test_cost_grows_with_size_and_not_with_its_square(name: str) -> None:
    small, large = seconds(BOMBS[name](20_000)), seconds(BOMBS[name](80_000))

    # Quadratic would be 16; below 50 ms the clock says nothing.
    assert large < max(9 * small, 0.05)


def test_ten_thousand_levels_of_multipart_end() -> None:
    parse(BOMBS["multipart nest"](550_000))


def test_a_thousand_quote_levels_give_a_bounded_list() -> None:
    text = b"".join(b">" * level + b" x\n" for level in range(1000))

    assert len(extract(parse(PLAIN + text)).quotes) <= 31
