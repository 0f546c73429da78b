"""Drafts and marks: put, found again, and never claimed where the server refuses or forgets."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from panzad.config import ImapServer
from panzad.errors import FolderMissing, NetworkError, PanzadError, ServerRefused
from panzad.imap.drafts import append_draft, find_message, mark_source
from panzad.imap.search import fetch_message, find_by_message_id, message_ids, standing
from tests.imap.scripted import ScriptedServer
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import TestMailbox, mail

WORD = "zarquon"
FLAGS = (r"\Draft", r"\Seen")


class TestAppend:
    def test_the_draft_is_there_with_its_flags_and_its_uid(self, mailbox: TestMailbox) -> None:
        raw = mail("Re: hello", "Grüße\n")
        with mailbox.session() as session:
            uid = append_draft(session, "Drafts", raw, FLAGS)
        with mailbox.client() as client:
            client.select_folder("Drafts", readonly=True)
            assert client.search("ALL") == [uid]
            (items,) = client.fetch([uid], ["FLAGS", "BODY.PEEK[]"]).values()
        flags = items[b"FLAGS"]
        assert isinstance(flags, tuple)
        assert {b"\\Draft", b"\\Seen"} <= set(flags)
        assert items[b"BODY[]"] == raw

    def test_a_missing_folder_is_named(self, mailbox: TestMailbox) -> None:
        with mailbox.session() as session, pytest.raises(FolderMissing, match="folder Ideas"):
            append_draft(session, "Ideas", mail("x"), FLAGS)

    def test_found_again_by_message_id_after_a_crash(self, mailbox: TestMailbox) -> None:
        mailbox.append("Drafts", mail("other"))
        with mailbox.session() as session:
            uidnext = session.select("Drafts", readonly=True).uidnext or 1
            draft = mail("ours", Message_ID="<panzad.1@example.org>")
            assert find_message(session, "Drafts", "<panzad.1@example.org>", uidnext) is None
            uid = append_draft(session, "Drafts", draft, FLAGS)
            assert find_message(session, "Drafts", "<panzad.1@example.org>", uidnext) == uid
            assert find_message(session, "Drafts", "<other@example.org>", uidnext + 1) is None

    def test_a_link_that_dies_after_the_literal_is_a_network_error(self) -> None:
        """OfflineIMAP#262: whoever takes this for a refusal appends 119 copies."""
        server = ScriptedServer({"APPEND": ["+ go ahead", "HANGUP"]})
        with server, server.session() as session, pytest.raises(NetworkError):
            append_draft(session, "Drafts", mail("x"), FLAGS)

    def test_toobig_as_bad_is_a_refusal_with_its_remedy(self) -> None:
        """Gmail says BAD to what is too big."""
        server = ScriptedServer({"APPEND": ["TAG BAD [TOOBIG] Message too large"]})
        with (
            server,
            server.session() as session,
            pytest.raises(ServerRefused, match=r"TOOBIG.*no mail of this size"),
        ):
            append_draft(session, "Drafts", mail("x"), FLAGS)

    @pytest.mark.parametrize(
        "answer",
        [
            "TAG NO [CANNOT] looks like spam:",
            "TAG NO [OVERQUOTA] no room for",
            "TAG NO [THROTTLED] later:",
            "TAG NO",
            "TAG BAD unknown command",
            "TAG OK [APPENDUID",
        ],
    )
    def test_a_server_that_quotes_the_draft_is_not_quoted(self, answer: str) -> None:
        """As content filters do, and parsers that have lost their place."""
        server = ScriptedServer({"APPEND": [f"{answer} {WORD}"]})
        with server, server.session() as session:
            try:
                told = append_draft(session, "Drafts", mail(WORD, WORD), FLAGS)
            except PanzadError as error:
                told = "".join(traceback.format_exception(error))
        assert WORD not in str(told)


class TestRefusals:
    @pytest.fixture
    def strict(self, tmp_path: Path) -> Iterator[TestMailbox]:
        """A Dovecot with a quota of 20 kB and a Drafts folder that may only be read."""
        extra = """
            mail_plugins = quota acl
            plugin {
              acl = vfile
              quota = count:User quota
              quota_rule = *:storage=20K
              quota_vsizes = yes
              quota_grace = 0
            }
        """
        with DovecotServer(tmp_path / "dovecot", extra=extra) as server:
            server.add_user("me@example.org", "geheim")
            rights = server.maildir("me@example.org", "Drafts") / "dovecot-acl"
            rights.write_text("owner lr\n")
            place = ImapServer(host=server.host, port=server.port, security="none")
            yield TestMailbox(place, "me@example.org", "geheim")

    def test_read_only_drafts_and_a_full_mailbox_are_refusals_with_remedies(
        self, strict: TestMailbox
    ) -> None:
        with strict.session() as session:
            with pytest.raises(ServerRefused, match="may be written to"):
                append_draft(session, "Drafts", mail("x"), FLAGS)
            with pytest.raises(ServerRefused, match=r"OVERQUOTA.*make room"):
                append_draft(session, "Sent", mail("x", "long " * 6_000), FLAGS)
            assert session.select("Drafts", readonly=False).read_only


class TestMarkSource:
    def test_the_keyword_is_kept_where_keywords_are_allowed(
        self, dovecot_mailbox: TestMailbox
    ) -> None:
        dovecot_mailbox.append("INBOX", mail("question"), flags=())
        with dovecot_mailbox.session() as session:
            assert mark_source(session, "INBOX", 1, "$PanzadDrafted")
            session.select("INBOX", readonly=True)
            assert standing(session, "keyword:$PanzadDrafted") == [1]
            assert standing(session, "keyword:$PanzadFailed") == []
        with dovecot_mailbox.client() as client:
            client.select_folder("INBOX")
            assert client.search("UNSEEN") == [1]

    def test_a_mail_that_is_gone_is_not_claimed(self, dovecot_mailbox: TestMailbox) -> None:
        with dovecot_mailbox.session() as session:
            assert not mark_source(session, "INBOX", 99, "$PanzadDrafted")

    def test_no_keywords_no_claim(self, pymap_mailbox: TestMailbox) -> None:
        pymap_mailbox.append("INBOX", mail("question"))
        with pymap_mailbox.session() as session:
            assert not mark_source(session, "INBOX", 101, "$PanzadDrafted")

    def test_ok_to_a_store_that_is_forgotten_is_no_claim(self) -> None:
        answers = {
            "SELECT": ["* 1 EXISTS", r"* OK [PERMANENTFLAGS (\Seen \*)] x"],
            "UID FETCH": [r"* 1 FETCH (UID 1 FLAGS (\Seen))"],
        }
        with ScriptedServer(answers) as server, server.session() as session:
            assert not mark_source(session, "INBOX", 1, "$PanzadDrafted")
            assert server.count("UID STORE") == 1


class TestSearch:
    def test_marks_stand_on_flagged_mails_that_are_not_deleted(self, mailbox: TestMailbox) -> None:
        mailbox.append("INBOX", mail("one"), mail("two"), mail("three"))
        with mailbox.session() as session:
            session.select("INBOX", readonly=True)
            first, second, third = standing(session, "folder:INBOX")
            mailbox.flag("INBOX", first)
            mailbox.flag("INBOX", third)
            mailbox.flag("INBOX", third, r"\Deleted")
            session.select("INBOX", readonly=True)
            assert standing(session, "flag") == [first]
            assert standing(session, "folder:INBOX") == [first, second]

    def test_one_mail_by_uid_or_none(self, mailbox: TestMailbox) -> None:
        raw = mail("one")
        mailbox.append("INBOX", raw)
        with mailbox.session() as session:
            session.select("INBOX", readonly=True)
            (uid,) = session.client.search("ALL")
            assert fetch_message(session, uid) == raw
            assert fetch_message(session, uid + 50) is None

    def test_mails_are_found_by_message_id_and_only_whole_ids_count(
        self, mailbox: TestMailbox
    ) -> None:
        mailbox.append("INBOX", *(mail(f"m {n}", Message_ID=f"<{n}@x>") for n in range(20)))
        with mailbox.session() as session:
            session.select("INBOX", readonly=True)
            uids = session.client.search("ALL")
            wanted = ["<3@x>", "<17@x>", "<99@x>", "7@x>", 'odd" id', "<ü@x>", ""]
            found = find_by_message_id(session, "INBOX", wanted)
            assert found == {"<3@x>": uids[3], "<17@x>": uids[17]}
            everything = find_by_message_id(session, "INBOX", [f"<{n}@x>" for n in range(20)])
            assert everything == {f"<{n}@x>": uids[n] for n in range(20)}
            assert message_ids(session, uids[:2]) == {uids[0]: "<0@x>", uids[1]: "<1@x>"}

    def test_a_server_that_cannot_search_headers_finds_nothing(self) -> None:
        """Yahoo: `[SERVERBUG]`."""
        answers = {"UID SEARCH": ["TAG NO [SERVERBUG] UID SEARCH Server error"]}
        with ScriptedServer(answers) as server, server.session() as session:
            assert find_by_message_id(session, "INBOX", ["<1@x>"]) == {}
