"""Which folders are Sent and Drafts, on servers of every habit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from panzad.config import ImapServer
from panzad.errors import FolderMissing
from panzad.imap import folder_names
from panzad.imap.drafts import append_draft
from panzad.imap.folders import FolderChoice, FolderInfo, choose
from tests.imap.scripted import ScriptedServer
from tests.servers.dovecot import DovecotServer
from tests.servers.mailbox import TestMailbox


def listing(*names: str, delimiter: str = "/", **special: str) -> list[FolderInfo]:
    """Folders by name; keyword arguments name those that carry a SPECIAL-USE attribute."""
    marked = {name: f"\\{use}" for use, name in special.items()}
    return [
        FolderInfo(name, delimiter, frozenset({marked[name]} if name in marked else ()))
        for name in ("INBOX", *names)
    ]


class TestChoose:
    def test_special_use_wins_over_names(self) -> None:
        infos = listing("Sent", "Ablage", "Drafts", "Vorlagen", sent="Ablage", drafts="Vorlagen")
        choice = choose(infos)
        assert (choice.sent, choice.drafts) == (("Ablage",), "Vorlagen")

    def test_two_folders_marked_sent_are_both_learned_from(self) -> None:
        infos = [
            FolderInfo("Sent", "/", frozenset({"\\sent"})),
            FolderInfo("Sent Items", "/", frozenset({"\\sent"})),
            FolderInfo("Drafts", "/", frozenset()),
        ]
        assert choose(infos, watch=[]).sent == ("Sent", "Sent Items")

    @pytest.mark.parametrize(
        ("sent", "drafts"),
        [
            ("Sent", "Drafts"),
            ("Gesendet", "Entwürfe"),
            ("Messages envoyés", "Brouillons"),
            ("Απεσταλμένα", "Πρόχειρα"),
            ("Отправленные", "Черновики"),
            ("送信済み", "下書き"),
            ("sent items", "DRAFTS"),
        ],
    )
    @pytest.mark.parametrize(
        ("parent", "delimiter"), [("", "/"), ("INBOX.", "."), ("Inbox/", "/"), ("[Gmail]/", "/")]
    )
    def test_names_are_known_in_many_languages_and_below_any_parent(
        self, sent: str, drafts: str, parent: str, delimiter: str
    ) -> None:
        infos = listing(parent + sent, parent + drafts, "Archive", delimiter=delimiter)
        choice = choose(infos)
        assert (choice.sent, choice.drafts) == ((parent + sent,), parent + drafts)

    @pytest.mark.parametrize(
        ("others", "special", "archive"),
        [
            (["Alles", "Archive"], {"all": "Alles"}, ("Alles",)),
            (["[Gmail]/All Mail", "Archive"], {}, ("[Gmail]/All Mail",)),
            (["Ablage", "Archive"], {"archive": "Ablage"}, ("Ablage",)),
            (
                ["Archives", "Archives/2024", "Archives/2025", "Archives/2026"],
                {},
                ("Archives", "Archives/2026", "Archives/2025"),
            ),
            (["Archiv"], {}, ("Archiv",)),
            (["Work"], {}, ()),
        ],
    )
    def test_kept_mail_is_where_threads_are_looked_for(
        self, others: list[str], special: dict[str, str], archive: tuple[str, ...]
    ) -> None:
        infos = listing("Sent", "Drafts", *others, **special)
        assert choose(infos).archive == archive

    @pytest.mark.parametrize("parent", ["[Gmail]", "[Google Mail]", "Mail"])
    def test_a_parent_that_holds_no_mail_is_no_part_of_a_name(self, parent: str) -> None:
        infos = [
            *listing(f"{parent}/Sent Mail", f"{parent}/Drafts", f"{parent}/All Mail"),
            FolderInfo(parent, "/", frozenset({"\\noselect"})),
        ]
        choice = choose(infos, drafts="drafts")
        assert (choice.sent, choice.drafts) == ((f"{parent}/Sent Mail",), f"{parent}/Drafts")
        assert choice.archive == (f"{parent}/All Mail",)

    def test_a_folder_below_another_persons_or_projects_is_taken_only_where_there_is_no_better(
        self,
    ) -> None:
        infos = listing("Ablage/Sent", "Ablage/Drafts", "Gesendet", "Entwürfe", "Work", "Work/Sent")
        choice = choose(infos)
        assert (choice.sent, choice.drafts) == (("Gesendet",), "Entwürfe")
        with pytest.raises(FolderMissing):
            choose(listing("Work", "Work/Sent", "Work/Drafts"))

    def test_a_folder_that_cannot_be_opened_is_not_chosen(self) -> None:
        infos = [
            FolderInfo("Sent", "/", frozenset({"\\sent", "\\noselect"})),
            FolderInfo("Sent Messages", "/", frozenset()),
            FolderInfo("Drafts", "/", frozenset()),
        ]
        assert choose(infos, watch=[]).sent == ("Sent Messages",)

    def test_the_config_wins(self) -> None:
        infos = listing("Sent", "Work", "Drafts", "Ideas", sent="Sent", drafts="Drafts")
        choice = choose(infos, sent=["Work", "Sent"], drafts="Ideas", watch=["Work"])
        assert (choice.sent, choice.drafts, choice.watch) == (("Work", "Sent"), "Ideas", ("Work",))

    def test_a_configured_name_is_found_behind_a_prefix_and_in_any_case(self) -> None:
        infos = listing("INBOX.Sent", "INBOX.Entwürfe", delimiter=".")
        choice = choose(infos, sent="sent", drafts="Entwu\u0308rfe", watch=["Inbox"])
        assert choice.sent == ("INBOX.Sent",)
        assert choice.drafts == "INBOX.Entwürfe"
        assert choice.watch == ("INBOX",)

    def test_a_missing_folder_names_the_key_and_what_exists(self) -> None:
        infos = listing("Post", "Drafts")
        with pytest.raises(FolderMissing, match=r"folders\.sent to one.*Drafts, INBOX, Post"):
            choose(infos)
        with pytest.raises(FolderMissing, match=r"no folder Ideas: set folders\.drafts"):
            choose(infos, sent="Post", drafts="Ideas")
        with pytest.raises(FolderMissing, match=r"no folder Lists: set folders\.watch"):
            choose(infos, sent="Post", watch=["INBOX", "Lists"])

    def test_only_what_is_needed_has_to_be_there(self) -> None:
        infos = listing("Sent", sent="Sent")
        choice = choose(infos, watch=["INBOX", "Lists"], needed={"sent"})
        assert choice == FolderChoice(("Sent",), "", ("INBOX",), ("INBOX",))
        with pytest.raises(FolderMissing, match=r"set folders\.drafts"):
            choose(infos, needed={"drafts", "watch"})

    def test_a_folder_that_is_the_mark_leaves_the_watched_ones_to_threads(self) -> None:
        infos = listing("Sent", "Drafts", "To draft")
        choice = choose(infos, marked="to draft")
        assert (choice.watch, choice.marks) == (("INBOX",), ("To draft",))
        with pytest.raises(FolderMissing, match=r"no folder Lists: set mark to one"):
            choose(infos, marked="Lists")

    def test_no_name_means_both_sent_and_drafts(self) -> None:
        sent = {name.casefold() for name in folder_names.SENT}
        drafts = {name.casefold() for name in folder_names.DRAFTS}
        assert not sent & drafts


class TestNames:
    """As servers spell them; each is a folder that can be opened under the name that is shown."""

    @pytest.mark.parametrize(
        ("listed", "name"),
        [
            ('"Entw&APw-rfe"', "Entwürfe"),
            ("Entw&APw-rfe", "Entwürfe"),
            ('"A &- B"', "A & B"),
            ('"&ZeVnLIqe-"', "日本語"),
            ('"&2D3eAA-"', "😀"),
            ('"say \\"hi\\" \\\\"', 'say "hi" \\'),
            ('"2026"', "2026"),
            ("2026", "2026"),
            ('"NIL"', "NIL"),
        ],
    )
    def test_a_name_is_shown_decoded_and_sent_back_as_it_came(self, listed: str, name: str) -> None:
        server = ScriptedServer({"LIST": [f'* LIST () "/" {listed}']})
        with server, server.session() as session:
            [info] = session.list_folders()
            session.select(info.name, readonly=True)
            assert info.name == name
        [sent] = server.received("EXAMINE")
        assert sent.removeprefix("EXAMINE ").strip('"') == listed.strip('"')

    @pytest.mark.parametrize("listed", ['"Entwürfe"', '"R&D"', '"&broken"', '"&AP8-&"'])
    def test_a_name_that_is_not_modified_utf7_hides_no_other(self, listed: str) -> None:
        """Servers with UTF8=ACCEPT that send UTF-8 unasked, and names made by careless programs."""
        answers = {"LIST": [f'* LIST () "/" {listed}', r'* LIST (\Sent) "/" Sent']}
        with ScriptedServer(answers) as server, server.session() as session:
            assert "Sent" in {info.name for info in session.list_folders()}

    @pytest.mark.parametrize(
        ("name", "by_the_book"),
        [("R&D", "R&-D"), ("Entwürfe", "Entw&APw-rfe"), ("下書き", "&Tgtm+DBN-")],
    )
    def test_a_name_in_no_modified_utf7_goes_back_as_it_came(
        self, name: str, by_the_book: str
    ) -> None:
        """Also over a connection that has not listed the folders yet."""
        answers = {
            "LIST": [f'* LIST () "/" "{name}"'],
            f'EXAMINE "{by_the_book}"': ["TAG NO [NONEXISTENT] no such folder"],
            "APPEND": ["+ go ahead"],
        }
        with ScriptedServer(answers) as server, server.session() as session:
            assert session.select(name, readonly=True).exists == 2
            append_draft(session, name, b"Subject: x\r\n\r\ny\r\n", ())
        assert server.received("APPEND")[0].startswith(f'APPEND "{name}" ')

    def test_a_server_that_speaks_utf8_only_is_spoken_to_so(self) -> None:
        """RFC 6855 section 6: it refuses what comes before ENABLE. A & stands for itself then."""
        answers = {
            "LIST": [r'* LIST (\Drafts) "/" "Entwürfe &- &APw-"'],
            "ENABLE": ["* ENABLED UTF8=ACCEPT"],
        }
        server = ScriptedServer(answers, capabilities="IMAP4rev1 ENABLE UTF8=ONLY")
        with server, server.session() as session:
            [info] = session.list_folders()
            session.select(info.name, readonly=True)
            assert info.name == "Entwürfe &- &APw-"
        assert server.received("ENABLE") == ["ENABLE UTF8=ACCEPT"]
        assert server.received("EXAMINE") == ['EXAMINE "Entwürfe &- &APw-"']

    def test_a_server_that_speaks_both_stays_with_modified_utf7(self) -> None:
        answers = {"LIST": ['* LIST () "/" "Entw&APw-rfe"']}
        server = ScriptedServer(answers, capabilities="IMAP4rev1 ENABLE UTF8=ACCEPT")
        with server, server.session() as session:
            assert [info.name for info in session.list_folders()] == ["Entwürfe"]
        assert not server.received("ENABLE")


class TestOnServers:
    @pytest.fixture
    def localised(self, tmp_path: Path) -> Iterator[TestMailbox]:
        """Courier's layout: `INBOX.` prefix, `.` delimiter, German names, no SPECIAL-USE."""
        folders = {"Gesendet": None, "Entwürfe": None, "Ablage & Co": None}
        with DovecotServer(
            tmp_path / "dovecot", prefix="INBOX.", separator=".", folders=folders
        ) as server:
            server.add_user("me@example.org", "geheim")
            place = ImapServer(host=server.host, port=server.port, security="none")
            yield TestMailbox(place, "me@example.org", "geheim", prefix="INBOX.")

    def test_special_use_as_dovecot_tells_it(self, dovecot_mailbox: TestMailbox) -> None:
        with dovecot_mailbox.session() as session:
            choice = choose(session.list_folders())
        assert (choice.sent, choice.drafts, choice.watch) == (("Sent",), "Drafts", ("INBOX",))

    def test_names_on_a_server_without_special_use(self, pymap_mailbox: TestMailbox) -> None:
        with pymap_mailbox.session() as session:
            choice = choose(session.list_folders())
        assert (choice.sent, choice.drafts, choice.watch) == (("Sent",), "Drafts", ("INBOX",))

    def test_prefix_and_modified_utf7(self, localised: TestMailbox) -> None:
        with localised.session() as session:
            infos = session.list_folders()
            choice = choose(infos)
            assert "INBOX.Ablage & Co" in {info.name for info in infos}
            assert (choice.sent, choice.drafts) == (("INBOX.Gesendet",), "INBOX.Entwürfe")
            assert session.select(choice.drafts, readonly=True).exists == 0
