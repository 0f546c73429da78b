"""Syncing a folder with real servers: nothing lost, nothing twice, killed anywhere."""

from __future__ import annotations

import pytest

from panzad.config import ImapServer
from panzad.imap.fetch import MAILS_PER_BATCH
from panzad.imap.plan import finished
from tests.imap.ledger import NEVER_SYNCED, Killed, Ledger
from tests.imap.scripted import ScriptedServer
from tests.imap.wire import commands
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import TestMailbox, mail


def names(count: int, start: int = 1) -> list[str]:
    return [f"mail {number:05}" for number in range(start, start + count)]


class TestChanges:
    def test_the_first_sync_takes_everything_and_the_second_nothing(
        self, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", *map(mail, names(5)))
        ledger = Ledger()
        with mailbox.session() as session:
            ledger.sync(session, "Sent")
            assert ledger.subjects == names(5)
            ledger.sync(session, "Sent")
        assert ledger.events == ["Done"]
        assert ledger.fetches == 5

    def test_an_empty_folder_is_done_at_once(self, mailbox: TestMailbox) -> None:
        ledger = Ledger()
        with mailbox.session() as session:
            ledger.sync(session, "Sent")
            ledger.sync(session, "Sent")
        assert ledger.events == ["Done"]

    def test_new_mail_is_fetched_and_deleted_mail_forgotten(self, mailbox: TestMailbox) -> None:
        mailbox.append("Sent", *map(mail, names(4)))
        ledger = Ledger()
        with mailbox.session() as session:
            ledger.sync(session, "Sent")
            second, third = sorted(ledger.mails)[1:3]
            mailbox.expunge("Sent", second, third)
            mailbox.append("Sent", mail("mail 00005"))
            ledger.sync(session, "Sent")
            assert ledger.subjects == ["mail 00001", "mail 00004", "mail 00005"]
            mailbox.expunge("Sent", *ledger.mails)
            ledger.sync(session, "Sent")
            assert ledger.subjects == []
            ledger.sync(session, "Sent")
            assert ledger.events == ["Done"]
        assert ledger.fetches == 5

    def test_a_mail_that_came_and_went_between_syncs_costs_nothing_later(
        self, dovecot_mailbox: TestMailbox
    ) -> None:
        dovecot_mailbox.append("Sent", *map(mail, names(2)))
        ledger = Ledger()
        with dovecot_mailbox.session() as session:
            ledger.sync(session, "Sent")
            dovecot_mailbox.append("Sent", mail("mail 00003"))
            dovecot_mailbox.expunge("Sent", max(ledger.mails) + 1)
            ledger.sync(session, "Sent")
            with commands(session) as sent:
                ledger.sync(session, "Sent")
        assert ledger.events == ["Done"]
        assert len(sent) == 1

    def test_the_mail_seen_stays_unseen(self, mailbox: TestMailbox) -> None:
        mailbox.append("Sent", mail("unread"), flags=())
        with mailbox.session() as session:
            Ledger().sync(session, "Sent")
        with mailbox.client() as client:
            client.select_folder("Sent")
            assert len(client.search("UNSEEN")) == 1


class TestUidvalidity:
    def rebuilt(self, mailbox: TestMailbox, *subjects: str) -> None:
        with mailbox.client() as client:
            client.delete_folder("Sent")
            client.create_folder("Sent")
        mailbox.append("Sent", *map(mail, subjects))

    def test_known_mails_are_matched_by_message_id_and_only_new_ones_fetched(
        self, mailbox: TestMailbox
    ) -> None:
        mailbox.append("Sent", *map(mail, names(6)))
        ledger = Ledger()
        with mailbox.session() as session:
            ledger.sync(session, "Sent")
            self.rebuilt(mailbox, "mail 00004", "new one", *names(2), "mail 00006")
            ledger.sync(session, "Sent")
            assert ledger.subjects == sorted(["mail 00004", "new one", *names(2), "mail 00006"])
            assert ledger.fetches == 7
            ledger.sync(session, "Sent")
        assert ledger.events == ["Done"]

    def test_killed_after_any_event_it_ends_the_same(self, dovecot_mailbox: TestMailbox) -> None:
        dovecot_mailbox.append("Sent", *map(mail, names(6)))
        before = Ledger()
        with dovecot_mailbox.session() as session:
            before.sync(session, "Sent")
            self.rebuilt(dovecot_mailbox, "new one", *names(3), "newer", "mail 00006")
            for death in range(6):
                ledger = Ledger()
                ledger.mails, ledger.cursor = dict(before.mails), before.cursor
                with pytest.raises(Killed):
                    ledger.sync(session, "Sent", die_after=death)
                ledger.sync(session, "Sent")
                assert ledger.subjects == sorted(["new one", *names(3), "newer", "mail 00006"])


class TestKilled:
    def test_after_any_event_the_next_sync_goes_on_from_the_last_batch(
        self, dovecot: DovecotServer, dovecot_mailbox: TestMailbox
    ) -> None:
        count = MAILS_PER_BATCH + 2
        for name in names(count):
            dovecot.deliver(dovecot_mailbox.user, "Sent", mail(name))
        with dovecot_mailbox.session() as session:
            for death in (0, 1, MAILS_PER_BATCH, MAILS_PER_BATCH + 1, count, count + 1, count + 2):
                ledger = Ledger()
                with pytest.raises(Killed):
                    ledger.sync(session, "Sent", die_after=death)
                lost = min(death, count) - len(ledger.mails) if death <= MAILS_PER_BATCH else 0
                ledger.sync(session, "Sent")
                assert ledger.subjects == names(count)
                assert ledger.fetches <= count + max(lost, 2)


class TestTwentyThousandMails:
    """What a sync costs is counted in commands, each of which is a round trip."""

    @pytest.fixture
    def large(self, dovecot: DovecotServer) -> TestMailbox:
        user = "large@example.org"
        dovecot.add_user(user, "geheim")
        raw = mail("one of many")
        for _ in range(20_000):
            dovecot.deliver(user, "Sent", raw)
        server = ImapServer(host=dovecot.host, port=dovecot.port, security="none")
        return TestMailbox(server, user, "geheim")

    def test_no_change_costs_one_command_and_a_deletion_two(self, large: TestMailbox) -> None:
        ledger = Ledger()
        with large.session(timeout=60) as session:
            state = session.select("Sent", readonly=True)
            assert state.exists == 20_000
            ledger.mails = dict.fromkeys(session.client.search("ALL"))
            ledger.cursor = finished(NEVER_SYNCED, state, ())
            with commands(session) as sent:
                ledger.sync(session, "Sent")
            assert ledger.events == ["Done"]
            assert sent == ['EXAMINE "Sent"']
            large.expunge("Sent", 5, 6, 17_000)
            with commands(session) as sent:
                ledger.sync(session, "Sent")
            assert ledger.events == ["Vanished", "Done"]
            assert sent == ['EXAMINE "Sent"', "UID SEARCH UID 1:20000"]
        assert len(ledger.mails) == 19_997


class TestHabits:
    def test_without_uidnext_the_last_mail_is_not_taken_for_a_new_one(self) -> None:
        """163.com leaves UIDNEXT out, and `n:*` returns the last mail even below n."""
        head = "Subject: hi\r\n\r\n"
        structure = 'BODYSTRUCTURE ("APPLICATION" "PDF" NIL NIL NIL "7BIT" 4)'
        answers = {
            "EXAMINE": ["* 1 EXISTS", "* OK [UIDVALIDITY 7] x"],
            "UID SEARCH": ["* SEARCH 5"],
            "UID FETCH 5": [f"* 1 FETCH (UID 5 {structure} BODY[HEADER]<0> {{15}}\r\n{head})"],
        }
        ledger = Ledger()
        with ScriptedServer(answers) as server, server.session() as session:
            ledger.sync(session, "Sent")
            ledger.sync(session, "Sent")
        assert ledger.events == ["Done"]
        assert (ledger.fetches, sorted(ledger.mails)) == (1, [5])

    def test_an_unreadable_mail_is_known_and_not_asked_for_again(self) -> None:
        """Yahoo: single mails permanently `[UNAVAILABLE]`."""
        answers = {
            "EXAMINE": ["* 1 EXISTS", "* OK [UIDVALIDITY 7] x", "* OK [UIDNEXT 6] x"],
            "UID SEARCH": ["* SEARCH 5"],
            "UID FETCH": ["TAG NO [UNAVAILABLE] UID FETCH Server error"],
        }
        ledger = Ledger()
        with ScriptedServer(answers) as server, server.session() as session:
            ledger.sync(session, "Sent")
            assert ledger.events == ["Unreadable", "Checkpoint", "Done"]
            ledger.sync(session, "Sent")
        assert ledger.events == ["Done"]
