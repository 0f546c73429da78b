"""What a SEARCH found, however many lines tell it."""

from __future__ import annotations

import pytest

from panzad.imap.search import existing, standing
from tests.imap.scripted import ScriptedServer


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
