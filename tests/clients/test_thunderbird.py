"""A draft in real Thunderbird: an editable reply, in its thread, with the right identity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import format_datetime
from html import escape
from pathlib import Path

import pytest

from panzad.config import Config, Privacy
from panzad.drafting import rounds
from panzad.learning.sync import sync_account
from panzad.mail.extract import extract
from panzad.mail.message import Message
from panzad.mailbox import Mailbox, opened
from panzad.store import marks
from panzad.store.database import Database
from tests.clients.display import until
from tests.clients.mailboxes import contents
from tests.clients.profile import write_profile
from tests.clients.thunderbird import Thunderbird, running
from tests.panzad_fixtures import NAME, account_on
from tests.servers.mailbox import TestMailbox, mail

pytestmark = pytest.mark.client

SHOTS = Path("build/screenshots")
TODAY = format_datetime(datetime.now(UTC))
BOB = "Bob Ray <bob@example.net>"
ANN = "Ann Lee <me@example.org>"
TEXT = (
    "Friday noon suits me well, Bob – at the café by the harbour, where we met last time and the"
    " soup was so good that you asked for the recipe.\n\nI bring the plans."
)
FIRST = mail(
    "Lunch", "Do you have time for lunch on Thursday?\n", sender=BOB, To=ANN,
    Message_ID="<lunch.1@example.net>", Date=TODAY,
)  # fmt: skip
ANSWER = mail(
    "Re: Lunch", "Thursday is full. Friday?\n", sender=ANN, To=BOB,
    Message_ID="<lunch.2@example.org>", In_Reply_To="<lunch.1@example.net>",
    References="<lunch.1@example.net>", Date=TODAY,
)  # fmt: skip
AGAIN = mail(
    "Re: Lunch",
    "Friday is fine. Where? My grandmother told me of a café that bakes its own bread and has a"
    " view of the harbour.\n\n> Thursday is full. Friday?\n",
    sender=BOB, To=ANN, Message_ID="<lunch.3@example.net>", In_Reply_To="<lunch.2@example.org>",
    References="<lunch.1@example.net> <lunch.2@example.org>", Date=TODAY,
)  # fmt: skip


def with_html(raw: bytes) -> bytes:
    """The same mail with an HTML version, as most clients send it."""
    message = message_from_bytes(raw, policy=policy.SMTP)
    text = message.get_content()
    message.add_alternative("<br>\n".join(escape(text).split("\n")), subtype="html")
    return message.as_bytes()


@pytest.fixture
def box(dovecot_mailbox: TestMailbox) -> Iterator[Mailbox]:
    with opened(NAME, account_on(dovecot_mailbox)) as mailbox:
        yield mailbox


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of the person whose Thunderbird and panzad these are."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


def all_flagged(mailbox: TestMailbox) -> bool:
    return all(b"\\Flagged" in flags for _, flags, _ in contents(mailbox, "INBOX"))


def drafted(db: Database, box: Mailbox) -> None:
    """A round of panzad; the text stands where the model would have written it."""
    config = Config(accounts={NAME: box.account})
    rounds.look(db, box)
    rounds.gather_due(db, box, config)
    for mark in marks.due(db, "gathered"):
        with db.transaction() as tx:
            marks.written(tx, mark.id, TEXT, None)
    rounds.deliver_due(db, box)


def saved(mailbox: TestMailbox, word: str) -> tuple[Message, bytes]:
    """The only draft, once it holds the word."""

    def found() -> tuple[Message, bytes] | None:
        drafts = contents(mailbox, "Drafts")
        hits = [(message, raw) for message, _, raw in drafts if word in message.text]
        return hits[0] if hits and len(drafts) == 1 else None

    return until(found, "the edited draft")


def edited(thunderbird: Thunderbird, mailbox: TestMailbox, name: str) -> tuple[Message, bytes]:
    """Open the draft, type a word, save it; what the server has then."""
    with thunderbird.draft("Re: Lunch") as window:
        thunderbird.screenshot(f"{name}-opened")
        window.type("Zanzibar ")
        window.keys("ctrl+s")
        found = saved(mailbox, "Zanzibar")
        thunderbird.screenshot(f"{name}-saved")
    return found


def is_whole(draft: Message, original: Message) -> None:
    """The edited draft is what panzad wrote, and the word."""
    assert draft.in_reply_to == original.in_reply_to == ("<lunch.3@example.net>",)
    assert draft.references == original.references
    assert [one.email for one in draft.from_] == ["me@example.org"]
    assert draft.to == original.to
    assert draft.subject == "Re: Lunch"
    found, before = extract(draft), extract(original)
    assert found.own_text.replace("Zanzibar ", "") == TEXT == before.own_text
    assert found.signature == before.signature == "Ann Lee\nACME"
    assert [one.text for one in found.quotes] == [one.text for one in before.quotes]
    assert found.layout == before.layout


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_starred_mail_becomes_a_draft_that_thunderbird_edits_as_a_reply(
    kind: str, db: Database, box: Mailbox, dovecot_mailbox: TestMailbox, home: Path
) -> None:
    html = kind == "html"
    dovecot_mailbox.append("Sent", ANSWER)
    if html:
        for number in range(3):
            earlier = mail("Re: Tea", "Yes.\n\n> Tea?\n", sender=ANN, To=BOB,
                           Message_ID=f"<tea.{number}@example.org>")  # fmt: skip
            dovecot_mailbox.append("Sent", with_html(earlier))
        sync_account(db, box, Privacy())
    dovecot_mailbox.append("INBOX", FIRST)
    dovecot_mailbox.append("INBOX", with_html(AGAIN) if html else AGAIN)
    drafted(db, box)
    profile = write_profile(
        home, dovecot_mailbox, address="me@example.org", name="Ann Lee", html=html
    )
    with running(home, profile, dovecot_mailbox.password, SHOTS) as thunderbird:
        thunderbird.screenshot(f"{kind}-inbox")
        thunderbird.star_the_first_mail()
        until(lambda: all_flagged(dovecot_mailbox) or None, "the flags on the server")
        thunderbird.screenshot(f"{kind}-starred")
        drafted(db, box)
        [(original, _, raw)] = contents(dovecot_mailbox, "Drafts")
        (SHOTS / f"{kind}-panzad.eml").write_bytes(raw)
        draft, raw = edited(thunderbird, dovecot_mailbox, kind)
        (SHOTS / f"{kind}-thunderbird.eml").write_bytes(raw)
    is_whole(draft, original)
    assert draft.header("X-Identity-Key") == original.header("X-Identity-Key") == "id2"
    assert ("text/html" in draft.content_types) == html
