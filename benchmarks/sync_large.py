"""What a sync of a folder of 20,000 mails costs on a real Dovecot: seconds and commands.

python -m benchmarks.sync_large
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from panzad.config import ImapServer
from panzad.imap.session import Session
from tests.imap.ledger import Ledger
from tests.imap.wire import commands
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import TestMailbox, mail

USER, PASSWORD = "bench", "geheim"


@click.command()
@click.option("--mails", default=20_000, show_default=True)
def main(mails: int) -> None:
    """Print seconds and IMAP commands of a first sync, one without changes, and a small one."""
    with DovecotServer(Path(tempfile.mkdtemp(prefix="bench-"))) as server:
        server.add_user(USER, PASSWORD)
        for number in range(mails):
            text = "Hello there, this is a text.\n" * 20
            server.deliver(USER, "Sent", mail(f"m {number}", text))
        place = ImapServer(host=server.host, port=server.port, security="none")
        mailbox = TestMailbox(place, USER, PASSWORD)
        ledger = Ledger()
        figures: dict[str, Any] = {"mails": mails}
        with mailbox.session(60) as session:
            session.select("Sent", readonly=True)  # Dovecot builds its index now
            figures["first"] = _cost(session, ledger)
            figures["no_change"] = _cost(session, ledger)
            mailbox.append("Sent", mail("new"))
            mailbox.expunge("Sent", 7, 8, 9)
            figures["one_new_three_gone"] = _cost(session, ledger)
    click.echo(json.dumps(figures, indent=2))


def _cost(session: Session, ledger: Ledger) -> dict[str, float]:
    with commands(session) as sent:
        started = time.monotonic()
        ledger.sync(session, "Sent")
        seconds = time.monotonic() - started
    return {"seconds": round(seconds, 3), "commands": len(sent), "known": len(ledger.mails)}


if __name__ == "__main__":
    main()
