"""Decodes the encoded words of header values (RFC 2047), broken ones too. Never raises."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from panzad.mail.charsets import decoded

_START = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def decode_words(text: str) -> str:
    """`text` with its encoded words decoded and no control characters; broken words stay."""
    if "=?" in text:
        text = "".join(_decoded_runs(_BETWEEN.sub(r"\1", text)))
    return (text if text.isprintable() else _CONTROL.sub(" ", text)).strip()


def _decoded_runs(text: str) -> Iterable[str]:
    """Pieces of text; neighbouring words of one charset are joined before they are decoded.

    Several mailers cut a multi-byte character between two words.
    """
    position = 0
    charset, pending = "", b""
    for start, end in _words(text):
        data = _word_bytes(start[2], text[start.end() : end])
        if data is None:
            continue
        # A language tag behind an asterisk (RFC 2231 section 5) says nothing here.
        label = start[1].partition("*")[0].lower()
        if start.start() > position or label != charset:
            yield decoded(pending, charset)
            pending = b""
            yield text[position : start.start()]
        charset, pending = label, pending + data
        position = end + 2
    yield decoded(pending, charset)
    yield text[position:]


def _words(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """The start of each word and where its payload ends.

    The payload may hold blanks and `?`, which mailers forget to encode; never another word.
    """
    end = -1
    for start, following in pairwise(chain(_START.finditer(text), [None])):
        if start is None:
            return
        if end < start.end():
            end = text.find("?=", start.end())
        if end < 0:
            return
        if following is None or following.start() >= end:
            yield start, end


def _word_bytes(encoding: str, payload: str) -> bytes | None:
    data = payload.encode("utf-8")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return None
