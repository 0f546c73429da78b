"""Damaged mails through the whole mail room: a short run of `make fuzz`, always the same mails."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import fuzz_mail

FIXTURES = [
    path.read_bytes() for path in sorted((Path(__file__).parent / "fixtures").glob("*.eml"))
]


def test_damaged_mails_are_read_and_answered_without_a_fault() -> None:
    faults, _ = fuzz_mail.judged(FIXTURES, seed=7, numbers=range(1_500))

    assert faults == []


def test_a_fault_is_told_with_what_gives_its_mail_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def failing(raw: bytes) -> None:
        read.append(raw)
        raise ValueError("no such luck")

    monkeypatch.setattr(fuzz_mail, "everything_about", failing)

    faults, _ = fuzz_mail.judged(FIXTURES, seed=7, numbers=[3])

    assert "seed 7 number 3" in faults[0]
    assert "no such luck" in faults[0]
    assert read == [fuzz_mail.mutant(FIXTURES, 7, 3)]
