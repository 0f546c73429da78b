"""What of a thread is answered, to whom, and how: on real servers."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from panzad.config import Config, Privacy
from panzad.drafting.task import Asked
from panzad.learning.sync import sync_account
from panzad.mailbox import Mailbox
from panzad.store import marks
from panzad.store.database import Database
from tests.drafting.steps import (
    TODAY,
    ask,
    drafts,
    flag,
    newest,
    overview_of,
    round_,
)
from tests.servers.mailbox import TestMailbox, mail


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
        with capture_logs() as logs:
            [task] = round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert draft.in_reply_to == ("<lunch.2@example.net>",)
        assert "> Or Friday?" in draft.text
        assert [turn.text.splitlines()[0] for turn in task.thread] == [
            "Do you have time for lunch on Thursday?",
            "Or Friday?",
        ]
        account = overview_of(db, config)["accounts"]["work"]
        assert account["recent"][0]["note"] == ("answers the newer mail of Bob Ray in this thread")
        assert [one["noted"] for one in logs if one["event"] == "mark.gathered"] == [True]
        assert "Bob" not in str(logs)  # the status may tell it, a log keeps no name

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
        [task] = round_(db, watched, config)
        assert task.in_reply_to == "<lunch.1@example.net>"
        assert task.instruction == "say yes"

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
        [task] = round_(db, watched, config)
        assert [turn.text for turn in task.thread] == [
            "The hull is dry.",
            "Then we paint it.",
        ]

    def test_the_users_own_draft_is_no_answer(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("INBOX", self.bob(2, "Note to self\n", 1), flags=("\\Draft",))
        flag(mailbox, "INBOX", 1)
        [task] = round_(db, watched, config)
        assert task.note == ""


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
        sync_account(db, watched, Privacy())
        self.post(mailbox)
        flag(mailbox, "INBOX", 2)
        round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert [one.email for one in draft.to] == ["bob@example.net"]
        assert [one.email for one in draft.cc] == ["crew@lists.example"]


class TestNewsletter:
    def news(self, **headers: str) -> bytes:
        return mail(
            "News", "Look!\n\n-- \nThe shop\n", sender="Shop <news@shop.example>",
            To="Ann Lee <me@example.org>", Date=TODAY, List_Id="<news.shop.example>",
            List_Unsubscribe="<https://shop.example/u>", **headers,
        )  # fmt: skip

    def test_who_wrote_to_themselves_still_gets_no_draft_for_a_newsletter(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("Sent", mail("Note", To="me@example.org", Date=TODAY))
        sync_account(db, watched, Privacy())
        mailbox.append("INBOX", self.news())
        flag(mailbox, "INBOX", 2)
        round_(db, watched, config)
        assert (newest(db).state, newest(db).reason) == (
            "refused",
            "a newsletter or other mail to many, and no answer to you",
        )

    def test_mail_of_a_sender_of_newsletters_that_answers_the_user_gets_a_draft(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        asked = mail("Paint", To="news@shop.example", Message_ID="<paint@example.org>", Date=TODAY)
        mailbox.append("Sent", asked)
        mailbox.append("INBOX", self.news(References="<paint@example.org>"))
        flag(mailbox, "INBOX", 2)
        round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert [one.email for one in draft.to] == ["news@shop.example"]

    def test_the_draft_quotes_the_mail_without_its_signature(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("INBOX", self.news())
        ask(db, watched, "INBOX", 2, Asked(force=True))
        round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert "> Look!" in draft.text
        assert "The shop" not in draft.text


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
        sync_account(db, watched, Privacy())
        flag(mailbox, "INBOX", 1)
        round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert draft.text.index("> Do you have time") < draft.text.index("Yes, noon.")

    def test_the_line_above_the_quote_is_in_the_language_of_the_mail(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        question = mail(
            "Mittag", "Hast du am Donnerstag Zeit, mit mir zu Mittag zu essen?\n",
            sender="Bob Ray <bob@example.net>", To="me@example.org", Date=TODAY,
        )  # fmt: skip
        mailbox.append("INBOX", question)
        flag(mailbox, "INBOX", 2)
        round_(db, watched, config)
        [(draft, _)] = drafts(mailbox)
        assert "schrieb Bob Ray <bob@example.net>:" in draft.text


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
