"""What a SEARCH found, however many lines tell it."""

from __future__ import annotations

import pytest

from panzad.imap import plan, search
from panzad.imap.search import existing, find_by_message_id, standing
from tests.imap.scripted import ScriptedServer
from tests.imap.wire import commands
from tests.servers.mailbox import TestMailbox, mail


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["* SEARCH 1 2"], [1, 2]),
        (["* SEARCH", "* SEARCH 1 2"], [1, 2]),
        (["* SEARCH 1 2", "* SEARCH"], [1, 2]),
        (["* SEARCH 2", "* SEARCH 1 2"], [1, 2]),
        (["* SEARCH 1 2 (MODSEQ 917)"], [1, 2]),
        (["* SEARCH"], []),
        ([], []),
    ],
)
def test_all_lines_of_an_answer_count_together(lines: list[str], found: list[int]) -> None:
    with ScriptedServer({"UID SEARCH": lines}) as server, server.session() as session:
        session.select("INBOX", readonly=True)
        assert standing(session, "flag") == found


def test_a_line_beside_an_earlier_answer_does_not_count() -> None:
    with ScriptedServer({"NOOP": ["* SEARCH 7"]}) as server, server.session() as session:
        session.select("INBOX", readonly=True)
        with session.translated("say what is new"):
            session.client.noop()
        assert standing(session, "flag") == []


def test_mails_that_were_not_asked_for_do_not_exist() -> None:
    answers = {"UID SEARCH": ["* SEARCH 7", "* SEARCH 1"]}
    with ScriptedServer(answers) as server, server.session() as session:
        session.select("INBOX", readonly=True)
        assert existing(session, [1, 2]) == {1}


def test_many_ids_are_looked_up_in_the_headers_of_the_whole_folder(
    mailbox: TestMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of copies the oldest is taken; a folder is listed in pieces, and its headers fetched so."""
    for module in (plan, search):
        monkeypatch.setattr(module, "UIDS_PER_SEARCH", 10)
    monkeypatch.setattr(search, "_HEADERS_PER_FETCH", 10)
    numbers = [*range(12), 3, 11]
    mailbox.append("INBOX", *(mail(f"m {n}", Message_ID=f"<{n}@x>") for n in numbers))
    with mailbox.session() as session:
        session.select("INBOX", readonly=True)
        uids = session.client.search("ALL")
        with commands(session) as sent:
            found = find_by_message_id(session, "INBOX", [f"<{n}@x>" for n in range(300)])
    assert found == {f"<{n}@x>": uids[n] for n in range(12)}
    assert len(sent) <= 6
