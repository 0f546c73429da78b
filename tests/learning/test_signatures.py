"""Signatures that only repetition tells leave the stored mails, once, and a kill does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from panzad.learning import signatures
from panzad.learning.intake import intake
from panzad.learning.signatures import strip_repeated
from panzad.mail.exclusion import Exclusions
from panzad.mail.message import Address
from panzad.store import folders, mails, pairs
from panzad.store.database import Database
from tests.mail.builder import raw

ANN = (Address("Ann Lee", "ann@example.org"),)
SIGNATURE = "Ann Lee\nHarbour Office"


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return Database(tmp_path / "panzad.db")


def take_in(db: Database, *numbers: int, signature: str = SIGNATURE) -> None:
    place = folders.known(db, "work", "Sent", "sent").id
    for number in numbers:
        sent = raw(f"Text {number}, by hand.\n\n{signature}\n", message_id=f"<{number}@x>")
        with db.transaction() as tx:
            mails.store(tx, "work", place, number, intake(sent, None, ANN, Exclusions()))


def texts(db: Database) -> set[tuple[str, str]]:
    return {(one.text, one.signature) for one in mails.own_texts(db, "work", 99)}


def test_what_repeats_moves_from_the_text_to_the_signature(db: Database) -> None:
    take_in(db, 1, 2, 3)

    assert strip_repeated(db, "work", ANN) == 3
    assert texts(db) == {(f"Text {n}, by hand.", SIGNATURE) for n in (1, 2, 3)}
    assert strip_repeated(db, "work", ANN) == 0


def test_the_mails_before_the_habit_showed_lose_it_too(db: Database) -> None:
    take_in(db, 1, 2)
    assert strip_repeated(db, "work", ANN) == 0
    take_in(db, 3)

    assert strip_repeated(db, "work", ANN) == 3


def test_one_that_comes_alone_when_the_others_have_lost_it_loses_it_too(db: Database) -> None:
    take_in(db, 1, 2, 3)
    strip_repeated(db, "work", ANN)
    take_in(db, 4)

    assert strip_repeated(db, "work", ANN) == 1
    assert texts(db) == {(f"Text {n}, by hand.", SIGNATURE) for n in (1, 2, 3, 4)}


def test_killed_between_batches_the_next_time_does_the_rest(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signatures, "BATCH", 4)
    take_in(db, *range(10))
    keep, calls = mails.keep_signature, 0

    def die_at_the_sixth(*arguments: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 6:
            raise KeyboardInterrupt
        keep(*arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(mails, "keep_signature", die_at_the_sixth)
    with pytest.raises(KeyboardInterrupt):
        strip_repeated(db, "work", ANN)

    assert strip_repeated(db, "work", ANN) == 6
    assert texts(db) == {(f"Text {n}, by hand.", SIGNATURE) for n in range(10)}


def test_a_mail_that_is_all_signature_is_not_learnt(db: Database) -> None:
    take_in(db, 1, 2, 3)
    place = folders.known(db, "work", "Sent", "sent").id
    empty = raw(f"{SIGNATURE}\n", message_id="<empty@x>")
    with db.transaction() as tx:
        mails.store(tx, "work", place, 9, intake(empty, None, ANN, Exclusions()))

    strip_repeated(db, "work", ANN)

    assert len(pairs.pending(db, 9)) == 3
    assert mails.counts(db)["work"].unused == {"no-own-text": 1}
