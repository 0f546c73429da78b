"""The life of a mark on real servers: flag, gather, write, one draft, whatever happens between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from panzad.config import Config, Drafts, Paths
from panzad.drafting import deliver, rounds
from panzad.drafting.deliver import Places
from panzad.drafting.task import Asked, DraftTask, dumped_request, loaded
from panzad.imap.drafts import append_draft
from panzad.learning.sync import sync_account
from panzad.mail.message import Message
from panzad.mail.parse import parse
from panzad.mailbox import Mailbox
from panzad.overview import overview
from panzad.schedule import Learnt
from panzad.store import marks
from panzad.store.database import Database
from panzad.store.marks import Mark, NewMark
from tests.servers.mailbox import TestMailbox, mail

TODAY = format_datetime(datetime.now(UTC))
QUESTION = mail(
    "Lunch",
    "Do you have time for lunch on Thursday?\n\nBob\n",
    sender="Bob Ray <bob@example.net>",
    To="Ann Lee <me@example.org>",
    Message_ID="<lunch.1@example.net>",
    Date=TODAY,
)


def round_(db: Database, box: Mailbox, config: Config, text: str = "Yes, noon.") -> None:
    """One round; the text stands where the model worker would have written it."""
    rounds.look(db, box)
    rounds.gather_due(db, box, config)
    for mark in marks.due(db, "gathered"):
        with db.transaction() as tx:
            assert marks.written(tx, mark.id, text, None)
    rounds.deliver_due(db, box)


def newest(db: Database) -> Mark:
    return marks.recent(db, "work", 1)[0]


def task_of(mark: Mark) -> DraftTask:
    assert mark.task is not None
    return loaded(mark.task)


def drafts(mailbox: TestMailbox) -> list[tuple[Message, set[bytes]]]:
    """The mails in Drafts with their flags, as another client sees them."""
    with mailbox.client() as client:
        client.select_folder("Drafts", readonly=True)
        found: Any = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
    return [(parse(one[b"BODY[]"]), set(one[b"FLAGS"])) for _, one in sorted(found.items())]


def flag(mailbox: TestMailbox, folder: str, position: int) -> None:
    """Flag the mail at a position, counted from 1 (pymap's UIDs begin at 101)."""
    with mailbox.client() as client:
        client.select_folder(folder)
        client.add_flags([client.search()[position - 1]], ["\\Flagged"])


def unflag(mailbox: TestMailbox) -> None:
    with mailbox.client() as client:
        client.select_folder("INBOX")
        client.remove_flags(client.search(), ["\\Flagged"])


def ask(db: Database, box: Mailbox, folder: str, position: int, asked: Asked) -> None:
    """What `panzad draft MESSAGE-ID` puts on record."""
    state = box.session.select(folder, readonly=True)
    uid = box.session.client.search()[position - 1]
    row = NewMark(
        "work", folder, state.uidvalidity, uid, "<asked@x>", "reply", present=False,
        task=dumped_request(asked),
    )  # fmt: skip
    with db.transaction() as tx:
        marks.add(tx, row)


def overview_of(db: Database, config: Config) -> dict[str, Any]:
    """What `panzad status` shows."""
    folder = db.path.parent
    paths = Paths(folder / "config.toml", folder, folder)
    return overview(db, paths, config, Learnt(0, 0, False, None), datetime.now().astimezone())


def flags_of_first(mailbox: TestMailbox, folder: str) -> set[bytes]:
    with mailbox.client() as client:
        client.select_folder(folder, readonly=True)
        found: Any = client.get_flags(client.search()[:1])
        [flags] = found.values()
        return set(flags) - {b"\\Recent"}


@pytest.fixture
def watched(db: Database, open_mailbox: Mailbox, mailbox: TestMailbox, config: Config) -> Mailbox:
    """A mailbox that has been looked at once, with one question in INBOX."""
    mailbox.append("INBOX", QUESTION, flags=())
    round_(db, open_mailbox, config)
    return open_mailbox


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
        found = flags_of_first(mailbox, "INBOX")
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
        round_(db, watched, config)
        turns = [turn.text.splitlines()[0] for turn in task_of(newest(db)).thread]
        assert turns == [
            "Do you have time for lunch on Thursday?",
            "Thursday is full. Friday?",
            "Friday is fine. Where?",
        ]


class TestThread:
    def bob(self, number: int, text: str, *above: int, **headers: str) -> bytes:
        return mail(
            "Re: Lunch",
            text,
            sender="Bob Ray <bob@example.net>",
            Message_ID=f"<lunch.{number}@example.net>",
            References=" ".join(f"<lunch.{one}@example.net>" for one in above),
            Date=TODAY,
            **{"To": "me@example.org", **headers},
        )

    def test_the_newer_mail_of_the_thread_is_answered_and_the_status_says_so(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("INBOX", self.bob(2, "Or Friday?\n", 1))
        flag(mailbox, "INBOX", 1)
        round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert draft.in_reply_to == ("<lunch.2@example.net>",)
        assert "> Or Friday?" in draft.text
        assert [turn.text.splitlines()[0] for turn in task_of(newest(db)).thread] == [
            "Do you have time for lunch on Thursday?",
            "Or Friday?",
        ]
        account = overview_of(db, config)["accounts"]["work"]
        assert account["recent"][0]["note"] == ("answers the newer mail of Bob Ray in this thread")

    def test_a_star_on_a_whole_thread_gives_one_draft(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        """A click on the star of Thunderbird's collapsed thread flags every mail of it."""
        mailbox.append("INBOX", self.bob(2, "Or Friday?\n", 1), self.bob(3, "Or Sunday?\n", 1, 2))
        for position in (1, 2, 3):
            flag(mailbox, "INBOX", position)
        for _ in range(2):
            round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert draft.in_reply_to == ("<lunch.3@example.net>",)
        assert marks.counts(db, "work") == {"appended": 1, "cancelled": 2}
        older = marks.recent(db, "work", 3)[1:]
        assert [one.reason for one in older] == [
            f"mark {newest(db).id} has the draft for this thread"
        ] * 2

    def test_a_command_answers_the_very_mail_that_it_names(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("INBOX", self.bob(2, "Or Friday?\n", 1))
        ask(db, watched, "INBOX", 1, Asked("say yes"))
        round_(db, watched, config)
        assert task_of(newest(db)).in_reply_to == "<lunch.1@example.net>"
        assert task_of(newest(db)).instruction == "say yes"

    def test_a_thread_without_ids_is_found_by_its_subject_and_its_people(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        first = mail(
            "Boat", "The hull is dry.\n", sender="Ann <me@example.org>", To="bob@example.net",
            Date=TODAY,
        )  # fmt: skip
        stranger = mail(
            "Boat", "Buy a boat!\n", sender="eve@example.com", Message_ID="<spam@x>", Date=TODAY
        )
        reply = mail(
            "RE: Boat", "Then we paint it.\n", sender="bob@example.net", To="me@example.org",
            Date=TODAY,
        )  # fmt: skip
        mailbox.append("Sent", first)
        mailbox.append("INBOX", stranger, reply)
        flag(mailbox, "INBOX", 3)
        round_(db, watched, config)
        assert [turn.text for turn in task_of(newest(db)).thread] == [
            "The hull is dry.",
            "Then we paint it.",
        ]

    def test_the_users_own_draft_is_no_answer(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("INBOX", self.bob(2, "Note to self\n", 1), flags=("\\Draft",))
        flag(mailbox, "INBOX", 1)
        round_(db, watched, config)
        assert task_of(newest(db)).note == ""


class TestForce:
    def post(self, mailbox: TestMailbox) -> None:
        post = mail(
            "News", sender="Bob Ray <bob@example.net>", To="crew@lists.example",
            List_Id="<crew.lists.example>", List_Post="<mailto:crew@lists.example>", Date=TODAY,
        )  # fmt: skip
        mailbox.append("INBOX", post)

    def test_a_list_that_the_user_does_not_write_to_gets_a_reason(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        self.post(mailbox)
        flag(mailbox, "INBOX", 2)
        round_(db, watched, config)
        assert (newest(db).state, newest(db).reason) == (
            "refused",
            "mail to a list that you do not write to",
        )

    def test_force_drafts_all_the_same(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        self.post(mailbox)
        ask(db, watched, "INBOX", 2, Asked(force=True))
        round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert [one.email for one in draft.to] == ["bob@example.net"]

    def test_who_writes_to_the_list_answers_on_it(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("Sent", mail("Hello crew", To="crew@lists.example", Date=TODAY))
        sync_account(db, watched)
        self.post(mailbox)
        flag(mailbox, "INBOX", 2)
        round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert [one.email for one in draft.to] == ["bob@example.net"]
        assert [one.email for one in draft.cc] == ["crew@lists.example"]


class TestHabits:
    def test_the_draft_is_arranged_as_the_users_replies_are(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        for number in range(3):
            text = (
                f"On 1 Mar 2026 at 09:00, Bob <bob@example.net> wrote:\n> Well {number}?\n\nYes.\n"
            )
            name = f"<{number}@example.org>"
            mailbox.append("Sent", mail("Re: Well", text, To="bob@example.net", Message_ID=name))
        sync_account(db, watched)
        flag(mailbox, "INBOX", 1)
        round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert draft.text.index("> Do you have time") < draft.text.index("Yes, noon.")


class TestThunderbird:
    def test_a_profile_with_the_address_makes_the_draft_its_own(
        self,
        db: Database,
        watched: Mailbox,
        mailbox: TestMailbox,
        config: Config,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        profile = tmp_path / ".thunderbird" / "p"
        profile.mkdir(parents=True)
        (profile.parent / "profiles.ini").write_text("[Profile0]\nPath=p\n")
        (profile / "prefs.js").write_text(
            'user_pref("mail.account.account3.identities", "id7");\n'
            'user_pref("mail.identity.id7.useremail", "me@example.org");\n'
        )
        monkeypatch.setenv("HOME", str(tmp_path))
        flag(mailbox, "INBOX", 1)
        round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert draft.header("X-Identity-Key") == "id7"
        assert (draft.header("X-Mozilla-Draft-Info") or "").startswith("internal/draft;")


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

    def prepared(self, db: Database, box: Mailbox, mailbox: TestMailbox, config: Config) -> Mark:
        flag(mailbox, "INBOX", 1)
        rounds.look(db, box)
        rounds.gather_due(db, box, config)
        [mark] = marks.due(db, "gathered")
        with db.transaction() as tx:
            marks.written(tx, mark.id, "Yes, noon.", None)
        [mark] = marks.due(db, "written")
        places = Places(box.folders.drafts, box.folders.sent)
        return deliver._prepared(db, box.session, mark, places, None)  # pyright: ignore[reportPrivateUsage]

    def test_before_the_append_one_draft_comes(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        self.prepared(db, watched, mailbox, config)
        round_(db, watched, config)
        assert len(drafts(mailbox)) == 1
        assert newest(db).state == "appended"

    def test_between_append_and_commit_no_second_draft_comes(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mark = self.prepared(db, watched, mailbox, config)
        assert mark.draft is not None
        append_draft(watched.session, "Drafts", mark.draft, ("\\Draft",))
        round_(db, watched, config)
        assert len(drafts(mailbox)) == 1
        assert newest(db).state == "appended"
        assert newest(db).draft_uid is not None

    def test_a_draft_that_was_sent_meanwhile_is_not_written_again(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mark = self.prepared(db, watched, mailbox, config)
        assert mark.draft is not None
        mailbox.append("Sent", mark.draft)
        round_(db, watched, config)
        assert drafts(mailbox) == []
        assert newest(db).state == "appended"


class TestInstruction:
    def test_a_flagged_draft_of_the_users_own_is_the_instruction(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        note = mail(
            "Re: Lunch",
            "yes, Thursday 3pm, ask for the room\n",
            To="Bob Ray <bob@example.net>",
            Message_ID="<note@example.org>",
            In_Reply_To="<lunch.1@example.net>",
        )
        mailbox.append("Drafts", note, flags=("\\Draft", "\\Seen"))
        flag(mailbox, "Drafts", 1)
        round_(db, watched, config, "Yes, Thursday 3 pm.")
        own, written = drafts(mailbox)
        assert own[0].text.strip() == "yes, Thursday 3pm, ask for the room"
        assert b"\\Flagged" in own[1]
        assert written[0].in_reply_to == ("<lunch.1@example.net>",)
        assert [one.email for one in written[0].to] == ["bob@example.net"]
        assert "> Do you have time for lunch on Thursday?" in written[0].text
        task = task_of(newest(db))
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
