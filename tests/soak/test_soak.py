"""A busy hour of two mailboxes, and that the checks tell when something is wrong with them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from panzad.engines.catalogue import ModelFiles
from tests.engines.shallow import write_first_layers
from tests.soak import bounds, checks
from tests.soak.measures import Use, slope
from tests.soak.play import Hour, Idle, Soak, playing

STEPS = 5
IDLE_SECONDS = 6.0
# The windows of the watches are still short then: each wakes some more.
CALM_SECONDS = 5.0


@pytest.fixture(scope="module")
def soak(base_gguf: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Soak]:
    """Two users and a daemon."""
    root = tmp_path_factory.mktemp("soak")
    base = root / "base.gguf"
    write_first_layers(base_gguf.path, base, 2)
    with playing(root, base, accounts=2, seed=1) as soak:
        yield soak


# What is done to the database when nobody looks, and what the checks say.
ROWS = {
    "UPDATE marks SET state = 'written' WHERE state = 'appended'": "is written still",
    "UPDATE marks SET state = 'refused', appended_at = NULL WHERE state = 'appended'": "drafts of",
    "UPDATE marks SET state = 'sent-edited' WHERE state = 'appended'": "drafts sent-edited of",
    "UPDATE marks SET present = 0 WHERE present = 1": "reply marks:",
    "UPDATE marks SET keyword_state = NULL": "has no keyword",
    "UPDATE mails SET message_id = message_id || '.'": "differ from Sent",
    "UPDATE pairs SET state = 'pending'": "instructions are pending",
    "DELETE FROM embeddings": "have no vector",
    "UPDATE embeddings SET vector = zeroblob(1536)": "is not that of its mail",
    "DELETE FROM index_files": "the index file is stale",
    "INSERT INTO problems VALUES ('sync:x', 'all is lost', '', 1, '', '')": "all is lost",
}


class TestHour:
    """In order: what is tampered with has been played before."""

    def test_a_busy_hour_leaves_nothing_wrong(self, soak: Soak) -> None:
        hour = soak.hour(1, STEPS)
        assert hour.wrong == ()
        assert len(soak.acts) >= 10, "of fifteen things that can be done"

    def test_then_it_idles(self, soak: Soak) -> None:
        idle = soak.idles(IDLE_SECONDS, CALM_SECONDS)
        assert bounds.beyond([], idle, 3 * len(soak.people)) == []

    def test_and_ends_in_time(self, soak: Soak) -> None:
        assert soak.ends() == []

    @pytest.mark.parametrize("change", ROWS)
    def test_a_row_that_is_wrong_is_told(self, soak: Soak, tmp_path: Path, change: str) -> None:
        state = shutil.copytree(soak.state, tmp_path / "state")
        assert checks.unsettled(state, soak.people) == []
        with closing(sqlite3.connect(state / "panzad.db", isolation_level=None)) as db:
            assert db.execute(change).rowcount > 0
        assert ROWS[change] in "\n".join(checks.unsettled(state, soak.people))

    def test_a_lost_index_file_is_told(self, soak: Soak, tmp_path: Path) -> None:
        state = shutil.copytree(soak.state, tmp_path / "state")
        shutil.rmtree(state / "index")
        assert "is not there" in "\n".join(checks.unsettled(state, soak.people))

    def test_a_warning_in_the_log_is_told(self, soak: Soak, tmp_path: Path) -> None:
        log = tmp_path / "panzad.log"
        shutil.copy(soak.state / "panzad.log", log)
        assert checks.unexpected_lines(tmp_path) == []
        with log.open("a") as file:
            file.write('{"level": "warning", "event": "mark.postponed"}\n')
        assert len(checks.unexpected_lines(tmp_path)) == 1


def _doubled(client: IMAPClient) -> None:
    client.select_folder("Drafts")
    [uid] = client.search('HEADER X-Panzad "adapter"')[:1]
    found: Any = client.fetch([uid], ["BODY.PEEK[]"])
    client.append("Drafts", found[uid][b"BODY[]"], ["\\Draft", "\\Seen"])


def _lost_draft(client: IMAPClient) -> None:
    client.select_folder("Drafts")
    client.delete_messages(client.search('HEADER X-Panzad "adapter"')[-2:])
    client.expunge()


def _changed(client: IMAPClient) -> None:
    client.select_folder("INBOX")
    uid = client.search()[0]
    found: Any = client.fetch([uid], ["BODY.PEEK[]", "FLAGS"])
    client.append("INBOX", found[uid][b"BODY[]"] + b"P.S.\r\n", found[uid][b"FLAGS"])
    client.delete_messages([uid])
    client.expunge()


def _lost(client: IMAPClient) -> None:
    client.select_folder("Sent")
    client.delete_messages(client.search()[:1])
    client.expunge()


def _read(client: IMAPClient) -> None:
    client.select_folder("INBOX")
    client.add_flags(client.search()[1:2], ["\\Seen"])


def _flagged(client: IMAPClient) -> None:
    client.select_folder("INBOX")
    client.add_flags(client.search("UNFLAGGED")[:1], ["\\Flagged"])


def _foreign(client: IMAPClient) -> None:
    client.append("Archive", b"Message-ID: <nobody@knows>\r\n\r\n")


HAPPENED: dict[Callable[[IMAPClient], None], str] = {
    _doubled: "2 drafts of mark",
    _lost_draft: "0 drafts of mark",
    _changed: "is not as it was",
    _lost: "lies 0 times in Sent",
    _read: "has been read",
    _flagged: "has its flag changed",
    _foreign: "<nobody@knows> lies in Archive",
}


@pytest.mark.parametrize("happened", HAPPENED, ids=lambda one: one.__name__)
def test_a_mailbox_that_is_wrong_is_told(
    soak: Soak, happened: Callable[[IMAPClient], None]
) -> None:
    """After the hour, in which nothing was."""
    person = soak.people[0]
    assert HAPPENED[happened] not in "\n".join(checks.wrong(person, soak.state))
    with person.mailbox.client() as client:
        happened(client)
    assert HAPPENED[happened] in "\n".join(checks.wrong(person, soak.state))


class TestBounds:
    def test_what_grows_is_told(self) -> None:
        hours = [_hour(number, Use(50.0 + 2 * number, 20 + number, 9)) for number in range(8)]
        told = bounds.beyond(hours, None, accounts=3)
        assert [one.split(" by ")[0] for one in told] == ["the daemon grows"] * 2

    def test_what_grew_at_first_is_not(self) -> None:
        hours = [_hour(number, Use(50.0 + 9 * (number > 0), 20, 9)) for number in range(8)]
        assert bounds.beyond(hours, None, accounts=3) == []

    def test_an_idle_daemon_that_wakes_and_works_is_told(self) -> None:
        idle = Idle(60, daemon_cpu_seconds=9.0, worker_cpu_seconds=0.0, waits=6 * 120)
        assert len(bounds.beyond([], idle, accounts=2)) == 2

    def test_the_slope_is_that_of_the_nearest_line(self) -> None:
        assert slope([3.0]) == 0.0
        assert slope([1.0, 3.0, 5.0]) == pytest.approx(2.0)
        assert slope([1.0, 0.0, 1.0]) == pytest.approx(0.0)


def _hour(number: int, daemon: Use) -> Hour:
    return Hour(number, 100, 30.0, daemon, Use(700.0, 8, 14), ())
