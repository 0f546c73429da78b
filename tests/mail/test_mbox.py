"""Mails out of an mbox."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.mbox import messages, unescaped

MBOX = b"""From ann@example.org Fri Nov 13 10:04:00 2026
Subject: one

From here on it is mine.
The last line
From Monday 2026

>From the yard

From ben@example.net Fri Nov 13 11:00:00 2026
Subject: two

x
"""


def test_an_mbox_is_split_at_its_from_lines_and_nowhere_else() -> None:
    found = list(messages(MBOX.splitlines(keepends=True)))

    assert len(found) == 2
    assert b"From Monday" in found[0]
    assert found[1].startswith(b"Subject: two")


def test_a_file_without_from_lines_is_one_mail() -> None:
    assert list(messages([b"Subject: x\n", b"\n", b"y\n"])) == [b"Subject: x\n\ny\n"]


@given(st.lists(st.sampled_from(["From me", ">From you", ">>>From us", "> From them", "x", ""])))
def test_unescaped_lines_lose_nothing_but_angles_before_from(lines: list[str]) -> None:
    found = unescaped(lines)

    assert unescaped(found) == found
    for before, after in zip(lines, found, strict=True):
        assert after == before or after == before.lstrip(">")
