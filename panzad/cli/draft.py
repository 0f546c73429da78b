"""`panzad draft` and `panzad write`: a draft on demand, with or without a running daemon."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from panzad.cli.app import App
from panzad.config import Config
from panzad.desk import Desk
from panzad.drafting import rounds
from panzad.drafting.deliver import composed
from panzad.drafting.gather import identities
from panzad.drafting.task import Asked, DraftTask, dumped_request
from panzad.errors import PanzadError, UsageError
from panzad.imap.drafts import append_draft
from panzad.imap.search import find_by_message_id
from panzad.locks import held
from panzad.mail.compose import new_message_id
from panzad.mail.message import Address
from panzad.mailbox import Mailbox, opened
from panzad.store import marks
from panzad.store.marks import Mark, NewMark


@click.command()
@click.argument("message_id", required=False)
@click.option("--instruction", default="", help="What the draft should say.")
@click.option("--force", is_flag=True, help="Even if it is automatic, old, or a list's mail.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_obj
def draft(app: App, message_id: str | None, instruction: str, force: bool, as_json: bool) -> None:
    """Draft an answer to the mail MESSAGE-ID, or to every marked mail that waits."""
    app.log("draft")
    config = app.config()
    if message_id is None:
        if instruction or force:
            option = "--instruction" if instruction else "--force"
            raise UsageError(f"{option} needs a MESSAGE-ID", "name the mail to answer")
        count = draft_all(app, config)
        click.echo(json.dumps({"drafts": count}) if as_json else f"{count} drafts")
        return
    asked = Asked(instruction, force)
    mark = _draft_one(app, config, f"<{message_id.strip().strip('<>')}>", asked)
    if as_json:
        shown = {"mark": mark.id, "state": mark.state, "text": mark.text, "reason": mark.reason}
        click.echo(json.dumps(shown, ensure_ascii=False))
    elif mark.state == "appended":
        click.echo(mark.text)
    if mark.state != "appended":
        raise PanzadError(f"no draft for {message_id}", mark.reason or mark.state)


def draft_all(app: App, config: Config) -> int:
    """One round over every account's marks; returns how many drafts were appended."""
    desk = Desk(app.db, app.paths, config)
    count = 0
    for name, account in config.accounts.items():
        with (
            held(app.paths.locks, f"marks-{name}", wait=True),
            opened(name, account) as mailbox,
        ):
            rounds.look(app.db, mailbox)
            rounds.gather_due(app.db, mailbox, config)
            for mark in marks.due(app.db, "gathered", name):
                desk.write_mark(mark)
            count += rounds.deliver_due(app.db, mailbox)
    desk.close()
    return count


def _draft_one(app: App, config: Config, message_id: str, asked: Asked) -> Mark:
    for name, account in config.accounts.items():
        with (
            held(app.paths.locks, f"marks-{name}", wait=True),
            opened(name, account) as mailbox,
        ):
            mark_id = _asked(app, mailbox, message_id, asked)
            if mark_id is None:
                continue
            rounds.gather_due(app.db, mailbox, config)
            gathered = marks.get(app.db, mark_id)
            if gathered is not None and gathered.state == "gathered":
                Desk(app.db, app.paths, config).write_mark(gathered)
            rounds.deliver_due(app.db, mailbox)
            mark = marks.get(app.db, mark_id)
            assert mark is not None
            return mark
    raise PanzadError(
        f"no mail with the id {message_id} in the watched folders",
        "name its folder in folders.watch, or check the id",
    )


def _asked(app: App, mailbox: Mailbox, message_id: str, asked: Asked) -> int | None:
    """Put a mark on record for a mail, wherever it lies; None when it is nowhere."""
    for folder in mailbox.thread_folders:
        state = mailbox.session.select(folder, readonly=True)
        uid = find_by_message_id(mailbox.session, folder, [message_id]).get(message_id)
        if uid is not None:
            row = NewMark(
                mailbox.name,
                folder,
                state.uidvalidity,
                uid,
                message_id,
                "reply",
                present=False,
                task=dumped_request(asked),
            )
            with app.db.transaction() as tx:
                return marks.add(tx, row)
    return None


@click.command()
@click.argument("instruction")
@click.option("--to", "recipients", multiple=True, metavar="ADDR", help="Whom the mail is for.")
@click.option("--subject", default="", help="The mail's subject.")
@click.option("--account", help="Which account writes; the first one by default.")
@click.option("--draft", "as_draft", is_flag=True, help="Put it into the Drafts folder as well.")
@click.option("--base", is_flag=True, help="Ask the base model, without the adapter.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_obj
def write(
    app: App,
    instruction: str,
    recipients: tuple[str, ...],
    subject: str,
    account: str | None,
    as_draft: bool,
    base: bool,
    as_json: bool,
) -> None:
    """Write a new mail by INSTRUCTION and print it."""
    app.log("write")
    config = app.config()
    name = account or next(iter(config.accounts))
    if name not in config.accounts:
        raise UsageError(f"there is no account {name}", f"use {', '.join(config.accounts)}")
    task = DraftTask(
        author=identities(config.accounts[name])[0],
        to=tuple(Address("", address) for address in recipients),
        cc=(),
        subject=subject,
        in_reply_to=None,
        references=(),
        thread=(),
        original=None,
        instruction=instruction,
    )
    desk = Desk(app.db, app.paths, config)
    written = desk.write(task, name, adapter=not base)
    if as_draft:
        _append(app, config, name, task, written.text)
    if as_json:
        shown = {"text": written.text, "tokens": written.tokens, "seconds": written.seconds}
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        click.echo(written.text)


def _append(app: App, config: Config, name: str, task: DraftTask, text: str) -> None:
    account = config.accounts[name]
    token = f"panzad.write.{datetime.now(UTC).timestamp():.0f}"
    message_id = new_message_id(task.author.domain, token)
    raw = composed(task, text, message_id, account.signature, 0, None)
    with opened(name, account) as mailbox:
        append_draft(mailbox.session, mailbox.folders.drafts, raw, (r"\Draft", r"\Seen"))
    click.echo(f"The draft is in {mailbox.folders.drafts}.", err=True)
