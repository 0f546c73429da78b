"""What a mail program does to a draft, on a real Dovecot, and what panzad makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from panzad.config import Config, Drafts, Privacy
from panzad.drafting.followup import follow_up
from panzad.drafting.outcome import GRACE, STALE
from panzad.drafting.task import Asked
from panzad.learning.sync import sync_account
from panzad.mailbox import Mailbox
from panzad.store import drafts as kept
from panzad.store import marks, pairs, problems
from panzad.store.database import Database
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

TEXT = "Yes, noon is fine. I book the table by the window for the two of us.\n\nBest,\nAnn"
NOW = datetime.now(UTC)
Change = Callable[[bytes], bytes]


@pytest.fixture
def mailbox(dovecot_mailbox: TestMailbox) -> TestMailbox:
    return dovecot_mailbox


@pytest.fixture
def drafted(db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config) -> Mailbox:
    """A mailbox in which the question is flagged and its draft lies in Drafts."""
    flag(mailbox, "INBOX", 1)
    round_(db, watched, config, TEXT)
    return watched


def look(db: Database, box: Mailbox, config: Config, later: timedelta = timedelta()) -> str:
    """What every sync does, at a moment; returns the newest mark's state."""
    sync_account(db, box, config.privacy)
    follow_up(db, box, config, NOW + later)
    return newest(db).state


def taken(mailbox: TestMailbox, folder: str = "Drafts") -> bytes:
    """The newest mail of a folder, which is gone from it then."""
    with mailbox.client() as client:
        client.select_folder(folder)
        uid = client.search()[-1]
        raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
        client.delete_messages([uid])
        client.expunge([uid])
    assert isinstance(raw, bytes)
    return raw


def as_thunderbird_saves(raw: bytes) -> bytes:
    """A new Message-ID, no X-Panzad, and the text as it is."""
    raw = re.sub(rb"(?im)^X-Panzad:.*\r\n", b"", raw)
    return re.sub(rb"(?im)^Message-ID: <[^>]*>", b"Message-ID: <saved@example.org>", raw)


def with_words(old: bytes, new: bytes) -> Change:
    def change(raw: bytes) -> bytes:
        assert old in raw
        return as_thunderbird_saves(raw).replace(old, new)

    return change


EDIT = with_words(b"by the window", b"in the garden")


def answer(text: str, message_id: str = "<own@example.org>", to: str = "bob@example.net") -> bytes:
    return mail(
        "Re: Lunch",
        text,
        sender="Ann Lee <me@example.org>",
        To=to,
        Message_ID=message_id,
        In_Reply_To="<lunch.1@example.net>",
        Date=(datetime.now(UTC) + timedelta(seconds=2)).strftime("%a, %d %b %Y %H:%M:%S +0000"),
    )


OWN_ANSWER = "Bob, no lunch before Christmas for me, sorry. Please ask Eve instead.\n"


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

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(kept, "decide", killed)
            with pytest.raises(KeyboardInterrupt):
                look(db, drafted, config)
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

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(kept, "decide", killed)
            with pytest.raises(KeyboardInterrupt):
                look(db, drafted, config)
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


class TestLearning:
    def test_the_sent_mail_is_learnt_with_the_instruction_of_its_draft(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        note = mail(
            "Re: Lunch",
            "yes, noon, I book a table by the window\n",
            To="Bob Ray <bob@example.net>",
            Message_ID="<note@example.org>",
            In_Reply_To="<lunch.1@example.net>",
        )
        mailbox.append("Drafts", note, flags=("\\Draft", "\\Seen"))
        flag(mailbox, "Drafts", 1)
        round_(db, watched, config, TEXT)
        mailbox.append("Sent", EDIT(taken(mailbox)))
        assert look(db, watched, config) == "sent-edited"
        [pair] = pairs.finished(db)
        assert pair.instruction == "yes, noon, I book a table by the window"
        assert "in the garden" in pair.mail.own_text
        assert pairs.pending(db, 9) == []

    def test_a_guess_that_was_quicker_gives_way_and_one_that_is_late_is_dropped(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        ask(db, watched, "INBOX", 1, Asked("yes, noon"))
        round_(db, watched, config, TEXT)
        mailbox.append("Sent", EDIT(taken(mailbox)))
        sync_account(db, watched, config.privacy)
        [waiting] = pairs.pending(db, 9)
        with db.transaction() as tx:
            pairs.finish(tx, waiting.id, "Say that noon is fine.", "model")
        follow_up(db, watched, config, NOW)
        with db.transaction() as tx:
            pairs.finish(tx, waiting.id, "Say that noon is fine.", "model")
            pairs.fail(tx, waiting.id)
        assert [pair.instruction for pair in pairs.finished(db)] == ["yes, noon"]

    def test_a_secret_in_draft_or_instruction_is_not_kept(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        card = "4111 1111 1111 1111"
        ask(db, watched, "INBOX", 1, Asked(f"yes, pay with {card}"))
        round_(db, watched, config, f"Yes, I pay with {card} on Thursday.")
        [one] = kept.kept(db, NAME)
        assert one.texts == ("Yes, I pay with [secret] on Thursday.", "yes, pay with [secret]")

    def test_without_an_instruction_the_mail_waits_for_one_of_the_models(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("Sent", EDIT(taken(mailbox)))
        look(db, drafted, config)
        assert len(pairs.pending(db, 9)) == 1

    def test_a_sent_mail_that_is_deleted_takes_the_draft_along(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        mailbox.append("Sent", EDIT(taken(mailbox)))
        look(db, drafted, config)
        taken(mailbox, "Sent")
        look(db, drafted, config)
        assert kept.preferences(db) == []
        assert kept.kept(db, NAME) == []

    def test_nothing_is_kept_of_a_draft_to_people_or_with_words_that_are_excluded(
        self, db: Database, drafted: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        assert len(kept.kept(db, NAME)) == 1
        for privacy in (
            Privacy(exclude_people=("*@example.net",)),
            Privacy(exclude_words=("window",)),
        ):
            look(db, drafted, config.model_copy(update={"privacy": privacy}))
            assert kept.kept(db, NAME) == []


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
