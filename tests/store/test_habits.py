"""What is read of the sent mails to tell habits."""

from __future__ import annotations

from panzad.store import folders, habits, mails
from panzad.store.database import Database
from panzad.store.mails import Manner, NewMail, Person, ThreadTurn

BEN = Person("to", "Ben", "Ben@Example.net")


def keep(db: Database, number: int, **changes: object) -> None:
    values: dict[str, object] = {
        "message_id": f"<{number}@x>",
        "date": f"2026-11-{number:02}T09:00:00+00:00",
        "subject": "Re: Boat",
        "sender": "ann@example.org",
        "recipients": (BEN, Person("cc", "", "cat@example.net")),
        "parents": ("<0@x>",),
        "reason": None,
        "own_text": "Too cold.",
        "thread": (ThreadTurn("Ben", "BEN@example.net", "", "Hi"), ThreadTurn("?", "", "", "Ho")),
        "thread_wanted": False,
        "manner": Manner("en", "top", True, "Ann"),
        **changes,
    }
    folder = folders.known(db, "work", "Sent", "sent")
    with db.transaction() as tx:
        mails.store(tx, "work", folder.id, number, NewMail(**values))  # pyright: ignore[reportArgumentType]


def test_replies_come_newest_first_with_their_people(db: Database) -> None:
    keep(db, 1)
    keep(db, 2, manner=Manner(layout="bottom"))
    keep(db, 3, parents=(), thread=())
    keep(db, 4, reason="too-long")

    found = habits.replies(db, "work", 10)

    assert [one.manner.layout for one in found] == ["bottom", "top"]
    assert found[1].recipients == {"ben@example.net", "cat@example.net"}
    assert found[1].thread == {"ben@example.net"}
    assert found[1].manner == Manner("en", "top", True, "Ann")
    assert habits.replies(db, "other", 10) == []
    assert len(habits.replies(db, "work", 1)) == 1


def test_any_sent_mail_tells_whom_the_user_writes_to(db: Database) -> None:
    keep(db, 1, reason="bulk", recipients=(Person("to", "", "List@x.y"),))

    assert habits.has_written_to(db, "work", {"list@x.y", "other@x.y"})
    assert not habits.has_written_to(db, "work", {"other@x.y"})
    assert not habits.has_written_to(db, "home", {"list@x.y"})
    assert not habits.has_written_to(db, "work", set())
