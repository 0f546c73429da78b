"""The other mails of a thread are found by ids, and by subject where ids fail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest
from structlog.testing import capture_logs

from panzad.imap.search import ThreadSearch, find_thread
from tests.imap.scripted import ScriptedServer
from tests.servers.mailbox import TestMailbox, mail

TODAY = datetime.now(UTC)
STAMP = format_datetime(TODAY)
BY_IDS = ThreadSearch(
    above=("<2@x>", "<1@x>"),
    answered="<3@x>",
    subject="Boat",
    by_subject=False,
    day=TODAY.date(),
)
REFUSED = "TAG NO [SERVERBUG] UID SEARCH Server error"


class TestOnServers:
    @pytest.fixture
    def thread(self, mailbox: TestMailbox) -> TestMailbox:
        mailbox.append(
            "INBOX",
            mail("Boat", Message_ID="<1@x>", Date=STAMP),
            mail("Other", Message_ID="<9@x>", Date=STAMP),
            mail("Re: Boat", Message_ID="<3@x>", References="<1@x> <2@x>", Date=STAMP),
            mail("Re: Boat", Message_ID="<4@x>", References="<1@x> <2@x> <3@x>", Date=STAMP),
            mail("Re: Boat", Message_ID="<5@x>", In_Reply_To="<3@x>", Date=STAMP),
        )
        mailbox.append("INBOX", mail("Re: Boat", In_Reply_To="<3@x>"), flags=("\\Draft",))
        mailbox.append("INBOX", mail("Re: Boat", In_Reply_To="<3@x>"), flags=("\\Deleted",))
        return mailbox

    def positions(self, mailbox: TestMailbox, wanted: ThreadSearch) -> list[int]:
        with mailbox.session() as session:
            session.select("INBOX", readonly=True)
            uids = session.client.search("ALL")
            return [uids.index(uid) + 1 for uid in find_thread(session, "INBOX", wanted)]

    def test_mails_above_and_answers_but_no_drafts(self, thread: TestMailbox) -> None:
        assert self.positions(thread, BY_IDS) == [1, 4, 5]

    def test_by_subject_where_the_mail_names_nothing(self, thread: TestMailbox) -> None:
        wanted = ThreadSearch((), None, "Boat", by_subject=True, day=TODAY.date())

        assert self.positions(thread, wanted) == [1, 3, 4, 5]

    def test_an_old_mail_of_the_same_subject_is_another_thread(self, thread: TestMailbox) -> None:
        later = (TODAY + timedelta(days=90)).date()

        assert self.positions(thread, ThreadSearch((), None, "Boat", True, later)) == []

    def test_of_a_subject_that_every_mail_has_only_the_newest_are_taken(
        self, mailbox: TestMailbox
    ) -> None:
        mailbox.append("INBOX", *(mail("Hello", Message_ID=f"<h{n}@x>") for n in range(25)))

        found = self.positions(mailbox, ThreadSearch((), None, "Hello", True, None))

        assert found == list(range(6, 26))


class TestByScript:
    def searches(self, wanted: ThreadSearch, *answers: str) -> list[str]:
        """The SEARCH commands that are sent when each is answered so."""
        script = {"UID SEARCH": list(answers)}
        with ScriptedServer(script) as server, server.session() as session:
            find_thread(session, "INBOX", wanted)
            return server.received("UID SEARCH")

    @pytest.mark.parametrize("answer", ["NO [CANNOT] cannot look for", "BAD unknown argument"])
    def test_a_server_that_quotes_the_subject_is_not_quoted(self, answer: str) -> None:
        wanted = ThreadSearch((), None, "zarquon", by_subject=True, day=None)
        with capture_logs() as logged:
            assert self.searches(wanted, f"TAG {answer} zarquon")
        assert [one["event"] for one in logged] == ["search.header_refused"]
        assert "zarquon" not in str(logged)

    def test_one_search_asks_for_all_ids_and_dates_come_first(self) -> None:
        wanted = ThreadSearch(("<1@x>",), "<2@x>", "Boat", False, date(2026, 3, 1))

        assert self.searches(wanted, "* SEARCH") == [
            'UID SEARCH UNDRAFT UNDELETED OR HEADER MESSAGE-ID "<1@x>"'
            ' (SINCE 28-Feb-2026 OR HEADER IN-REPLY-TO "<2@x>" HEADER REFERENCES "<2@x>")'
        ]

    def test_a_server_that_cannot_search_headers_is_asked_for_the_subject(self) -> None:
        """Yahoo: `[SERVERBUG]`."""
        last = self.searches(BY_IDS, REFUSED)[-1]

        assert "HEADER" not in last
        assert 'SUBJECT "Boat"' in last

    @pytest.mark.parametrize(
        ("subject", "key"),
        [
            ("Grüße aus Rostock", 'SUBJECT "e aus Rostock"'),
            ('The "best" \\ boat', 'SUBJECT "The \\"best\\" \\\\ boat"'),
            ("Hi", 'SUBJECT "Hi"'),
        ],
    )
    def test_a_subject_is_asked_for_without_a_charset(self, subject: str, key: str) -> None:
        [sent] = self.searches(ThreadSearch((), None, subject, True, None), "* SEARCH")

        assert sent == f"UID SEARCH UNDRAFT UNDELETED {key}"

    @pytest.mark.parametrize("subject", ["", "船について", "é ok"])
    def test_a_subject_that_says_too_little_is_not_asked_for(self, subject: str) -> None:
        assert self.searches(ThreadSearch((), None, subject, True, None)) == []

    def test_ids_that_would_break_the_command_are_left_out(self) -> None:
        odd = ("<ü@x>", "<a\r\nb@x>", f"<{'x' * 500}@x>")

        assert self.searches(ThreadSearch(odd, odd[0], "", False, None)) == []
