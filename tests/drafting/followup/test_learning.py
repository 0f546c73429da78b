"""What is learnt from drafts, and what is kept of them."""

from __future__ import annotations

from panzad.config import Config, Privacy
from panzad.drafting.followup import follow_up
from panzad.drafting.task import Asked
from panzad.learning.sync import sync_account
from panzad.mailbox import Mailbox
from panzad.store import drafts as kept
from panzad.store import pairs
from panzad.store.database import Database
from tests.drafting.followup.mail_program import EDIT, NOW, TEXT, look, taken
from tests.drafting.steps import ask, flag, round_
from tests.panzad_fixtures import NAME
from tests.servers.mailbox import TestMailbox, note


class TestLearning:
    def test_the_sent_mail_is_learnt_with_the_instruction_of_its_draft(
        self, db: Database, watched: Mailbox, mailbox: TestMailbox, config: Config
    ) -> None:
        own_draft = note("yes, noon, I book a table by the window\n")
        mailbox.append("Drafts", own_draft, flags=("\\Draft", "\\Seen"))
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
