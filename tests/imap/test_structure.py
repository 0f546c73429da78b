"""The skeleton: rebuilt from its parts, a mail parses to the same texts."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage, Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.imap.structure import Leaf, leaves, parts_of, readable, skeleton

TEXT = ("TEXT", "PLAIN", ("CHARSET", "utf-8"), None, None, "7BIT", 12, 1, None, None, None, None)
PDF = (
    "APPLICATION", "PDF", ("NAME", "plan.pdf"), None, None, "BASE64", 90_000, None,
    ("ATTACHMENT", ("FILENAME", "plan.pdf")), None, None,
)  # fmt: skip


def as_client(value: object) -> object:
    """A structure as IMAPClient gives it: bytes, tuples, children of a multipart in a list."""
    match value:
        case str():
            return value.encode()
        case list():
            return [as_client(one) for one in value]
        case tuple():
            return tuple(as_client(one) for one in value)
    return value


class TestPartsOf:
    def test_a_plain_mail_is_section_1(self) -> None:
        part = parts_of(as_client(TEXT))
        assert (part.number, part.content_type, part.octets) == ("1", "text/plain", 12)
        assert dict(part.parameters) == {"charset": "utf-8"}

    def test_sections_are_numbered_as_rfc_9051_says(self) -> None:
        inner = ([TEXT, ("TEXT", "HTML", None, None, None, "7BIT", 5, 1)], "ALTERNATIVE")
        part = parts_of(as_client(([inner, PDF, TEXT], "MIXED", ("BOUNDARY", "b"))))
        assert [leaf.number for leaf in leaves(part)] == ["1.1", "1.2", "2", "3"]
        assert [leaf.number for leaf in readable(part)] == ["1.1", "1.2", "3"]
        assert part.content_type == "multipart/mixed"

    def test_a_text_attachment_is_not_read(self) -> None:
        attached = (*TEXT[:8], None, ("ATTACHMENT", ("FILENAME", "log.txt")), None, None)
        (leaf,) = leaves(parts_of(as_client(attached)))
        assert (leaf.disposition, leaf.filename, leaf.readable) == ("attachment", "log.txt", False)

    @pytest.mark.parametrize("subtype", ["MARKDOWN", "X-MARKDOWN", "ENRICHED"])
    def test_what_the_mail_room_reads_is_fetched(self, subtype: str) -> None:
        (leaf,) = leaves(parts_of(as_client(("TEXT", subtype, *TEXT[2:]))))
        assert leaf.readable

    def test_a_language_is_not_taken_for_a_disposition(self) -> None:
        part = parts_of(as_client((*TEXT[:8], None, None, ("EN",), None)))
        assert part.disposition == ""

    @pytest.mark.parametrize(
        "broken", [None, (), b"TEXT", (b"TEXT",), (None,) * 8, ([()], b"MIXED")]
    )
    def test_nonsense_is_a_value_error(self, broken: object) -> None:
        with pytest.raises(ValueError, match=r"body|part"):
            parts_of(broken)

    @given(
        st.recursive(
            st.none() | st.integers() | st.binary(max_size=6),
            lambda inner: st.lists(inner, max_size=9).map(tuple) | st.lists(inner, max_size=4),
            max_leaves=40,
        )
    )
    def test_whatever_a_server_sends_is_a_tree_or_a_value_error(self, body: object) -> None:
        try:
            part = parts_of(body)
        except ValueError:
            return
        assert len(list(leaves(part))) > 0


def structure_of(entity: Message, number: str = "") -> tuple[object, ...]:
    """A BODYSTRUCTURE for a mail, as a server would make it."""
    if entity.is_multipart():
        children = [structure_of(child) for child in entity.get_payload()]  # type: ignore[arg-type]
        return (children, entity.get_content_subtype().encode())
    kind, subtype = entity.get_content_type().encode().split(b"/")
    encoding = entity.get("Content-Transfer-Encoding", "7bit").encode()
    size = len(entity.get_payload())
    fields: tuple[object, ...] = (kind, subtype, None, None, None, encoding, size)
    if kind == b"text":
        fields = (*fields, 1)
    disposition = entity.get_content_disposition()
    extra = (disposition.encode(), None) if disposition else None
    return (*fields, None, extra)


def header_and_body(entity: bytes) -> tuple[bytes, bytes]:
    header, _, body = entity.partition(b"\r\n\r\n")
    return header + b"\r\n\r\n", body


def rebuilt(whole: EmailMessage) -> Message:
    """The mail as it comes back through header, structure and fetched leaves."""
    raw = whole.as_bytes().replace(b"\n", b"\r\n")
    parsed = message_from_bytes(raw)
    part = parts_of(structure_of(parsed))
    entities = [one for one in parsed.walk() if not one.is_multipart()]
    fetched: dict[str, Leaf] = {}
    for leaf, entity in zip(leaves(part), entities, strict=True):
        if leaf.readable:
            text = entity.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            mime, body = header_and_body(text)
            fetched[leaf.number] = Leaf(mime, body)
    return message_from_bytes(skeleton(header_and_body(raw)[0], part, fetched))


def decoded(entity: Message) -> bytes:
    payload = entity.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def texts(message: Message) -> list[str]:
    return [
        decoded(one).decode(one.get_content_charset("ascii")).replace("\r\n", "\n").strip()
        for one in message.walk()
        if one.get_content_maintype() == "text" and one.get_content_disposition() != "attachment"
    ]


words = st.text("abc äßλ字>-=_\n", min_size=1, max_size=60).map(lambda text: text.strip() or "x")


class TestSkeleton:
    @given(words, st.none() | words, st.booleans())
    def test_texts_and_tree_survive_and_attachments_are_empty(
        self, plain: str, html: str | None, attached: bool
    ) -> None:
        whole = EmailMessage()
        whole["Subject"] = "Größe"
        whole.set_content(plain)
        if html is not None:
            whole.add_alternative(html, subtype="html")
        if attached:
            whole.add_attachment(b"%PDF" * 500, maintype="application", subtype="pdf")
        back = rebuilt(whole)
        assert back["Subject"] == message_from_bytes(whole.as_bytes())["Subject"]
        assert texts(back) == texts(message_from_bytes(whole.as_bytes()))
        kinds = [one.get_content_type() for one in whole.walk()]
        assert [one.get_content_type() for one in back.walk()] == kinds
        for one in back.walk():
            if one.get_content_type() == "application/pdf":
                assert decoded(one) == b""

    def test_a_header_without_the_boundary_contradicts_the_tree(self) -> None:
        part = parts_of(as_client(([TEXT, PDF], "MIXED")))
        with pytest.raises(ValueError, match="boundary"):
            skeleton(b"Subject: x\r\nContent-Type: multipart/mixed\r\n\r\n", part, {})

    def test_names_of_attachments_stay_and_cannot_break_out_of_their_header(self) -> None:
        evil = (*PDF[:8], ("ATTACHMENT", ("FILENAME", 'a"\r\nX-Evil: 1')), None, None)
        part = parts_of(as_client(([TEXT, evil], "MIXED")))
        header = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        _, _, pdf = message_from_bytes(skeleton(header, part, {})).walk()
        assert pdf["X-Evil"] is None
        assert pdf.get_filename() == 'a"X-Evil: 1'
