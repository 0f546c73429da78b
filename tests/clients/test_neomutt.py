"""A draft in real neomutt: recalled, edited, postponed again."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from panzad.imap.drafts import append_draft
from panzad.mail.compose import compose_draft
from panzad.mail.extract import extract
from panzad.mail.message import Address
from panzad.mail.parse import parse
from tests.clients.display import until
from tests.clients.mailboxes import contents
from tests.servers.mailbox import TestMailbox

pytestmark = pytest.mark.client

ME, BOB = Address("Ann Lee", "me@example.org"), Address("Bob Ray", "bob@example.net")
DRAFT = compose_draft(
    from_=ME,
    to=[BOB],
    cc=[],
    subject="Re: Lunch",
    date=datetime.now(UTC),
    message_id="<panzad.1@example.org>",
    in_reply_to="<lunch.1@example.net>",
    references=["<lunch.0@example.net>", "<lunch.1@example.net>"],
    text="Friday noon, Bob – at the café.",
    signature="Ann Lee",
    original=None,
    extra_headers=[("X-Panzad", "1; adapter=none")],
)


class Terminal:
    """A program in a tmux of its own."""

    def __init__(self, folder: Path) -> None:
        self._tmux = ("tmux", "-S", str(folder / "tmux"), "-f", "/dev/null")

    @contextmanager
    def running(self, command: str) -> Iterator[Terminal]:
        """Run a program on a screen of 100 by 40."""
        self._run("new-session", "-d", "-x", "100", "-y", "40", command)
        try:
            yield self
        finally:
            self._run("kill-server")

    def press(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def shows(self, text: str) -> None:
        """Wait until the screen holds a text."""
        until(lambda: text in self._run("capture-pane", "-p") or None, f"{text!r} on the screen")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], check=True, capture_output=True, text=True)
        return done.stdout


def test_a_draft_is_recalled_edited_and_postponed(
    dovecot_mailbox: TestMailbox, tmp_path: Path
) -> None:
    with dovecot_mailbox.session() as session:
        append_draft(session, "Drafts", DRAFT, ("\\Draft", "\\Seen"))
    server = dovecot_mailbox.server
    user = dovecot_mailbox.user.replace("@", "%40")
    settings = tmp_path / "neomuttrc"
    settings.write_text(
        f'set folder = "imap://{user}@{server.host}:{server.port}/"\n'
        f'set imap_pass = "{dovecot_mailbox.password}"\n'
        "set ssl_starttls = no\nset ssl_force_tls = no\n"
        'set spoolfile = "+Drafts"\nset postponed = "+Drafts"\nset record = ""\n'
        f'set from = "me@example.org"\nset realname = "Ann Lee"\nset use_envelope_from = no\n'
        f"set header_cache = {tmp_path}/cache\nset charset = utf-8\nset edit_headers = no\n"
        f"""set editor = "sed -i '1s/^/Zanzibar /'"\n"""
    )
    command = shlex.join(
        ["env", f"HOME={tmp_path}", "LANG=C.UTF-8", "neomutt", "-n", "-F", str(settings)]
    )
    with Terminal(tmp_path).running(command) as terminal:
        terminal.shows("Re: Lunch")
        terminal.press("R")
        terminal.shows("Subject: Re: Lunch")
        terminal.press("P")
        found = until(
            lambda: [
                one for one, _, _ in contents(dovecot_mailbox, "Drafts") if "Zanzibar" in one.text
            ],
            "the edited draft",
        )
    draft, original = found[0], parse(DRAFT)
    assert extract(draft).own_text == f"Zanzibar {extract(original).own_text}"
    assert draft.in_reply_to == original.in_reply_to
    assert draft.references == original.references
    assert draft.from_ == original.from_
    assert draft.to == original.to
    assert draft.header("X-Panzad") == original.header("X-Panzad")
