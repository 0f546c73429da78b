"""Extracts an author's own words from a message: behind parsing, before learning and writing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from panzad.mail import quoting
from panzad.mail.client_language import client_language
from panzad.mail.closing import Closing, clear_signed, closed
from panzad.mail.marker import Marker
from panzad.mail.message import Extraction, Message
from panzad.mail.quoting import Run, Section
from panzad.mail.signatures import name_words

# Of "VS:", which forwards in Danish and Norwegian and answers in Finnish, the line above tells.
_FORWARD_SUBJECT = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst|(?P<vs>vs)|vb|vl|továbbítás|pd|转发|轉寄|転送|ilt|pre)\s*[:：]",
    re.IGNORECASE,
)
# What Notes and Outlook leave of attachments below the quote: " - plan.doc", "<<plan.doc>>".
_ATTACHMENT = re.compile(r"\s*(?:- \S[^\n]{0,80}\.\w{2,4}|<<[^<>\n]{1,80}>>)\s*$")
_MANY_BLANKS = re.compile(r"\n{3,}")


def extract(message: Message) -> Extraction:
    """What of a message's text its author wrote, and what it quotes.

    `layout` is `plain`, `top`, `bottom`, `interleaved` or `forward` by where the author's text
    stands; a forward is told by its separator or its subject.
    """
    parts = quoting.sections(clear_signed(message.text).split("\n"))
    runs = parts[0].runs
    names = name_words(message.from_)
    markers = _markers(parts)
    language = client_language(markers[0].words) if markers else ""
    closings = _closings(runs, names)
    own = [one for one in closings if one is not None]
    last_quote = max((i for i, one in enumerate(closings) if one is None), default=-1)
    # An advertisement, a list footer or file names below the quote are nobody's part.
    unquoted = [
        run.text
        for index, (run, one) in enumerate(zip(runs, closings, strict=True))
        if one is not None and not (0 <= last_quote < index and not (one.own or one.signature))
    ]
    return Extraction(
        unquoted="\n\n".join(text for text in unquoted if text.strip()),
        own_text=_tidy([one.own for one in own]),
        signature="\n".join(one.signature for one in own if one.signature),
        footer="\n".join(one.footer for one in own if one.footer),
        quotes=tuple(quoting.quotes(parts)),
        layout=_layout(message, parts, closings, language),
        client_language=language,
    )


def _markers(parts: Sequence[Section]) -> list[Marker]:
    """What introduces the quotes of a text, its client's own words first."""
    inner = [run.marker for run in parts[0].runs]
    return [one for one in (*inner, *(part.marker for part in parts)) if one is not None]


def _closings(runs: Sequence[Run], names: frozenset[str]) -> list[Closing | None]:
    """Each run of the author's taken apart, None for what is quoted."""
    found: list[Closing | None] = []
    answered = False
    for run in runs:
        one = None if run.quoted else _closing(run, names, below=answered)
        found.append(one)
        answered = answered or (one is not None and bool(one.own.strip()))
    return found


def _closing(run: Run, names: frozenset[str], *, below: bool) -> Closing:
    """An author's run taken apart; attachments named by themselves were written by the client."""
    if all(_ATTACHMENT.match(line) for line in run.lines if line.strip()):
        return Closing("", "", run.text)
    return closed(run.text, names, below=below)


def _tidy(texts: Sequence[str]) -> str:
    """The author's pieces as one text, blanks at line ends gone, blank lines not piled up."""
    joined = "\n\n".join(text.strip("\n") for text in texts if text.strip())
    lines = "\n".join(line.rstrip() for line in joined.split("\n"))
    return _MANY_BLANKS.sub("\n\n", lines).strip("\n")


def _layout(
    message: Message,
    parts: Sequence[Section],
    closings: Sequence[Closing | None],
    language: str,
) -> str:
    quoted = len(parts) > 1 or None in closings
    if not quoted:
        written = any(one is not None and one.own.strip() for one in closings)
        attached = "message/rfc822" in message.content_types
        return "forward" if attached and not written else "plain"
    first = next(iter(_markers(parts)), None)
    named = _FORWARD_SUBJECT.match(message.subject)
    if (first is not None and first.kind == "forward") or (
        named is not None and not (named["vs"] and language == "fi")
    ):
        return "forward"
    shape = "".join(
        "q" if one is None else "o" for one in closings if one is None or one.own.strip()
    )
    shape = re.sub(r"(.)\1+", r"\1", shape + "q" * (len(parts) - 1))
    match shape:
        case "oq":
            return "top"
        case "qo":
            return "bottom"
        case "q":
            return "top"
        case _:
            return "interleaved"
