"""The loop against the habits of the large providers, and each habit by itself.

The mail lies on a real Dovecot; a door before it does what the provider does (servers/habits.py).
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from panzad.config import Config, ImapServer
from panzad.errors import LoginError, NetworkError
from panzad.store import mails, marks, pairs
from panzad.store.database import Database
from tests.drafting.steps import QUESTION, newest, unflag
from tests.panzad_fixtures import account_on
from tests.servers.dovecot import DovecotServer
from tests.servers.habits import Habits, HabitServer
from tests.servers.mailbox import TestMailbox, mail
from tests.servers.person import Person, at_home, reply, visiting, watching_orders
from tests.servers.providers import GMAIL, NO_EXTENSIONS, OUTLOOK, PROVIDERS, YAHOO

_users = itertools.count(1)
PLAIN = Habits(folders={"Sent": r"\Sent", "Drafts": r"\Drafts"})


@dataclass(frozen=True, slots=True)
class House:
    """A mailbox on Dovecot, the door before it, and panzad's config for the door."""

    mailbox: TestMailbox
    door: HabitServer
    config: Config

    @property
    def behind(self) -> TestMailbox:
        """The mailbox as panzad sees it."""
        place = self.mailbox.server.model_copy(update={"port": self.door.port})
        return replace(self.mailbox, server=place)


Build = Callable[[Habits], AbstractContextManager[House]]


@pytest.fixture(scope="module")
def dovecots(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[Habits], DovecotServer]]:
    """A Dovecot with the folders of these habits; one for all that have the same."""
    with contextlib.ExitStack() as running:
        started: dict[str, DovecotServer] = {}

        def start(habits: Habits) -> DovecotServer:
            layout = repr((habits.folders, habits.prefix, habits.separator))
            if layout not in started:
                server = DovecotServer(
                    tmp_path_factory.mktemp("dovecot"),
                    prefix=habits.prefix,
                    separator=habits.separator,
                    folders=habits.folders,
                )
                started[layout] = running.enter_context(server)
            return started[layout]

        yield start


@pytest.fixture
def house(dovecots: Callable[[Habits], DovecotServer]) -> Build:
    """Builds a house with the habits given."""

    @contextmanager
    def build(habits: Habits) -> Generator[House]:
        server = dovecots(habits)
        with HabitServer(server.port, habits) as door:
            user = f"user{next(_users)}@example.org"
            server.add_user(user, "geheim")
            place = ImapServer(host=server.host, port=server.port, security="none")
            mailbox = TestMailbox(place, user, "geheim", habits.prefix)
            behind = replace(mailbox, server=place.model_copy(update={"port": door.port}))
            config = Config(accounts={"work": account_on(behind)})
            yield House(mailbox, door, watching_orders(mailbox, config))

    return build


@contextmanager
def someone(build: Build, db: Database, habits: Habits) -> Generator[tuple[Person, HabitServer]]:
    """The owner of such a mailbox at home."""
    with build(habits) as house, at_home(house.mailbox, house.config, db) as person:
        yield person, house.door


def lives_a_day(person: Person) -> None:
    """Learn, draft, cancel, draft in a folder with umlauts; the end is the same everywhere."""
    person.puts(person.sent, reply(1), reply(2))
    assert person.syncs() == 2
    assert person.syncs() == 0
    assert {pair.message_id for pair in pairs.pending(person.db, 9)} == {
        "<answer.1@example.org>",
        "<answer.2@example.org>",
    }
    person.flags()
    for _ in range(2):
        person.round()
    [(draft, flags)] = person.drafts
    assert {b"\\Draft", b"\\Seen"} <= flags
    assert draft.in_reply_to == draft.references == ("<lunch.1@example.net>",)
    unflag(person.mailbox)
    person.round()
    order = mail(
        "Größe", "Which size?\n", sender="eve@example.net", To="me@example.org",
        Message_ID="<size@example.net>", Date=draft.header("Date") or "",
    )  # fmt: skip
    person.puts(person.orders, order)
    person.flags(person.orders)
    person.round("Size nine.")
    assert [draft.subject for draft, _ in person.drafts] == ["Re: Lunch", "Re: Größe"]
    assert marks.counts(person.db, "work") == {"appended": 2}


class TestProviders:
    @pytest.mark.parametrize("provider", PROVIDERS)
    def test_a_day_ends_as_everywhere(self, house: Build, db: Database, provider: str) -> None:
        with someone(house, db, PROVIDERS[provider]) as (person, door):
            lives_a_day(person)
            assert not [one for one in door.commands if "ENVELOPE" in one or "RFC822" in one]

    def test_a_thread_is_learnt_where_headers_cannot_be_searched(
        self, house: Build, db: Database
    ) -> None:
        with someone(house, db, YAHOO) as (person, _):
            person.puts(person.sent, reply(1))
            person.syncs()
            assert mails.counts(db)["work"].used == 1

    def test_modseq_is_not_believed_without_condstore(self, house: Build, db: Database) -> None:
        with someone(house, db, YAHOO) as (person, _):
            assert person.panzad.session.select("INBOX", readonly=True).highestmodseq is None

    def test_the_id_goes_before_the_first_select(self, house: Build, db: Database) -> None:
        with someone(house, db, PROVIDERS["netease"]) as (_, door):
            words = [one.split()[0] for one in door.commands]
            assert words.index("ID") < min(words.index("EXAMINE"), words.index("LIST"))

    def test_what_is_not_offered_is_not_asked_for(self, house: Build, db: Database) -> None:
        with someone(house, db, NO_EXTENSIONS) as (person, door):
            lives_a_day(person)
            words = {one.split()[0] for one in door.commands}
            assert words <= {
                "CAPABILITY", "LOGIN", "LIST", "SELECT", "EXAMINE", "UID", "APPEND", "NOOP",
            }  # fmt: skip


class TestLabels:
    """Gmail: a label is a folder, so one mail lies in several."""

    def test_a_thread_that_lies_in_two_folders_stands_in_the_task_once(
        self, house: Build, db: Database
    ) -> None:
        with someone(house, db, GMAIL) as (person, _):
            [everything] = person.panzad.folders.archive
            person.puts(person.sent, reply(1))
            person.puts(everything, QUESTION, reply(1))
            person.flags()
            [task] = person.round()
            assert [turn.text.split()[0] for turn in task.thread] == ["Do"]

    def test_a_draft_that_is_in_all_mail_too_is_one_draft(self, house: Build, db: Database) -> None:
        with someone(house, db, GMAIL) as (person, _):
            [everything] = person.panzad.folders.archive
            person.flags()
            person.round()
            with person.mailbox.client() as client:
                client.copy(person.opens(client, person.panzad.folders.drafts), everything)
            person.round()
            assert len(person.drafts) == 1
            assert marks.counts(db, "work") == {"appended": 1}

    def test_sent_mail_that_is_in_all_mail_too_is_learnt_once(
        self, house: Build, db: Database
    ) -> None:
        with someone(house, db, GMAIL) as (person, _):
            [everything] = person.panzad.folders.archive
            person.puts(person.sent, reply(1))
            person.puts(everything, reply(1))
            person.syncs()
            assert mails.counts(db)["work"].mails == 1

    def test_without_keywords_none_is_stored_and_the_draft_comes(
        self, house: Build, db: Database
    ) -> None:
        with someone(house, db, GMAIL) as (person, door):
            person.flags()
            person.round()
            assert len(person.drafts) == 1
            assert newest(db).keyword_state == "not-allowed"
            assert not [one for one in door.commands if "UID STORE" in one]


class TestThrottling:
    @pytest.mark.parametrize(
        "answer",
        [
            "NO [THROTTLED] Slow down (Failure)",
            "NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)",
        ],
    )
    def test_a_throttled_server_is_asked_once_and_the_mark_waits(
        self, house: Build, db: Database, answer: str
    ) -> None:
        """The mark is not to blame: it must not come nearer to being given up."""
        with someone(house, db, PLAIN) as (person, door):
            person.flags()
            throttled = replace(PLAIN, refused={"UID FETCH": answer})
            door.behaves(throttled)
            with pytest.raises(NetworkError):
                person.round()
            assert sum(one.startswith("UID FETCH") for one in door.commands[-3:]) == 1
            door.behaves(PLAIN)
            person.round()
            assert len(person.drafts) == 1
            assert newest(db).attempts == 0

    def test_a_full_mailbox_is_not_taken_for_throttling(self, house: Build, db: Database) -> None:
        with someone(house, db, PLAIN) as (person, door):
            person.flags()
            door.behaves(replace(PLAIN, refused={"^APPEND": "NO [OVERQUOTA] Mailbox is full"}))
            person.round()
            assert "make room" in (newest(db).reason or "")


class TestLogin:
    def test_a_server_that_takes_no_password_is_a_login_error(self, house: Build) -> None:
        """Outlook takes XOAUTH2 only."""
        habits = replace(OUTLOOK, refused={"^(LOGIN|AUTHENTICATE PLAIN)": "NO LOGIN failed."})
        with house(habits) as built, pytest.raises(LoginError, match="app password"):
            built.behind.session()

    def test_authenticated_but_not_connected_is_a_login_error(self, house: Build) -> None:
        """Outlook says OK to the login and BAD to all that follows, where IMAP is switched off."""
        refusal = "BAD User is authenticated but not connected."
        habits = replace(OUTLOOK, refused={"^(ID|LIST|SELECT|EXAMINE)": refusal})
        with house(habits) as built, pytest.raises(LoginError, match="not connected"):
            built.behind.session()


class TestAnswers:
    @pytest.mark.parametrize(
        "reworded",
        [
            {r"BODYSTRUCTURE \(.*\) BODY\[": "BODYSTRUCTURE NIL BODY["},
            {r"BODYSTRUCTURE \(.*\) BODY\[": 'BODYSTRUCTURE (("text" "plain" BODY['},
            {r"BODYSTRUCTURE \(.*\) BODY\[": "BODYSTRUCTURE (NIL NIL NIL NIL) BODY["},
            {r"BODYSTRUCTURE \(.*\) BODY\[": "BODY["},
        ],
        ids=["nil", "open-parenthesis", "nil-fields", "missing"],
    )
    def test_a_broken_bodystructure_costs_nothing_but_time(
        self, house: Build, db: Database, reworded: dict[str, str]
    ) -> None:
        with someone(house, db, replace(PLAIN, reworded=reworded)) as (person, _):
            lives_a_day(person)

    @pytest.mark.parametrize(
        "line",
        [
            "* OK [ALERT] Maintenance tonight",
            "* NO [ALERT] You are at 91% of your quota",
            "* BAD Something is wrong here",
            "* OK Still here",
            "* CAPABILITY IMAP4rev1",
            r"* FLAGS (\Seen \Flagged $Junk)",
            "* 1 EXISTS",
            "* 0 RECENT",
            r"* 1 FETCH (FLAGS (\Seen))",
            r"* 1 FETCH (FLAGS (\Seen) UID 1)",
            '* STATUS "INBOX" (MESSAGES 3)',
            r'* LIST (\Marked) "/" INBOX',
            "* ENABLED CONDSTORE",
            "* XGARBAGE 1 2 (3",
            "* SEARCH",
        ],
    )
    def test_unasked_responses_before_every_answer_change_nothing(
        self, house: Build, db: Database, line: str
    ) -> None:
        with someone(house, db, replace(PLAIN, interjected=(line,))) as (person, _):
            person.flags()
            for _ in range(2):
                person.round()
            assert len(person.drafts) == 1

    def test_a_mailbox_that_may_only_be_read_but_for_drafts_gets_its_draft(
        self, house: Build, db: Database
    ) -> None:
        habits = replace(PLAIN, reworded={r"\[READ-WRITE\]": "[READ-ONLY]"})
        with someone(house, db, habits) as (person, _):
            person.flags()
            person.round()
            assert len(person.drafts) == 1
            assert newest(db).keyword_state == "not-allowed"


class TestBye:
    def test_bye_at_any_command_leaves_one_draft(
        self, house: Build, db: Database, tmp_path: Path
    ) -> None:
        """The server leaves at each command of the round in turn; the next connection goes on."""
        with house(PLAIN) as orders_too:
            # Each folder more is commands more of the same kind.
            account = account_on(orders_too.behind)
            built = replace(orders_too, config=Config(accounts={"work": account}))
            with at_home(built.mailbox, built.config, db) as person:
                before = len(built.door.commands)
                person.flags()
                person.round()
                commands = built.door.commands[before:]
            assert len(commands) > 8
            for number in range(1, len(commands) + 1):
                self._one_draft_comes(built, tmp_path / f"{number}.db", number)

    def _one_draft_comes(self, built: House, state: Path, number: int) -> None:
        unflag(built.mailbox)
        with built.mailbox.client() as client:
            client.select_folder("Drafts")
            client.delete_messages(client.search("ALL"))
            client.expunge()
        db = Database(state)
        try:
            with visiting(built.mailbox, built.config, db) as person:
                person.round()
                person.flags()
                built.door.says_bye(number)
                with pytest.raises(NetworkError):
                    person.round()
            with visiting(built.mailbox, built.config, db) as person:
                person.round()
                assert len(person.drafts) == 1, number
        finally:
            db.close()
