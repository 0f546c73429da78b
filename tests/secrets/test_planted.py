"""A planted password and planted words are looked for wherever panzad could show them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.daemon.process import ACCOUNT, Daemon, account, running
from tests.servers.dovecot import DovecotServer
from tests.servers.grantee import Grantee
from tests.servers.mailbox import TestMailbox, mail
from tests.servers.parrot import parrot, refusal

PASSWORD = "Zaphod-42-Beeblebrox"
WORD = "zarquon"


def descendants(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            yield from descendants(int(path.parent.name))


def shown_by_the_kernel(pid: int) -> bytes:
    """What other users, and other programs of this user, can read of processes."""
    found = b""
    for one in descendants(pid):
        for name in ("cmdline", "environ"):
            try:
                found += Path(f"/proc/{one}/{name}").read_bytes()
            except OSError:
                continue
    return found


def places(daemon: Daemon) -> Iterator[tuple[str, bytes]]:
    """Everything that panzad writes or says."""
    for path in daemon.state.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
    for command in (
        ["status"], ["status", "--json"], ["check", "--json"], ["logs"], ["report", "-", "--json"],
        ["adapters", "list", "--json"], ["-v", "sync"],
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "panzad", "--state", str(daemon.state), *command],
            capture_output=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        yield " ".join(command), done.stdout + done.stderr
    yield "the kernel", shown_by_the_kernel(daemon.process.pid)


def test_a_password_is_nowhere_to_be_seen(tmp_path: Path, dovecot: DovecotServer) -> None:
    for user, kept in (("good", PASSWORD), ("bad", "another")):
        dovecot.add_user(f"planted-{user}@example.org", kept)
    (tmp_path / "secret").write_text(PASSWORD)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    config = "".join(
        ACCOUNT.format(
            name=user,
            host=dovecot.host,
            port=dovecot.port,
            user=f"planted-{user}@example.org",
            password="",
        ).replace('"echo "', f'"cat {tmp_path / "secret"}"')
        for user in ("good", "bad")
    )
    with running(state, config) as daemon:
        daemon.logs("sync.done", account="good")
        daemon.logs("loop.paused", scope="sync:bad")
        for place, content in places(daemon):
            assert PASSWORD.encode() not in content, place


def test_a_token_is_nowhere_to_be_seen(grantee: Grantee, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither those of a grant nor those that came after, nor the client's secret."""
    grantee.lends_its_environment(monkeypatch)
    said = [*grantee("-v", "login", "work")[1:], *grantee.types_the_code()[1:]]
    grantee.authority.expire()
    with running(grantee.state, grantee.config()) as daemon:
        daemon.logs("oauth2.renewed", account="work")
        daemon.logs("sync.done", account="work")
        grantee.authority.revoke()
        said += grantee("sync")[1:]
        secrets = grantee.authority.secrets()
        assert len(secrets) > 5
        for place, content in (*places(daemon), ("the commands", "".join(said).encode())):
            for secret in secrets:
                assert secret.encode() not in content, place


def test_a_token_stands_in_no_traceback(grantee: Grantee) -> None:
    """A defect right in the login, which no code of ours expects."""
    grantee("login", "work")
    script = (
        "import imapclient, panzad.cli\n"
        "def sasl_login(self, mechanism, answer): return 1 / len(answer(b'')[:0])\n"
        "imapclient.IMAPClient.sasl_login = sasl_login\n"
        "panzad.cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--state", str(grantee.state), "-v", "sync"],
        capture_output=True, text=True, check=False, env=grantee.environment,
    )  # fmt: skip
    assert "ZeroDivisionError" in done.stderr
    for secret in grantee.authority.secrets():
        assert secret not in done.stderr


def test_a_password_stands_in_no_traceback(tmp_path: Path, dovecot_mailbox: TestMailbox) -> None:
    """A defect right in the login, which no code of ours expects."""
    config = ACCOUNT.format(
        name="work",
        host=dovecot_mailbox.server.host,
        port=dovecot_mailbox.server.port,
        user=dovecot_mailbox.user,
        password=PASSWORD,
    )
    (tmp_path / "secret").write_text(PASSWORD)
    (tmp_path / "config.toml").write_text(
        config.replace(f"echo {PASSWORD}", f"cat {tmp_path / 'secret'}")
    )
    script = (
        "import imapclient, panzad.cli\n"
        "def login(self, user, password): return 1 / 0\n"
        "imapclient.IMAPClient.login = login\n"
        "panzad.cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--state", str(tmp_path), "-v", "sync"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "ZeroDivisionError" in done.stderr
    assert PASSWORD not in done.stderr


def hostile(number: int, sender: str = f"Ann {WORD} <ann@{WORD}.example>", **headers: str) -> bytes:
    """A mail with the planted word in every field and part, but for its id."""
    raw = mail(
        f"{WORD} {number}",
        f"Say {WORD} to everybody.\n\nOn Monday {WORD} <x@{WORD}.example> wrote:\n> {WORD}?\n",
        sender=sender,
        **{
            "To": f"{WORD} <me@example.org>",
            "Cc": f"Cy {WORD} <cy@{WORD}.example>",
            "Reply_To": f"r@{WORD}.example",
            "Comments": WORD,
            "Organization": WORD,
            "Content_Language": WORD,
            "Message_ID": f"<hostile.{number}@example.org>",
            **headers,
        },
    )
    html = raw.replace(b"Content-Type: text/plain", b"Content-Type: text/html")
    return html if number % 2 else raw


MAILS = (
    hostile(1),
    hostile(2, List_Id=f"<{WORD}.example>", List_Post=f"<mailto:list@{WORD}.example>"),
    hostile(3, sender=f"no-reply@{WORD}.example", Reply_To=f"no-reply@{WORD}.example"),
    hostile(4, Auto_Submitted=f"auto-replied; {WORD}"),
    hostile(5, Date=f"{WORD} the 5th"),
    hostile(6, References=f"<{WORD}@x.example> <{WORD}.b@x.example>", In_Reply_To=f"<{WORD}@x>"),
    hostile(7).replace(b"text/html", f'text/html; name="{WORD}'.encode()),
    hostile(8).replace(b"utf-8", f"x-{WORD}".encode()),
    hostile(9).replace(b"7bit", WORD.encode()),
    hostile(10).replace(b"text/plain", f"multipart/mixed; boundary={WORD}".encode()),
    f"Subject: {WORD}\r\n{WORD}\r\n\r\n".encode() + b"\xff\x00" + WORD.encode(),
)


def test_no_log_line_holds_a_word_of_any_mail(tmp_path: Path, dovecot_mailbox: TestMailbox) -> None:
    """The same mails as received and marked, and as sent; at the most talkative level."""

    def panzad(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "panzad", "--state", str(tmp_path), "-v", *arguments],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stderr

    (tmp_path / "config.toml").write_text(
        ACCOUNT.format(
            name="work",
            host=dovecot_mailbox.server.host,
            port=dovecot_mailbox.server.port,
            user=dovecot_mailbox.user,
            password=dovecot_mailbox.password,
        )
        + "[drafts]\nmax_age_days = 99999\n"
    )
    said = panzad("run", "--once")
    sent = [one.replace(f"ann@{WORD}.example".encode(), b"me@example.org") for one in MAILS]
    dovecot_mailbox.append("Sent", *sent)
    dovecot_mailbox.append("INBOX", *MAILS, flags=())
    dovecot_mailbox.append("Drafts", *sent, flags=("\\Draft", "\\Flagged"))
    for uid in range(1, len(MAILS) + 1):
        dovecot_mailbox.flag("INBOX", uid)
    said += panzad("run", "--once") + panzad("draft", "hostile.1@example.org")
    said += (tmp_path / "panzad.log").read_text()
    events = {json.loads(one)["event"] for one in said.splitlines() if one.startswith("{")}
    assert {"sync.done", "mark.gathered", "mark.refused"} <= events
    told = [one for one in said.splitlines() if WORD in one.lower()]
    assert told == []


QUESTION = mail(
    "Lunch",
    f"Is there time for {WORD} on Thursday?\n\nAnn\n",
    sender="Ann <ann@example.net>",
    To="me@example.org",
    Message_ID="<lunch.1@example.net>",
    Date=format_datetime(datetime.now(UTC)),
)
SENT = mail("Plan", f"I will bring the plan of {WORD} to the harbour on Monday.\n\nAnn Lee\n")


def test_no_word_of_a_prompt_comes_back_from_a_model_server_that_quotes_it(
    tmp_path: Path, dovecot_mailbox: TestMailbox
) -> None:
    """Over a draft and over learning, in a daemon's worker and in commands."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    with parrot(refusal(400)) as address:
        model = f'[model]\nengine = "openai"\nbase = "{address}"\n'
        with running(state, account("work", dovecot_mailbox) + model) as daemon:
            daemon.logs("sync.done")
            dovecot_mailbox.append("Sent", SENT)
            dovecot_mailbox.append("INBOX", QUESTION, flags=())
            dovecot_mailbox.flag("INBOX", 1)
            daemon.run("sync")
            # The embedder comes first, and torch with it.
            daemon.wait(lambda: bool(daemon.logged("learning.postponed")), seconds=120)
            assert daemon.logged("draft.postponed")
            refused = f"{address} refuses the prompt (400 Bad Request): see its log"
            told = dict(places(daemon))
    assert told[str(state / "panzad.log")].count(refused.encode()) >= 2
    assert refused.encode() in told["status --json"]
    holding = [place for place, content in told.items() if WORD.encode() in content]
    assert all(Path(place).name.startswith("panzad.db") for place in holding), "mail is there alone"
