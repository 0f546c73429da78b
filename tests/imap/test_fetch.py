"""Fetching: texts without attachments, few round trips, and no mail that ends a batch."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage

from panzad.imap.fetch import LEAF_OCTETS, Fetched, Unreadable, fetch_batch, header_ids
from panzad.imap.session import Session
from panzad.mail.parse import parse
from tests.imap.scripted import ScriptedServer
from tests.imap.wire import commands
from tests.servers.mailbox import TestMailbox, mail


def with_attachment(subject: str, text: str, octets: int) -> bytes:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "me@example.org"
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    message.add_attachment(
        b"\0" * octets, maintype="application", subtype="pdf", filename="Pläne.pdf"
    )
    return message.as_bytes().replace(b"\n", b"\r\n")


def fetched(session: Session, folder: str = "INBOX") -> list[Fetched | Unreadable]:
    session.select(folder, readonly=True)
    return fetch_batch(session, session.client.search("ALL"))


class TestText:
    def test_attachments_stay_on_the_server(self, mailbox: TestMailbox) -> None:
        mailbox.append("INBOX", with_attachment("Pläne", "Hier sind sie, größer.", 300_000))
        with mailbox.session() as session:
            (one,) = fetched(session)
        assert isinstance(one, Fetched)
        assert len(one.raw) < 3_000
        message = message_from_bytes(one.raw)
        plain, html, pdf = [part for part in message.walk() if not part.is_multipart()]
        text = plain.get_payload(decode=True)
        assert isinstance(text, bytes)
        assert text.decode().strip() == "Hier sind sie, größer."
        assert html.get_content_type() == "text/html"
        assert pdf.get_content_type() == "application/pdf"
        assert pdf.get_payload(decode=True) == b""

    def test_a_plain_mail_comes_as_it_is(self, mailbox: TestMailbox) -> None:
        raw = mail("hello", "Two\n\nparagraphs with -- dashes.\n")
        mailbox.append("INBOX", raw)
        with mailbox.session() as session:
            (one,) = fetched(session)
        assert isinstance(one, Fetched)
        assert one.raw == raw
        assert one.internaldate is not None
        assert one.internaldate.tzinfo is not None

    def test_a_very_long_text_is_cut(self, mailbox: TestMailbox) -> None:
        mailbox.append("INBOX", mail("log", "0123456789abcde\n" * (LEAF_OCTETS // 16 + 5_000)))
        with mailbox.session() as session:
            (one,) = fetched(session)
        assert isinstance(one, Fetched)
        assert LEAF_OCTETS - 100 < len(one.raw) < LEAF_OCTETS + 1_000

    def test_a_mail_without_a_body_or_a_header_is_read(self, mailbox: TestMailbox) -> None:
        mailbox.append("INBOX", b"Subject: only this\r\n\r\n", b"\r\nonly a body\r\n")
        with mailbox.session() as session:
            first, second = fetched(session)
        assert isinstance(first, Fetched)
        assert message_from_bytes(first.raw)["Subject"] == "only this"
        assert isinstance(second, Fetched)
        assert b"only a body" in second.raw

    def test_mails_of_a_kind_share_a_round_trip(self, mailbox: TestMailbox) -> None:
        plain = [mail(f"plain {number}") for number in range(10)]
        mixed = [with_attachment(f"mixed {number}", "text", 500) for number in range(10)]
        mailbox.append("INBOX", *plain, *mixed)
        with mailbox.session() as session:
            session.select("INBOX", readonly=True)
            uids = session.client.search("ALL")
            with commands(session) as sent:
                mails = fetch_batch(session, uids)
        assert [one.uid for one in mails] == uids
        assert all(isinstance(one, Fetched) for one in mails)
        assert len(sent) == 3

    def test_message_ids_come_byte_for_byte(self, mailbox: TestMailbox) -> None:
        mailbox.append(
            "INBOX", mail("a", Message_ID="<Odd..Id@[x]>"), b"Subject: none\r\n\r\nx\r\n"
        )
        with mailbox.session() as session:
            session.select("INBOX", readonly=True)
            first, second = session.client.search("ALL")
            assert header_ids(session, [first, second]) == {first: "<Odd..Id@[x]>", second: None}

    def test_message_ids_are_those_that_parsing_gives(self, dovecot_mailbox: TestMailbox) -> None:
        """Raw 8-bit, folded and bare ids: a mark's id is looked for among those of parsed mails."""
        ids = (b"<gr\xfc\xdfe@example.net>", b"\r\n <folded@x>", b"bare@x", b"<a@x> (note)")
        mails = [b"Message-ID: " + one + b"\r\nSubject: x\r\n\r\nx\r\n" for one in ids]
        dovecot_mailbox.append("INBOX", *mails)
        with dovecot_mailbox.session() as session:
            session.select("INBOX", readonly=True)
            found = header_ids(session, session.client.search("ALL"))
        assert list(found.values()) == [parse(one).message_id for one in mails]
        assert next(iter(found.values())) == "<grüße@example.net>"


HEADER = "Subject: hi\r\n\r\n"
STRUCTURE = 'BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 4 1)'


def item(name: str, value: str) -> str:
    return f"{name} {{{len(value)}}}\r\n{value}"


class TestHabits:
    def test_a_malformed_structure_falls_back_to_header_and_text(self) -> None:
        """Gmail and others send NIL parts; IMAPClient raises on some of them."""
        head, text = item("BODY[HEADER]<0>", HEADER), item("BODY[TEXT]<0>", "body")
        answers = {
            "UID FETCH 1 (INTERNALDATE BODYSTRUCTURE": [
                f"* 1 FETCH (UID 1 BODYSTRUCTURE NIL {head})"
            ],
            "UID FETCH 1 (INTERNALDATE BODY.PEEK[HEADER]": [f"* 1 FETCH (UID 1 {head} {text})"],
        }
        with ScriptedServer(answers) as server, server.session() as session:
            session.select("INBOX", readonly=True)
            assert fetch_batch(session, [1]) == [Fetched(1, (HEADER + "body").encode(), None)]

    def test_one_mail_that_is_refused_for_ever_does_not_hide_the_others(self) -> None:
        """Yahoo: `[UNAVAILABLE]` for single mails."""
        head, text = item("BODY[HEADER]<0>", HEADER), item("BODY[1]<0>", "body")
        answers = {
            "UID FETCH 1 (INTERNALDATE BODYSTRUCTURE": [f"* 1 FETCH (UID 1 {STRUCTURE} {head})"],
            "UID FETCH 3 (INTERNALDATE BODYSTRUCTURE": [f"* 3 FETCH (UID 3 {STRUCTURE} {head})"],
            "UID FETCH 1,3 (BODY.PEEK[1]": [
                f"* 1 FETCH (UID 1 {text})",
                f"* 3 FETCH (UID 3 {text})",
            ],
            "UID FETCH": ["TAG NO [UNAVAILABLE] UID FETCH Server error"],
        }
        with ScriptedServer(answers) as server, server.session() as session:
            session.select("INBOX", readonly=True)
            first, second, third = fetch_batch(session, [1, 2, 3])
        whole = (HEADER + "body").encode()
        assert first == Fetched(1, whole, None)
        assert second == Unreadable(2, "the server does not return it")
        assert third == Fetched(3, whole, None)

    def test_ok_without_a_body_is_unreadable(self) -> None:
        """iCloud answers OK and sends nothing."""
        with ScriptedServer() as server, server.session() as session:
            session.select("INBOX", readonly=True)
            assert fetch_batch(session, [1]) == [Unreadable(1, "the server does not return it")]

    def test_highestmodseq_without_condstore_is_not_believed(self) -> None:
        """Yahoo sends it and does not keep it."""
        answers = {"EXAMINE": ["* 2 EXISTS", "* OK [HIGHESTMODSEQ 9] x"]}
        with ScriptedServer(answers) as server, server.session() as session:
            state = session.select("INBOX", readonly=True)
        assert (state.highestmodseq, state.uidnext) == (None, None)

    def test_id_is_sent_before_the_first_select(self) -> None:
        """163.com refuses SELECT otherwise."""
        with ScriptedServer(capabilities="IMAP4rev1 ID") as server, server.session() as session:
            session.select("INBOX", readonly=True)
            assert server.count("ID (") == 1
