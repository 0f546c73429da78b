"""What panzad makes of what a mail program does to a draft, on a real Dovecot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from panzad.config import Config, Drafts
from panzad.drafting.outcome import GRACE, STALE
from panzad.mailbox import Mailbox
from panzad.store import drafts as kept
from panzad.store.database import Database
from tests.drafting.followup.mail_program import (
    EDIT,
    OWN_ANSWER,
    TEXT,
    answer,
    as_thunderbird_saves,
    look,
    taken,
)
from tests.drafting.steps import drafts, flag, newest, round_, unflag
from tests.panzad_fixtures import NAME
from tests.servers.mailbox import TestMailbox, mail


def look_killed(
    monkeypatch: pytest.MonkeyPatch, db: Database, box: Mailbox, config: Config
) -> None:
    """A look that dies where it would put an outcome on record."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(kept, "decide", killed)
        with pytest.raises(KeyboardInterrupt):
            look(db, box, config)


class TestSent:
    def test_unchanged(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        assert look(db, drafted, config) == "appended"
        mailbox.append("Sent", as_thunderbird_saves(taken(mailbox)))
        assert look(db, drafted, config) == "sent-unchanged"
        assert kept.preferences(db) == []
        [week] = kept.usage(db, NAME)
        assert (week.decided, week.used, week.unchanged, week.distance) == (1, 1, 1, 0.0)

    def test_edited_in_place_and_then_sent(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("Drafts", EDIT(taken(mailbox)), flags=("\\Draft", "\\Seen"))
        assert look(db, drafted, config, GRACE * 2) == "appended"
        mailbox.append("Sent", taken(mailbox))
        assert look(db, drafted, config) == "sent-edited"
        [week] = kept.usage(db, NAME)
        assert week.distance == pytest.approx(2 / 18)

    def test_edited_in_the_window_that_it_is_sent_from(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("Sent", EDIT(taken(mailbox)))
        assert look(db, drafted, config) == "sent-edited"
        [preference] = kept.preferences(db)
        assert preference.draft == TEXT
        assert "in the garden" in preference.mail.own_text
        assert preference.mail.thread[-1].text.startswith("Do you have time for lunch")

    def test_an_outcome_is_recorded_once(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("Sent", as_thunderbird_saves(taken(mailbox)))
        look(db, drafted, config)
        mailbox.append("Sent", answer(OWN_ANSWER))
        assert look(db, drafted, config, STALE * 2) == "sent-unchanged"

    def test_some_time_after_the_draft_went_from_its_folder(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        raw = taken(mailbox)
        assert look(db, drafted, config) == "appended"
        mailbox.append("Sent", raw)
        assert look(db, drafted, config, GRACE / 2) == "sent-unchanged"

    def test_a_process_killed_before_it_was_on_record_finds_it_again(
        self,
        db: Database,
        drafted: Mailbox,
        mailbox: TestMailbox,
        config: Config,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        mailbox.append("Sent", EDIT(taken(mailbox)))
        look_killed(monkeypatch, db, drafted, config)
        assert newest(db).state == "appended"
        assert look(db, drafted, config) == "sent-edited"
        assert len(kept.preferences(db)) == 1


class TestNotUsed:
    def test_discarded(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        taken(mailbox)
        assert look(db, drafted, config) == "appended"
        assert look(db, drafted, config, GRACE) == "discarded"
        assert kept.kept(db, NAME) == []

    def test_marked_as_deleted_is_gone(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        with mailbox.client() as client:
            client.select_folder("Drafts")
            client.delete_messages(client.search())
        look(db, drafted, config)
        assert look(db, drafted, config, GRACE) == "discarded"

    def test_a_draft_that_comes_back_is_not_discarded(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        raw = taken(mailbox)
        look(db, drafted, config)
        mailbox.append("Drafts", EDIT(raw))
        assert look(db, drafted, config, GRACE) == "appended"
        taken(mailbox)
        assert look(db, drafted, config, GRACE * 1.5) == "appended"
        assert look(db, drafted, config, GRACE * 3) == "discarded"

    def test_answered_without_it_the_untouched_draft_is_removed(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("Drafts", mail("Another draft"), flags=("\\Draft",))
        mailbox.append("Sent", answer(OWN_ANSWER))
        assert look(db, drafted, config) == "answered-without"
        assert [draft.subject for draft, _ in drafts(mailbox)] == ["Another draft"]

    def test_or_left_where_the_user_wants_that(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        config = config.model_copy(update={"drafts": Drafts(remove_stale=False)})
        mailbox.append("Sent", answer(OWN_ANSWER))
        assert look(db, drafted, config) == "answered-without"
        assert len(drafts(mailbox)) == 1

    def test_stale_after_a_month_and_removed_when_answered_then(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        assert look(db, drafted, config, STALE + GRACE) == "stale"
        assert len(drafts(mailbox)) == 1
        mailbox.append("Sent", answer(OWN_ANSWER))
        assert look(db, drafted, config, STALE + GRACE) == "answered-without"
        assert drafts(mailbox) == []

    def test_a_mail_passed_on_is_no_answer(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("Sent", answer(OWN_ANSWER, to="eve@example.net"))
        assert look(db, drafted, config) == "appended"
        assert len(drafts(mailbox)) == 1

    def test_killed_between_removal_and_record_it_comes_to_the_same_end(
        self,
        db: Database,
        drafted: Mailbox,
        mailbox: TestMailbox,
        config: Config,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        mailbox.append("Sent", answer(OWN_ANSWER))
        look_killed(monkeypatch, db, drafted, config)
        assert drafts(mailbox) == []
        assert look(db, drafted, config) == "answered-without"


class TestTouched:
    """A draft that the user has touched is never changed or deleted."""

    def test_it_is_found_below_many_that_were_saved_after_it(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        later = [mail(f"Plan {number}") for number in range(40)]
        mailbox.append("Drafts", EDIT(taken(mailbox)), *later, flags=("\\Draft", "\\Seen"))
        mailbox.append("Sent", answer(OWN_ANSWER))
        assert look(db, drafted, config, GRACE * 2) == "appended"
        assert look(db, drafted, config, GRACE * 4) == "appended"

    def test_saved_anew_it_stays_when_the_mail_is_answered(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        edited = EDIT(taken(mailbox))
        mailbox.append("Drafts", edited, flags=("\\Draft", "\\Seen"))
        mailbox.append("Sent", answer(OWN_ANSWER))
        for later in (timedelta(), GRACE, STALE * 2):
            look(db, drafted, config, later)
        assert body(mailbox) == edited

    @pytest.mark.parametrize("given", ["\\Flagged", "$later"])
    def test_with_a_flag_of_the_users_it_stays(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config, given: str
    ) -> None:
        before = body(mailbox)
        with mailbox.client() as client:
            client.select_folder("Drafts")
            client.add_flags(client.search(), [given])
        mailbox.append("Sent", answer(OWN_ANSWER))
        look(db, drafted, config, GRACE)
        assert body(mailbox) == before

    def test_where_the_server_told_no_uid_it_stays(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        with db.transaction() as tx:
            tx.execute("UPDATE marks SET draft_uid = NULL")
        mailbox.append("Sent", answer(OWN_ANSWER))
        assert look(db, drafted, config, GRACE) == "appended"
        assert len(drafts(mailbox)) == 1

    def test_a_new_version_leaves_the_first_one(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("Drafts", EDIT(taken(mailbox)))
        before = body(mailbox)
        unflag(mailbox)
        round_(db, drafted, config)
        flag(mailbox, "INBOX", 1)
        round_(db, drafted, config, "No, Friday.")
        look(db, drafted, config)
        assert len(drafts(mailbox)) == 2
        assert body(mailbox) == before


def body(mailbox: TestMailbox) -> bytes:
    """The oldest mail in Drafts, byte for byte."""
    with mailbox.client() as client:
        client.select_folder("Drafts", readonly=True)
        uid = client.search()[0]
        raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
    assert isinstance(raw, bytes)
    return raw


class TestNewMail:
    """A draft that answers nothing: only its words and people tell it."""

    @pytest.fixture
    def written(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> Mailbox:
        note = mail("Lunch", "ask Bob to lunch\n", To="bob@example.net", Message_ID="<note@x>")
        mailbox.append("Drafts", note, flags=("\\Draft", "\\Seen"))
        flag(mailbox, "Drafts", 1)
        round_(db, watched, config, TEXT)
        return watched

    def test_edited_in_place_and_sent(
        self, db: Database, written: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        edited = EDIT(taken(mailbox))
        mailbox.append("Drafts", mail("Another", "Quite another thing.\n"), edited)
        look(db, written, config)
        assert look(db, written, config, GRACE) == "appended"
        mailbox.append("Sent", taken(mailbox).replace(b"<saved@", b"<sent@"))
        assert look(db, written, config) == "sent-edited"

    def test_discarded(
        self, db: Database, written: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        taken(mailbox)
        mailbox.append("Drafts", mail("Another", "Quite another thing.\n"))
        look(db, written, config)
        assert look(db, written, config, GRACE) == "discarded"
