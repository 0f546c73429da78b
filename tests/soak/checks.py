"""What has to hold at any time when nothing is under way, looked at from outside.

`unsettled` reads panzad's database and index file, `wrong` the mailbox; both hold them against the
user's book and return a line for each thing that is not as it has to be.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import hnswlib
import numpy as np

from panzad.logfile import lines
from panzad.recall.embedder import DIMENSIONS
from panzad.store import life
from tests.servers.mailbox import TestMailbox
from tests.soak import letters
from tests.soak.book import WATCHED, Book
from tests.soak.person import Person

# A draft whose APPEND had begun when its flag was taken off still arrives.
_LATE_SECONDS = 3.0


def unsettled(state: Path, people: Iterable[Person]) -> list[str]:
    """What the database does not say yet, or says wrongly."""
    with closing(_opened(state)) as db:
        found = [one for person in people for one in _account(db, person)]
        return [*found, *_learning(db), *(f"problem {row['scope']}: {row['what']}" for row in _all(
            db, "SELECT scope, what FROM problems"))]  # fmt: skip


def states(state: Path) -> Counter[str]:
    """How many marks are in each state."""
    with closing(_opened(state)) as db:
        rows = _all(db, "SELECT state, count(*) AS n FROM marks GROUP BY state")
        return Counter({row["state"]: row["n"] for row in rows})


def baselines(state: Path) -> int:
    """How many watched folders were looked at for the first time."""
    with closing(_opened(state)) as db:
        return _all(db, "SELECT count(*) AS n FROM folders WHERE baseline_at NOT NULL")[0]["n"]


def resolve(state: Path, person: Person) -> Iterator[str]:
    """Tell for flags that were taken off at once what came of them: a draft, or none."""
    book = person.book
    with closing(_opened(state)) as db:
        for taken in book.taken:
            marks = _marks(db, person.account, taken.message_id)
            if len(marks) == taken.marks_before:
                continue  # off before anybody looked
            mark = marks[-1]
            if mark["state"] == "cancelled":
                book.cancelled[taken.message_id] += 1
                continue
            book.drafts[taken.message_id] += 1
            if (late := _moment(mark["appended_at"]) - taken.at) > _LATE_SECONDS:
                yield f"{person.account}: a draft came {late:.0f} s after its mark was taken back"
    book.taken.clear()


def wrong(person: Person, state: Path) -> list[str]:
    """What lies in the mailbox and should not, or should and does not."""
    with closing(_opened(state)) as db:
        ours = _all(
            db,
            "SELECT id FROM marks WHERE account = ? AND appended_at IS NOT NULL",
            person.account,
        )
    expected = {row["id"] for row in ours} - person.book.fates.keys()
    return [f"{person.account}: {one}" for one in _mailbox(person.mailbox, person.book, expected)]


def unexpected_lines(state: Path) -> list[str]:
    """Warnings and errors in the log of all processes."""
    found = (json.loads(line) for line in lines(state / "panzad.log"))
    return [json.dumps(one) for one in found if one["level"] not in ("debug", "info")]


def _account(db: sqlite3.Connection, person: Person) -> Iterator[str]:
    name, book = person.account, person.book
    marks = _all(db, "SELECT * FROM marks WHERE account = ? AND state != 'ignored'", name)
    for told in (
        *_asked(marks, book),
        *_outcomes(marks, book),
        *_standing(db, name, book),
        *_dataset(db, name, book),
    ):
        yield f"{name}: {told}"


def _asked(marks: list[sqlite3.Row], book: Book) -> Iterator[str]:
    """Each flag has come to a draft or to a refusal, once."""
    open_ = {taken.message_id for taken in book.taken}
    done: dict[str, Counter[str]] = defaultdict(Counter)
    for mark in marks:
        if mark["state"] in life.UNFINISHED:
            yield f"mark {mark['id']} is {mark['state']} still"
        elif mark["appended_at"] is None:
            done[mark["state"]][mark["message_id"]] += 1
        else:
            done["drafts"][mark["message_id"]] += 1
        if mark["keyword_state"] is None and mark["state"] not in (*life.UNFINISHED, "cancelled"):
            yield f"mark {mark['id']}: its mail has no keyword yet"
    wanted = {"drafts": book.drafts, "refused": book.refusals, "cancelled": book.cancelled}
    for kind in wanted.keys() | done.keys():
        expected = wanted.get(kind, Counter())
        for message_id in (expected.keys() | done[kind].keys()) - open_:
            count, due = done[kind][message_id], expected[message_id]
            if count != due:
                yield f"{message_id}: {count} {kind} of {due}"


def _outcomes(marks: list[sqlite3.Row], book: Book) -> Iterator[str]:
    """What became of each draft. Drafts for one mail may say the same: which of them was sent
    cannot be told, how many can."""
    groups: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for mark in marks:
        if mark["appended_at"] is not None:
            groups[mark["answers"] or f"mark {mark['id']}"].append(mark)
    for answers, group in groups.items():
        states = Counter(mark["state"] for mark in group)
        fates = Counter(book.fates.get(mark["id"], "untouched") for mark in group)
        told = ", ".join(
            f"{mark['id']} {mark['state']} for {book.fates.get(mark['id'])}" for mark in group
        )
        for state in ("sent-unchanged", "sent-edited"):
            if states[state] != fates[state]:
                yield f"{answers}: {states[state]} drafts {state} of {fates[state]} ({told})"
        # One that was thrown away counts as answered without when its mail is answered later.
        least = fates["answered-without"]
        if not least <= states["answered-without"] <= least + fates["thrown away"]:
            count = states["answered-without"]
            yield f"{answers}: {count} drafts answered-without of {least} ({told})"
        if extra := set(states) - {"sent-unchanged", "sent-edited", "answered-without", "appended"}:
            yield f"{answers}: drafts are {', '.join(sorted(extra))}"


def _standing(db: sqlite3.Connection, account: str, book: Book) -> Iterator[str]:
    """The marks that stand on the server are those on record."""
    for kind, folders in (("reply", WATCHED), ("instruction", ("Drafts",))):
        rows = _all(
            db,
            "SELECT message_id FROM marks WHERE account = ? AND kind = ? AND present = 1",
            account,
            kind,
        )
        on_record, flagged = {row["message_id"] for row in rows}, book.flagged(*folders)
        if on_record != flagged:
            yield f"{kind} marks: {sorted(on_record ^ flagged)} differ"


def _dataset(db: sqlite3.Connection, account: str, book: Book) -> Iterator[str]:
    rows = _all(
        db,
        "SELECT message_id, reason FROM mails WHERE account = ? AND id IN"
        " (SELECT mail_id FROM locations)",
        account,
    )
    learnt, sent = (
        {row["message_id"] for row in rows},
        {one.message_id for one in book.lying("Sent")},
    )
    if learnt != sent:
        yield f"dataset: {sorted(learnt ^ sent)} differ from Sent"
    every = _all(db, "SELECT count(*) AS n FROM mails WHERE account = ?", account)[0]["n"]
    if every != len(learnt):
        yield f"dataset: {every - len(learnt)} mails lie nowhere"


def _learning(db: sqlite3.Connection) -> Iterator[str]:
    """Every mail that is learnt from has its instruction and its vector, and the index has these
    vectors and no other."""
    pairs = _all(db, "SELECT state, count(*) AS n FROM pairs GROUP BY state")
    for row in pairs:
        if row["state"] != "done":
            yield f"{row['n']} instructions are {row['state']}"
    vectors = {
        row["mail_id"]: np.frombuffer(row["vector"], dtype="<f4")
        for row in _all(db, "SELECT mail_id, vector FROM embeddings")
    }
    usable = {row["id"] for row in _all(db, "SELECT id FROM mails WHERE reason IS NULL")}
    if usable != vectors.keys():
        yield f"{len(usable ^ vectors.keys())} mails have no vector, or vectors no mail"
        return
    [folder] = [Path(row["file"]) for row in _all(db, "PRAGMA database_list")]
    files = _all(db, "SELECT file, stale FROM index_files")
    if not files or files[0]["stale"]:
        yield "the index file is stale"
        return
    index: Any = hnswlib.Index(space="cosine", dim=DIMENSIONS)
    try:
        index.load_index(str(folder.parent / "index" / files[0]["file"]))
    except RuntimeError:  # The next one may have taken its place since the row was read.
        yield "the index file on record is not there"
        return
    labels = sorted(index.get_ids_list())
    if labels != sorted(vectors):
        yield f"the index has {len(labels)} vectors of {len(vectors)}, or others"
    elif labels and not np.allclose(
        index.get_items(labels), np.stack([vectors[one] for one in labels]), atol=1e-5
    ):
        yield "a vector in the index is not that of its mail"


def _mailbox(mailbox: TestMailbox, book: Book, drafts: set[int]) -> Iterator[str]:
    """Every mail of the user's lies where the user has it, byte for byte, once, and flagged as the
    user left it; beside them lie the drafts of these marks."""
    lying = {one.message_id: one for one in book.letters.values() if one.folder is not None}
    seen: Counter[str] = Counter()
    ours: Counter[int] = Counter()
    for folder, raw, flags in _contents(mailbox):
        message_id = _message_id(raw)
        letter = lying.get(message_id)
        if letter is None or letter.folder != folder:
            mark = _mark(raw)
            if folder != "Drafts" or mark is None:
                yield f"{message_id} lies in {folder}"
            else:
                ours[mark] += 1
                if flags - {b"\\Draft", b"\\Seen"}:
                    yield f"the draft of mark {mark} has other flags"
            continue
        seen[message_id] += 1
        if raw != letter.raw:
            yield f"{message_id} in {folder} is not as it was"
        if (b"\\Flagged" in flags) != letter.flagged:
            yield f"{message_id} in {folder} has its flag changed"
        if (b"\\Seen" in flags) != (folder in ("Sent", "Drafts")):
            yield f"{message_id} in {folder} has been read, or not"
    for message_id in lying:
        if seen[message_id] != 1:
            yield f"{message_id} lies {seen[message_id]} times in {lying[message_id].folder}"
    for mark in drafts | ours.keys():
        if ours[mark] != (mark in drafts):
            yield f"{ours[mark]} drafts of mark {mark} of {int(mark in drafts)}"


def _contents(mailbox: TestMailbox) -> Iterator[tuple[str, bytes, set[bytes]]]:
    with mailbox.client() as client:
        for _, _, folder in client.list_folders():
            client.select_folder(folder, readonly=True)
            found: Any = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
            for one in found.values():
                flags = {flag for flag in one[b"FLAGS"] if not flag.startswith(b"$")}
                yield folder, one[b"BODY[]"], flags - {b"\\Recent"}


def _message_id(raw: bytes) -> str:
    return letters.headers(raw)["Message-ID"] or "a mail without an id"


def _mark(raw: bytes) -> int | None:
    told = letters.headers(raw)["X-Panzad"]
    return int(told.partition(";")[0]) if told else None


def _marks(db: sqlite3.Connection, account: str, message_id: str) -> list[sqlite3.Row]:
    return _all(
        db,
        "SELECT * FROM marks WHERE account = ? AND message_id = ? AND state != 'ignored'"
        " ORDER BY id",
        account,
        message_id,
    )


def _moment(text: str | None) -> float:
    return datetime.fromisoformat(text).timestamp() if text else float("inf")


def _opened(state: Path) -> sqlite3.Connection:
    """The database, by a connection of its own; it is only read."""
    db = sqlite3.connect(f"file:{state / 'panzad.db'}?mode=ro", uri=True, timeout=30)
    db.row_factory = sqlite3.Row
    db.execute("BEGIN")
    return db


def _all(db: sqlite3.Connection, sql: str, *values: object) -> list[sqlite3.Row]:
    return db.execute(sql, values).fetchall()
