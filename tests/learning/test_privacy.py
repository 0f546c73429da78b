"""A changed config reaches back: what is excluded now leaves the dataset, whatever was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from panzad.config import Privacy
from panzad.learning import privacy
from panzad.learning.privacy import enforce
from panzad.recall import EMBEDDER
from panzad.store import drafts, embeddings, folders, locations, mails, marks, pairs
from panzad.store.database import Database
from panzad.store.mails import Manner, NewMail, Person, ThreadTurn
from panzad.store.marks import Appending, NewMark

EVE = Privacy(exclude_people=("eve@x.org",))


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return Database(tmp_path / "panzad.db")


def keep(
    db: Database,
    number: int,
    *,
    to: str = "bob@x.org",
    text: str = "Fine.",
    turn: ThreadTurn | None = None,
    layout: str = "top",
    signature: str = "",
    instruction: str = "Say so.",
) -> int:
    """A mail with its instruction and vector, as an earlier version may have stored it."""
    place = folders.known(db, "work", "Sent", "sent").id
    mail = NewMail(
        message_id=f"<{number}@x>",
        date=f"2026-05-{number:02}",
        subject="Lunch",
        sender="ann@x.org",
        recipients=(Person("to", "", to),),
        parents=("<parent@x>",),
        reason=None,
        own_text=text,
        thread=(turn,) if turn else (),
        thread_wanted=False,
        manner=Manner("en", layout, signature=signature),
    )
    with db.transaction() as tx:
        mail_id = mails.store(tx, "work", place, number, mail)
        pairs.finish(tx, mail_id, instruction, "model")
        embeddings.keep(tx, EMBEDDER, {mail_id: b"vector"})
    return mail_id


def edited(db: Database, mail_id: int, *, to: str, text: str, instruction: str = "") -> None:
    """The draft that a mail was made of, kept to be learnt from."""
    with db.transaction() as tx:
        answered = f"<{mail_id}@y>"
        mark = marks.add(tx, NewMark("work", "INBOX", 1, mail_id, answered, "reply"))
        marks.gathered(tx, mark, "{}", answered, "")
        assert marks.written(tx, mark, text, None)
        marks.appending(tx, mark, Appending(b"", f"<draft.{mail_id}@x>", "Drafts", 1, 1))
        marks.appended(tx, mark, mail_id)
        drafts.keep(tx, mark, [to], instruction, text)
        drafts.decide(tx, mark, "sent-edited", mail_id, 0.5)


class TestEnforce:
    def test_mail_to_an_excluded_person_leaves_with_all_that_was_made_of_it(
        self, db: Database
    ) -> None:
        gone, stays = keep(db, 1, to="Eve@x.org"), keep(db, 2)
        assert enforce(db, EVE) == 1
        assert [pair.mail.id for pair in pairs.finished(db)] == [stays]
        assert embeddings.ids(db, EMBEDDER) == {stays}
        assert mails.counts(db)["work"].unused == {"excluded": 1}
        found = mails.get(db, gone)
        assert found is not None
        assert not any((found.own_text, found.subject, found.recipients, found.thread))

    def test_no_word_of_what_is_excluded_stays_in_the_file(self, db: Database) -> None:
        keep(db, 1, to="eve@x.org", text="quicksilver")
        keep(db, 2, turn=ThreadTurn("Eve", "eve@x.org", "", "zinnober"))
        keep(db, 3)
        enforce(db, EVE)
        db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = db.path.read_bytes()
        assert b"quicksilver" not in content
        assert b"zinnober" not in content

    def test_an_excluded_persons_turn_leaves_and_the_mail_is_learnt_anew(
        self, db: Database
    ) -> None:
        mail_id = keep(db, 1, turn=ThreadTurn("Eve", "eve@x.org", "", "Tell no one."))
        assert enforce(db, EVE) == 1
        [waiting] = pairs.pending(db, 9)
        assert (waiting.id, waiting.thread) == (mail_id, ())
        assert embeddings.ids(db, EMBEDDER) == frozenset()

    def test_secrets_stored_before_the_rules_were_are_masked(self, db: Database) -> None:
        keep(db, 1, text="The PIN is 4821.")
        keep(db, 2, text="4111 1111 1111 1111")
        assert enforce(db, Privacy()) == 2
        assert [mail.own_text for mail in pairs.pending(db, 9)] == ["The PIN is [secret]."]
        assert mails.counts(db)["work"].unused == {"secret": 1}

    def test_a_signature_stored_before_is_masked_and_what_was_made_of_the_mail_stays(
        self, db: Database
    ) -> None:
        mail_id = keep(db, 1, signature="Ann\nConference PIN: 4821")
        assert (enforce(db, Privacy()), enforce(db, Privacy())) == (1, 0)
        [pair] = pairs.finished(db)
        assert pair.mail.manner.signature == "Ann\nConference PIN: [secret]"
        assert embeddings.ids(db, EMBEDDER) == {mail_id}

    def test_an_instruction_with_a_word_that_is_excluded_later_is_made_again(
        self, db: Database
    ) -> None:
        typed, other = keep(db, 1), keep(db, 2)
        with db.transaction() as tx:
            pairs.told(tx, typed, "Fine, but not a word about my Salary.")
        enforce(db, Privacy())
        assert len(pairs.finished(db)) == 2
        assert enforce(db, Privacy(exclude_words=("salary",))) == 1
        assert [pair.mail.id for pair in pairs.finished(db)] == [other]
        assert [mail.id for mail in pairs.pending(db, 9)] == [typed]
        assert embeddings.ids(db, EMBEDDER) == {typed, other}
        db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"Salary" not in db.path.read_bytes()

    def test_so_is_one_with_a_secret_that_is_known_as_one_only_now(self, db: Database) -> None:
        keep(db, 1, instruction="Say that the PIN is 4821.")
        assert enforce(db, Privacy()) == 1
        assert pairs.finished(db) == []

    @pytest.mark.parametrize(
        "now", [EVE, Privacy(exclude_words=("salary",))], ids=["person", "word"]
    )
    def test_drafts_that_were_edited_are_not_learnt_from_when_they_are_excluded_later(
        self, db: Database, now: Privacy
    ) -> None:
        edited(db, keep(db, 1), to="eve@x.org", text="The salary, too.")
        edited(db, keep(db, 2), to="bob@x.org", text="Fine.")
        enforce(db, Privacy())
        assert len(drafts.preferences(db)) == 2
        enforce(db, now)
        assert [one.draft for one in drafts.preferences(db)] == ["Fine."]

    def test_what_a_draft_was_asked_for_counts_too(self, db: Database) -> None:
        edited(db, keep(db, 1), to="bob@x.org", text="Fine.", instruction="no word of the salary")
        enforce(db, Privacy(exclude_words=("salary",)))
        assert drafts.kept(db) == []

    def test_a_second_time_changes_nothing_and_new_mail_is_judged(self, db: Database) -> None:
        keep(db, 1, to="eve@x.org")
        assert (enforce(db, EVE), enforce(db, EVE)) == (1, 0)
        keep(db, 2, to="eve@x.org")
        assert enforce(db, EVE) == 1

    def test_what_is_no_longer_excluded_is_forgotten_so_that_a_sync_takes_it_in(
        self, db: Database
    ) -> None:
        keep(db, 1, to="eve@x.org")
        enforce(db, EVE)
        enforce(db, Privacy())
        folder = folders.known(db, "work", "Sent", "sent").id
        assert (locations.uids(db, folder), mails.counts(db)) == (frozenset(), {})

    def test_threads_that_may_have_come_from_folders_are_made_anew_when_a_folder_is_excluded(
        self, db: Database
    ) -> None:
        """What an imported mail quotes did not."""
        turn = ThreadTurn("Bob", "bob@x.org", "", "Lunch?")
        fetched, quoting = keep(db, 1, turn=turn, layout="plain"), keep(db, 2, turn=turn)
        imported = keep(db, 3, turn=turn)
        with db.transaction() as tx:
            mails.keep_imported(tx, imported)
        enforce(db, Privacy(exclude_folders=("Private",)))
        wanting = {mail.id: mail.thread for mail in mails.wanting_thread(db, "work", 9)}
        assert wanting == {fetched: (), quoting: ()}
        kept = mails.get(db, imported)
        assert kept is not None
        assert kept.thread == (turn,)

    @pytest.mark.parametrize("step", range(1, 5))
    def test_killed_at_any_step_the_next_time_does_the_rest(
        self, db: Database, monkeypatch: pytest.MonkeyPatch, step: int
    ) -> None:
        monkeypatch.setattr(privacy, "BATCH", 2)
        for number in range(1, 7):
            keep(db, number, to="eve@x.org" if number % 2 else "bob@x.org")
        note, calls = privacy.problems.note, iter(range(1, 9))

        def dying(*arguments: str) -> None:
            note(*arguments)  # pyright: ignore[reportArgumentType]
            if next(calls) == step:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(privacy.problems, "note", dying)
            with pytest.raises(KeyboardInterrupt):
                enforce(db, EVE)
        enforce(db, EVE)
        assert mails.counts(db)["work"].unused == {"excluded": 3}
        assert len(pairs.finished(db)) == 3
