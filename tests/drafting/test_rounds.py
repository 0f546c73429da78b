"""The life of a mark on real servers: flag, gather, write, one draft, whatever happens between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from panzad.config import Config, Drafts
from panzad.drafting import rounds
from panzad.imap.drafts import append_draft
from panzad.mailbox import Mailbox
from panzad.store import marks
from panzad.store.database import Database
from tests.drafting.steps import (
    QUESTION,
    TODAY,
    drafts,
    flag,
    flags_of,
    newest,
    prepared,
    round_,
    unflag,
)
from tests.servers.mailbox import TestMailbox, mail, note


class TestReply:
    def test_a_flag_becomes_a_draft_in_its_thread(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        flag(mailbox, "INBOX", 1)
        round_(db, watched, config)
        [(draft, flags)] = drafts(mailbox)
        assert {b"\\Draft", b"\\Seen"} <= flags
        assert draft.from_[0].email == "me@example.org"
        assert [one.email for one in draft.to] == ["bob@example.net"]
        assert draft.subject == "Re: Lunch"
        assert draft.in_reply_to == draft.references == ("<lunch.1@example.net>",)
        assert draft.text.startswith("Yes, noon.")
        assert "-- \nAnn Lee\nACME" in draft.text
        assert "> Do you have time for lunch on Thursday?" in draft.text
        assert draft.message_id is not None
        assert draft.message_id.endswith("@example.org>")
        assert draft.header("X-Panzad") == f"{newest(db).id}; adapter=none"

    def test_the_source_mail_stays_unseen_and_gets_its_keyword_where_allowed(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        flag(mailbox, "INBOX", 1)
        round_(db, watched, config)
        found = flags_of(mailbox, "INBOX", 1)
        if newest(db).keyword_state == "set":
            assert found == {b"\\Flagged", b"$PanzadDrafted"}
        else:
            assert (newest(db).keyword_state, found) == ("not-allowed", {b"\\Flagged"})

    def test_later_rounds_make_no_second_draft(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        flag(mailbox, "INBOX", 1)
        for _ in range(3):
            round_(db, watched, config)
        assert len(drafts(mailbox)) == 1

    def test_flagging_again_asks_for_a_new_version(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        for _ in range(2):
            flag(mailbox, "INBOX", 1)
            round_(db, watched, config)
            unflag(mailbox)
            round_(db, watched, config)
        assert len(drafts(mailbox)) == 2

    def test_marks_from_before_the_first_run_are_left_alone(
        self, db: Database, open_mailbox: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("INBOX", QUESTION, flags=("\\Flagged",))
        for _ in range(2):
            round_(db, open_mailbox, config)
        assert drafts(mailbox) == []
        assert marks.counts(db, "work") == {"ignored": 1}

    def test_unflagging_before_the_draft_is_written_cancels(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        flag(mailbox, "INBOX", 1)
        rounds.look(db, watched)
        rounds.gather_due(db, watched, config)
        unflag(mailbox)
        rounds.look(db, watched)
        mark = newest(db)
        assert mark.state == "cancelled"
        with db.transaction() as tx:
            assert not marks.written(tx, mark.id, "Yes, noon.", None)
        rounds.deliver_due(db, watched)
        assert drafts(mailbox) == []

    def test_the_thread_is_taken_from_the_server(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        answer = mail(
            "Re: Lunch",
            "Thursday is full. Friday?\n",
            sender="Ann Lee <me@example.org>",
            To="bob@example.net",
            Message_ID="<lunch.2@example.org>",
            In_Reply_To="<lunch.1@example.net>",
            References="<lunch.1@example.net>",
            Date=TODAY,
        )
        again = mail(
            "Re: Lunch",
            "Friday is fine. Where?\n",
            sender="Bob Ray <bob@example.net>",
            To="me@example.org",
            Message_ID="<lunch.3@example.net>",
            In_Reply_To="<lunch.2@example.org>",
            References="<lunch.1@example.net> <lunch.2@example.org>",
            Date=TODAY,
        )
        mailbox.append("Sent", answer)
        mailbox.append("INBOX", again)
        flag(mailbox, "INBOX", 2)
        [task] = round_(db, watched, config)
        turns = [turn.text.splitlines()[0] for turn in task.thread]
        assert turns == [
            "Do you have time for lunch on Thursday?",
            "Thursday is full. Friday?",
            "Friday is fine. Where?",
        ]


class TestRefusals:
    def test_an_old_mail_gets_a_reason_instead_of_a_draft(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        old = format_datetime(datetime.now(UTC) - timedelta(days=15))
        mailbox.append(
            "INBOX", mail("Old", sender="bob@example.net", To="me@example.org", Date=old)
        )
        flag(mailbox, "INBOX", 2)
        round_(db, watched, config)
        assert (newest(db).state, newest(db).reason) == ("refused", "older than 14 days")
        assert drafts(mailbox) == []

    def test_drafts_beyond_the_hourly_limit_wait_newest_first(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        config = config.model_copy(update={"drafts": Drafts(max_per_hour=1)})
        mailbox.append(
            "INBOX", mail("Second", sender="eve@example.net", To="me@example.org", Date=TODAY)
        )
        flag(mailbox, "INBOX", 1)
        flag(mailbox, "INBOX", 2)
        for _ in range(2):
            round_(db, watched, config)
        assert [draft.subject for draft, _ in drafts(mailbox)] == ["Re: Second"]
        assert marks.counts(db, "work") == {"appended": 1, "marked": 1}


class TestCrash:
    """Between the steps of a delivery; the row is what a killed process leaves behind."""

    def test_before_the_append_one_draft_comes(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        prepared(db, watched, mailbox, config)
        round_(db, watched, config)
        assert len(drafts(mailbox)) == 1
        assert newest(db).state == "appended"

    def test_between_append_and_commit_no_second_draft_comes(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        ready = prepared(db, watched, mailbox, config)
        append_draft(watched.session, "Drafts", ready.draft, ("\\Draft",))
        round_(db, watched, config)
        assert len(drafts(mailbox)) == 1
        assert newest(db).state == "appended"
        assert newest(db).draft_uid is not None

    def test_a_draft_that_was_sent_meanwhile_is_not_written_again(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        ready = prepared(db, watched, mailbox, config)
        mailbox.append("Sent", ready.draft)
        round_(db, watched, config)
        assert drafts(mailbox) == []
        assert newest(db).state == "appended"


class TestInstruction:
    def test_a_flagged_draft_of_the_users_own_is_the_instruction(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        own_draft = note("yes, Thursday 3pm, ask for the room\n")
        mailbox.append("Drafts", own_draft, flags=("\\Draft", "\\Seen"))
        flag(mailbox, "Drafts", 1)
        [task] = round_(db, watched, config, "Yes, Thursday 3 pm.")
        own, written = drafts(mailbox)
        assert own[0].text.strip() == "yes, Thursday 3pm, ask for the room"
        assert b"\\Flagged" in own[1]
        assert written[0].in_reply_to == ("<lunch.1@example.net>",)
        assert [one.email for one in written[0].to] == ["bob@example.net"]
        assert "> Do you have time for lunch on Thursday?" in written[0].text
        assert task.instruction == "yes, Thursday 3pm, ask for the room"
        assert "lunch on Thursday" in task.thread[-1].text

    def test_flagging_panzads_own_draft_is_refused_with_the_reason(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        flag(mailbox, "INBOX", 1)
        round_(db, watched, config)
        flag(mailbox, "Drafts", 1)
        round_(db, watched, config)
        assert (newest(db).state, newest(db).reason) == ("refused", "this draft is panzad's own")
        assert len(drafts(mailbox)) == 1
