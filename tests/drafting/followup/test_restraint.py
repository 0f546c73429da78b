"""When panzad holds back: after drafts that went unused, and under very many flags."""

from __future__ import annotations

import pytest

from panzad.config import Config, Drafts
from panzad.drafting.outcome import GRACE
from panzad.drafting.task import Asked
from panzad.mailbox import Mailbox
from panzad.store import drafts as kept
from panzad.store import marks, problems
from panzad.store.database import Database
from tests.drafting.followup.mail_program import TEXT, as_thunderbird_saves, look, taken
from tests.drafting.steps import (
    QUESTION,
    TODAY,
    ask,
    drafts,
    flag,
    newest,
    overview_of,
    round_,
    unflag,
)
from tests.panzad_fixtures import NAME
from tests.servers.mailbox import TestMailbox, mail


class TestRestraint:
    LIMIT = Drafts(unused_limit=2, max_per_hour=99)

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.model_copy(update={"drafts": self.LIMIT})

    @pytest.fixture
    def weary(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> Mailbox:
        """Two drafts were discarded; one more mail lies in INBOX."""
        for _ in range(2):
            flag(mailbox, "INBOX", 1)
            round_(db, watched, config, TEXT)
            unflag(mailbox)
            round_(db, watched, config)
            taken(mailbox)
        look(db, watched, config)
        look(db, watched, config, GRACE)
        mailbox.append("INBOX", QUESTION.replace(b"lunch.1@", b"dinner@").replace(b"Lunch", b"Tea"))
        return watched

    def test_a_plain_flag_gets_no_draft_and_panzad_says_so_once(
        self,
        db: Database,
        weary: Mailbox,
        mailbox: TestMailbox,
        config: Config,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        flag(mailbox, "INBOX", 2)
        round_(db, weary, config)
        assert drafts(mailbox) == []
        reason = "the last 2 drafts were not used: flag it again for a draft"
        assert (newest(db).state, newest(db).reason) == ("refused", reason)
        look(db, weary, config)
        [problem] = problems.listed(db)
        assert (problem.scope, problem.times) == (f"unused:{NAME}", 1)
        assert problem.what == "the last 2 drafts were not used"
        assert "drafts.unused" not in capsys.readouterr().out

    def test_a_second_flag_gets_one_and_using_it_ends_the_restraint(
        self, db: Database, weary: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        for _ in range(2):
            unflag(mailbox)
            round_(db, weary, config)
            flag(mailbox, "INBOX", 2)
            round_(db, weary, config, TEXT)
        assert len(drafts(mailbox)) == 1
        mailbox.append("Sent", as_thunderbird_saves(taken(mailbox)))
        assert look(db, weary, config) == "sent-unchanged"
        assert problems.listed(db) == []
        assert kept.unused_in_a_row(db, NAME) == 0

    def test_a_command_and_a_draft_with_an_instruction_get_one(
        self, db: Database, weary: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        ask(db, weary, "INBOX", 2, Asked())
        mailbox.append("Drafts", mail("Hello", "say hello and ask for news\n"), flags=("\\Draft",))
        flag(mailbox, "Drafts", 1)
        round_(db, weary, config, TEXT)
        assert marks.counts(db, NAME)["appended"] == 2

    def test_the_limit_can_be_taken_away(
        self, db: Database, weary: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        config = config.model_copy(update={"drafts": Drafts(unused_limit=0)})
        look(db, weary, config)
        assert problems.listed(db) == []
        flag(mailbox, "INBOX", 2)
        round_(db, weary, config, TEXT)
        assert len(drafts(mailbox)) == 1


class TestBurst:
    def test_of_five_hundred_flags_the_newest_come_first_and_the_rest_is_said_to_wait(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        config = config.model_copy(update={"drafts": Drafts(max_per_hour=3)})
        mailbox.append("INBOX", *(question(number) for number in range(500)))
        with mailbox.client() as client:
            client.select_folder("INBOX")
            client.add_flags(client.search(), ["\\Flagged"])
        for _ in range(2):
            round_(db, watched, config)
        assert [draft.subject for draft, _ in drafts(mailbox)] == [
            "Re: Number 499",
            "Re: Number 498",
            "Re: Number 497",
        ]
        assert overview_of(db, config)["accounts"][NAME]["queue"] == {
            "waiting": 498,
            "per_hour": 3,
            "drafted_within_the_hour": 3,
        }


def question(number: int) -> bytes:
    return mail(
        f"Number {number}",
        sender=f"Bob Ray <bob{number}@example.net>",
        To="me@example.org",
        Message_ID=f"<n{number}@example.net>",
        Date=TODAY,
    )
