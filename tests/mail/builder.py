"""Mails in three lines: a header of field=value, a body, bytes as a server would give them."""

from __future__ import annotations

from hypothesis import strategies as st

from panzad.mail.message import Message
from panzad.mail.parse import parse


def raw(text: str = "", /, **fields: str) -> bytes:
    """A mail's bytes; `in_reply_to="<a@b>"` becomes `In-Reply-To: <a@b>`."""
    header = {"from_": "Ann Lee <ann@example.org>", "to": "Ben Okri <ben@example.net>", **fields}
    lines = [
        f"{name.strip('_').replace('_', '-').title()}: {value}" for name, value in header.items()
    ]
    return "\r\n".join([*lines, "", text.replace("\n", "\r\n")]).encode()


def mail(text: str = "", /, **fields: str) -> Message:
    """The same, parsed."""
    return parse(raw(text, **fields))


# What every reader sees and keeps: no controls, no blanks but one kind, nothing invisible.
SEEN = st.text(
    alphabet=st.characters(exclude_categories=["C", "Z", "M"], include_characters=" \n"),
    max_size=300,
).map(lambda text: f"x{text}x")
