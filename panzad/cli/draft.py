"""`panzad draft` and `panzad write`: a draft on demand, with or without a running daemon."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime

import click
import structlog

from panzad.cli.app import App, account_named, json_option
from panzad.cli.tries import Tries
from panzad.config import Config, is_address
from panzad.daemon.bell import ring
from panzad.desk import Desk
from panzad.drafting import rounds
from panzad.drafting.deliver import composed
from panzad.drafting.marks import CANCELLABLE
from panzad.drafting.task import Asked, DraftTask, dumped_request
from panzad.errors import PanzadError, UsageError
from panzad.imap.drafts import append_draft
from panzad.imap.search import find_by_message_id
from panzad.learning.intake import owner
from panzad.locks import held
from panzad.logs import traced
from panzad.mail.header_fields import new_message_id
from panzad.mail.message import Address
from panzad.mailbox import TO_APPEND, TO_DRAFT, Mailbox, opened
from panzad.store import marks
from panzad.store.marks import Mark, NewMark
from panzad.visible import visible

log = structlog.get_logger("panzad.cli")


@click.command()
@click.argument("message_id", required=False)
@click.option("--instruction", default="", help="What the draft should say.")
@click.option("--force", is_flag=True, help="Even if it is automatic, old, or a list's mail.")
@json_option()
@click.pass_obj
def draft(app: App, message_id: str | None, instruction: str, force: bool, as_json: bool) -> None:
    """Draft an answer to the mail MESSAGE-ID, or to every marked mail that waits."""
    app.log("draft")
    config = app.config()
    if message_id is None:
        if instruction or force:
            option = "--instruction" if instruction else "--force"
            raise UsageError(f"{option} needs a MESSAGE-ID", "name the mail to answer")
        tries = Tries()
        count = draft_all(app, config, tries)
        ring(app.paths.state)
        click.echo(json.dumps({"drafts": count}) if as_json else f"{count} drafts")
        tries.end()
        return
    asked = Asked(instruction, force)
    mark, text = _draft_one(app, config, f"<{message_id.strip().strip('<>')}>", asked)
    ring(app.paths.state)
    if as_json:
        shown = {"mark": mark.id, "state": mark.state, "text": text, "reason": mark.reason}
        click.echo(json.dumps(shown, ensure_ascii=False))
    elif mark.state == "appended":
        click.echo(visible(text or ""))
    if mark.state == "appending":
        raise PanzadError(
            f"the draft is not in Drafts ({mark.reason})", "a running daemon tries it again"
        )
    if mark.state != "appended":
        raise PanzadError(f"no draft for {message_id}", mark.reason or mark.state)


def draft_all(app: App, config: Config, tries: Tries) -> int:
    """One round over every account's marks; returns how many drafts were appended."""
    desk = Desk(app.db, app.paths, config)
    count = 0
    for name, account in config.accounts.items():
        with (
            tries.one(name),
            held(app.paths.locks, f"marks-{name}", wait=True),
            opened(name, account, TO_DRAFT) as mailbox,
        ):
            rounds.look(app.db, mailbox)
            rounds.gather_due(app.db, mailbox, config)
            for mark in marks.due(app.db, "gathered", name):
                _write(app, desk, mark, tries)
            count += rounds.deliver_due(app.db, mailbox)
    desk.close()
    return count


def _write(app: App, desk: Desk, mark: Mark, tries: Tries) -> None:
    """Write the text of one mark; what fails is tried again later, and the others go on."""
    try:
        desk.write_mark(mark)
    except Exception as cause:
        error = cause if isinstance(cause, PanzadError) else _unexpected(mark, cause)
        with app.db.transaction() as tx:
            marks.postpone(tx, mark.id, str(error), rounds.retry_time(mark.attempts))
        tries.failed(f"mark {mark.id}", error)


def _unexpected(mark: Mark, cause: Exception) -> PanzadError:
    log.error("mark.unexpected", mark=mark.id, error=type(cause).__name__, at=traced(cause))
    return PanzadError(f"unexpected {type(cause).__name__} over mark {mark.id}", "see the log")


def _draft_one(
    app: App, config: Config, message_id: str, request: Asked
) -> tuple[Mark, str | None]:
    """Draft the answer to one mail, whatever the hourly limit; returns its mark and its text."""
    tries = Tries()
    for name, account in config.accounts.items():
        with ExitStack() as stack:
            asked: tuple[Mailbox, int] | None = None
            with tries.one(name):
                stack.enter_context(held(app.paths.locks, f"marks-{name}", wait=True))
                mailbox = stack.enter_context(opened(name, account, TO_DRAFT))
                asked = _asked(app, mailbox, message_id, request)
            if asked is not None:
                return _drafted(app, config, *asked)
    tries.end()
    raise PanzadError(
        f"no mail with the id {message_id} in the watched folders",
        "name its folder in folders.watch, or check the id",
    )


def _drafted(app: App, config: Config, mailbox: Mailbox, mark_id: int) -> tuple[Mark, str | None]:
    """Take one mark through all its steps; left half-way it is given up, for nobody waits.

    An APPEND that is in doubt is not given up: whoever looks next finds out.
    """
    try:
        rounds.gather_one(app.db, mailbox, config, _mark(app, mark_id))
        if _mark(app, mark_id).state == "gathered":
            desk = Desk(app.db, app.paths, config)
            desk.write_mark(_mark(app, mark_id))
            desk.close()
        written = _mark(app, mark_id)
        if written.state == "written":
            rounds.deliver_one(app.db, mailbox, written)
        rounds.tell_sources(app.db, mailbox)
    except BaseException as error:
        _give_up(app, mark_id, str(error) if isinstance(error, PanzadError) else "interrupted")
        raise
    _give_up(app, mark_id, _mark(app, mark_id).reason or "")
    return _mark(app, mark_id), written.text


def _give_up(app: App, mark_id: int, reason: str) -> None:
    if _mark(app, mark_id).state in CANCELLABLE:
        with app.db.transaction() as tx:
            marks.fail(tx, mark_id, reason)


def _mark(app: App, mark_id: int) -> Mark:
    mark = marks.get(app.db, mark_id)
    assert mark is not None
    return mark


def _asked(
    app: App, mailbox: Mailbox, message_id: str, request: Asked
) -> tuple[Mailbox, int] | None:
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
                task=dumped_request(request),
            )
            with app.db.transaction() as tx:
                return mailbox, marks.add(tx, row)
    return None


@click.command()
@click.argument("instruction")
@click.option("--to", "recipients", multiple=True, metavar="ADDR", help="Whom the mail is for.")
@click.option("--subject", default="", help="The mail's subject.")
@click.option("--account", help="Which account writes; the first one by default.")
@click.option("--draft", "as_draft", is_flag=True, help="Put it into the Drafts folder as well.")
@click.option("--base", is_flag=True, help="Ask the base model, without the adapter.")
@json_option()
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
    if not instruction.strip():
        raise UsageError("the instruction is empty", "say what the mail is to say")
    for address in recipients:
        if not is_address(address):
            raise UsageError(f"{address} is no mail address", "write it as me@example.org")
    app.log("write")
    config = app.config()
    name, settings = account_named(config, account)
    task = DraftTask(
        author=owner(settings)[0],
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
    adapter = None if base else desk.serve()
    desk.close()
    if as_draft:
        _append(app, config, name, task, written.text, adapter)
    if as_json:
        shown = {"text": written.text, "tokens": written.tokens, "seconds": written.seconds}
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        click.echo(visible(written.text))


def _append(
    app: App, config: Config, name: str, task: DraftTask, text: str, adapter: str | None
) -> None:
    account = config.accounts[name]
    token = f"panzad.write.{datetime.now(UTC).timestamp():.0f}"
    message_id = new_message_id(task.author.domain, token)
    raw = composed(task, text, message_id, account.signature, 0, adapter)
    with opened(name, account, TO_APPEND) as mailbox:
        append_draft(mailbox.session, mailbox.folders.drafts, raw, (r"\Draft", r"\Seen"))
    click.echo(f"The draft is in {mailbox.folders.drafts}.", err=True)
