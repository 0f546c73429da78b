"""What goes wrong with one mark, one folder or one setting, and stays there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import structlog

from panzad.config import Config, Drafts, Folders
from panzad.drafting import deliver, gather, rounds
from panzad.errors import ServerRefused
from panzad.imap.drafts import append_draft
from panzad.mailbox import Mailbox, opened
from panzad.store import folders, marks
from panzad.store import marks as marks_module
from panzad.store.database import Database
from tests.drafting.steps import (
    QUESTION,
    TODAY,
    drafts,
    flag,
    flags_of,
    move,
    newest,
    prepared,
    round_,
    unflag,
)
from tests.panzad_fixtures import NAME
from tests.servers.mailbox import TestMailbox, mail


@pytest.fixture
def mailbox(dovecot_mailbox: TestMailbox) -> TestMailbox:
    """Dovecot alone: keywords, MOVE and folders of one's own."""
    return dovecot_mailbox


Open = Callable[..., Any]


@pytest.fixture
def open_with(config: Config) -> Open:
    """Opens the mailbox with other settings of the account."""

    @contextmanager
    def open_(**changes: object) -> Iterator[Mailbox]:
        with opened(NAME, config.accounts[NAME].model_copy(update=changes)) as box:
            yield box

    return open_


def create(mailbox: TestMailbox, *names: str) -> None:
    with mailbox.client() as client:
        for name in names:
            client.create_folder(name)


def letter(subject: str, message_id: str) -> bytes:
    return mail(
        subject, sender="eve@example.net", To="me@example.org", Message_ID=message_id, Date=TODAY
    )


def due_again(db: Database) -> None:
    with db.transaction() as tx:
        marks.retry_now(tx)


class TestOneMark:
    def test_a_flagged_mail_with_an_8_bit_id_does_not_stop_the_others(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        odd = letter("Odd", "<odd@x>").replace(b"<odd@x>", b"<gr\xfc\xdfe@example.net>")
        mailbox.append("INBOX", odd)
        flag(mailbox, "INBOX", 1)
        flag(mailbox, "INBOX", 2)
        round_(db, watched, config)
        assert {draft.subject for draft, _ in drafts(mailbox)} == {"Re: Odd", "Re: Lunch"}
        assert "<grüße@example.net>" in {one.message_id for one in marks.recent(db, NAME, 9)}

    def test_text_that_is_no_unicode_is_stored_all_the_same(self, db: Database) -> None:
        row = marks.NewMark(NAME, "IN\udce4OX", 1, 1, "<\udcff@x>", "reply")
        with db.transaction() as tx:
            mark_id = marks.add(tx, row)
            marks.postpone(tx, mark_id, "NO \udcff", "2026-05-04T00:00:00+00:00")
        assert (newest(db).message_id, newest(db).reason) == ("<?@x>", "NO ?")

    def test_a_defect_over_one_mail_does_not_hold_up_the_others(
        self,
        db: Database,
        watched: Mailbox,
        mailbox: TestMailbox,
        config: Config,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        mailbox.append("INBOX", letter("Evil", "<evil@x>"))
        real = gather.reply_task

        def failing(*arguments: Any, **more: Any) -> Any:
            if arguments[3].subject == "Evil":
                raise ValueError(f"cannot read {arguments[3].text}")
            return real(*arguments, **more)

        monkeypatch.setattr(gather, "reply_task", failing)
        written = StringIO()
        monkeypatch.setattr(rounds, "log", structlog.wrap_logger(structlog.PrintLogger(written)))
        flag(mailbox, "INBOX", 1)
        flag(mailbox, "INBOX", 2)
        for _ in range(rounds.MAX_ATTEMPTS):
            round_(db, watched, config)
            due_again(db)
        assert [draft.subject for draft, _ in drafts(mailbox)] == ["Re: Lunch"]
        [failed] = [one for one in marks.recent(db, NAME, 9) if one.state == "failed"]
        assert failed.reason == "unexpected ValueError: see the log"
        logged = written.getvalue()
        assert "mark.unexpected" in logged
        assert "failing" in logged
        assert "About Evil" not in logged

    def test_a_source_mail_whose_folder_is_gone_is_on_record_as_gone(
        self, db: Database, mailbox: TestMailbox, config: Config, open_with: Open
    ) -> None:
        create(mailbox, "Project")
        with open_with(folders=Folders(watch=("INBOX", "Project"))) as box:
            round_(db, box, config)
            mailbox.append("Project", QUESTION)
            flag(mailbox, "Project", 1)
            rounds.look(db, box)
            rounds.gather_due(db, box, config)
            [mark] = marks.due(db, "gathered")
            with db.transaction() as tx:
                marks.written(tx, mark.id, "Yes, noon.", None)
            with mailbox.client() as client:
                client.delete_folder("Project")
            assert rounds.deliver_due(db, box) == 1
        assert (newest(db).state, newest(db).keyword_state) == ("appended", "gone")

    def test_a_settled_mark_keeps_nothing_of_the_mails(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        flag(mailbox, "INBOX", 1)
        round_(db, watched, config)
        assert newest(db).state == "appended"
        assert (newest(db).task, newest(db).text, newest(db).draft) == (None, None, None)

    def test_a_commands_mark_is_not_looked_for_by_a_uid_of_old(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        """After a new UIDVALIDITY the UID may be another mail's."""
        row = marks.NewMark(
            NAME, "INBOX", 1, 1, "<other@example.net>", "reply", present=False, task=""
        )
        with db.transaction() as tx:
            marks.add(tx, row)
        round_(db, watched, config)
        assert (newest(db).state, newest(db).reason) == ("refused", "the mail is gone")
        mailbox.append("INBOX", letter("Other", "<other@example.net>"))
        with db.transaction() as tx:
            marks.add(tx, row)
        round_(db, watched, config)
        assert [draft.subject for draft, _ in drafts(mailbox)] == ["Re: Other"]


class TestLimit:
    def test_the_hour_counts_from_the_append_not_from_later_changes(
        self,
        db: Database,
        watched: Mailbox,
        mailbox: TestMailbox,
        config: Config,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        early = (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="seconds")
        flag(mailbox, "INBOX", 1)
        with monkeypatch.context() as patch:
            patch.setattr(marks_module, "now", lambda: early)
            round_(db, watched, config)
        unflag(mailbox)
        round_(db, watched, config)
        hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")
        assert newest(db).changed_at > hour_ago
        assert newest(db).appended_at == early
        assert marks.appended_within_the_hour(db, NAME) == 0

    def test_drafts_that_wait_for_a_model_count_too(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        config = config.model_copy(update={"drafts": Drafts(max_per_hour=1)})
        mailbox.append("INBOX", letter("Second", "<second@x>"))
        for position in (1, 2):
            flag(mailbox, "INBOX", position)
        rounds.look(db, watched)
        rounds.gather_due(db, watched, config)
        [mark] = marks.due(db, "gathered")
        with db.transaction() as tx:
            marks.postpone(tx, mark.id, "no model", rounds.retry_time(0))
        rounds.gather_due(db, watched, config)
        assert marks.counts(db, NAME) == {"gathered": 1, "marked": 1}

    def test_a_mail_in_two_watched_folders_stays_where_it_was_seen_first(
        self, db: Database, mailbox: TestMailbox, config: Config, open_with: Open
    ) -> None:
        create(mailbox, "Label")
        with open_with(folders=Folders(watch=("INBOX", "Label"))) as box:
            round_(db, box, config)
            for folder in ("INBOX", "Label"):
                mailbox.append(folder, QUESTION)
                flag(mailbox, folder, 1)
            round_(db, box, config)
            before = newest(db)
            with db.transaction() as tx:
                tx.execute("UPDATE marks SET changed_at = 'before'")
            for _ in range(2):
                round_(db, box, config)
        assert len(drafts(mailbox)) == 1
        assert (before.folder, newest(db).folder) == ("INBOX", "INBOX")
        assert newest(db).changed_at == "before"


class TestAppending:
    def test_a_refused_append_goes_to_the_folder_that_is_set_next(
        self,
        db: Database,
        watched: Mailbox,
        mailbox: TestMailbox,
        config: Config,
        open_with: Open,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def refused(*_: object) -> int:
            raise ServerRefused("Drafts is read-only", "choose another folder")

        flag(mailbox, "INBOX", 1)
        with monkeypatch.context() as patch:
            patch.setattr(deliver, "append_draft", refused)
            round_(db, watched, config)
        waiting = newest(db)
        assert (waiting.state, waiting.drafts_folder) == ("appending", "Drafts")
        create(mailbox, "Ideas")
        due_again(db)
        with open_with(folders=Folders(drafts="Ideas")) as box:
            round_(db, box, config)
        assert newest(db).state == "appended"
        assert drafts(mailbox) == []
        [(draft, _)] = drafts(mailbox, "Ideas")
        assert draft.message_id == waiting.draft_message_id

    def test_a_drafts_folder_that_is_gone_does_not_keep_the_draft_for_ever(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        prepared(db, watched, mailbox, config)
        with db.transaction() as tx:
            tx.execute("UPDATE marks SET drafts_folder = 'Old Drafts'")
        round_(db, watched, config)
        assert newest(db).state == "appended"
        assert len(drafts(mailbox)) == 1

    def test_unflagging_cancels_a_draft_that_did_not_arrive(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        prepared(db, watched, mailbox, config)
        unflag(mailbox)
        round_(db, watched, config)
        assert (newest(db).state, drafts(mailbox)) == ("cancelled", [])
        flag(mailbox, "INBOX", 1)
        round_(db, watched, config)
        assert len(drafts(mailbox)) == 1

    def test_unflagging_does_not_deny_a_draft_that_did_arrive(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        ready = prepared(db, watched, mailbox, config)
        append_draft(watched.session, "Drafts", ready.draft, ("\\Draft",))
        unflag(mailbox)
        round_(db, watched, config)
        assert (newest(db).state, len(drafts(mailbox))) == ("appended", 1)


class TestFromBefore:
    def test_an_old_mark_stays_ignored_when_its_mail_is_moved(
        self, db: Database, mailbox: TestMailbox, config: Config, open_with: Open
    ) -> None:
        create(mailbox, "Archive", "Elsewhere")
        mailbox.append("INBOX", QUESTION, flags=("\\Flagged",))
        with open_with(folders=Folders(watch=("INBOX", "Archive"))) as box:
            round_(db, box, config)
            for source, target in (
                ("INBOX", "Archive"),
                ("Archive", "Elsewhere"),
                ("Elsewhere", "INBOX"),
            ):
                move(mailbox, source, target)
                round_(db, box, config)
        assert drafts(mailbox) == []
        assert marks.counts(db, NAME) == {"ignored": 1}

    def test_a_mail_moved_unseen_after_its_draft_gets_no_second_one(
        self, db: Database, mailbox: TestMailbox, config: Config, open_with: Open
    ) -> None:
        create(mailbox, "Archive", "Elsewhere")
        with open_with(folders=Folders(watch=("INBOX", "Archive"))) as box:
            round_(db, box, config)
            mailbox.append("INBOX", QUESTION, flags=("\\Flagged",))
            round_(db, box, config)
            for source, target in (("INBOX", "Elsewhere"), ("Elsewhere", "Archive")):
                move(mailbox, source, target)
                round_(db, box, config)
            assert len(drafts(mailbox)) == 1
            unflag(mailbox, "Archive")
            round_(db, box, config)
            flag(mailbox, "Archive", 1)
            round_(db, box, config)
        assert len(drafts(mailbox)) == 2

    def test_another_mark_takes_a_baseline_of_its_own(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config, open_with: Open
    ) -> None:
        mailbox.append("INBOX", letter("Old", "<old@x>"), flags=("answer",))
        with open_with(mark="keyword:answer") as box:
            for _ in range(2):
                round_(db, box, config)
            assert drafts(mailbox) == []
            flag(mailbox, "INBOX", 1)
            round_(db, box, config)
            assert drafts(mailbox) == []
            mailbox.append("INBOX", letter("New", "<new@x>"), flags=("answer",))
            round_(db, box, config)
        assert [draft.subject for draft, _ in drafts(mailbox)] == ["Re: New"]
        round_(db, watched, config)
        assert len(drafts(mailbox)) == 1
        assert {one.baseline_mark for one in folders.listed(db)} == {"flag"}


class TestOtherMarks:
    def test_a_keyword_becomes_a_draft(
        self, db: Database, mailbox: TestMailbox, config: Config, open_with: Open
    ) -> None:
        mailbox.append("INBOX", QUESTION, flags=())
        with open_with(mark="keyword:answer") as box:
            round_(db, box, config)
            flag(mailbox, "INBOX", 1)
            round_(db, box, config)
            assert drafts(mailbox) == []
            with mailbox.client() as client:
                client.select_folder("INBOX")
                client.add_flags(client.search(), ["answer"])
            for _ in range(2):
                round_(db, box, config)
        assert [draft.subject for draft, _ in drafts(mailbox)] == ["Re: Lunch"]
        assert b"$PanzadDrafted" in flags_of(mailbox, "INBOX", 1)

    def test_a_mail_put_into_the_folder_becomes_a_draft_in_its_whole_thread(
        self, db: Database, mailbox: TestMailbox, config: Config, open_with: Open
    ) -> None:
        create(mailbox, "To draft")
        again = mail(
            "Re: Lunch",
            "Friday is fine. Where?\n",
            sender="Bob Ray <bob@example.net>",
            To="me@example.org",
            Message_ID="<lunch.3@example.net>",
            In_Reply_To="<lunch.1@example.net>",
            Date=TODAY,
        )
        mailbox.append("INBOX", QUESTION)
        with open_with(mark="folder:To draft") as box:
            round_(db, box, config)
            mailbox.append("To draft", again)
            [task] = round_(db, box, config)
            assert [turn.text.splitlines()[0] for turn in task.thread] == [
                "Do you have time for lunch on Thursday?",
                "Friday is fine. Where?",
            ]
            assert len(drafts(mailbox)) == 1
            move(mailbox, "To draft", "Trash")
            round_(db, box, config)
            move(mailbox, "Trash", "To draft")
            round_(db, box, config)
        assert len(drafts(mailbox)) == 2
