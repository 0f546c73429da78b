"""What is made of the model's text before it becomes a draft."""

from __future__ import annotations

import re

_PREAMBLE = re.compile(
    r"\A(?:(?:sure|certainly|of course)[,!.]?[^\n]{0,80}\n|(?:here(?:'s| is)[^\n]{0,80}:|"
    r"subject:[^\n]*)\s*\n)\s*",
    re.IGNORECASE,
)


def draft_text(answer: str, *, truncated: bool, signature: str | None) -> str:
    """The mail in a model's answer: no preamble, no subject line, no second signature.

    A text that ran into the token limit loses its last, unfinished sentence.
    """
    text = answer.replace("\r\n", "\n").strip()
    text = _PREAMBLE.sub("", text)
    text = re.split(r"\n-- ?\n", text)[0].rstrip()
    if signature and text.endswith(signature.strip()):
        text = text[: -len(signature.strip())].rstrip()
    if truncated:
        text = whole_sentences(text)
    return re.sub(r"\n{3,}", "\n\n", text)


def whole_sentences(text: str) -> str:
    """A cut-off text up to the end of its last whole sentence or line, if it has one."""
    ends = [match.end() for match in re.finditer(r"[.!?…](?=\s|$)|\n", text)]
    return text[: ends[-1]].rstrip() if ends else text
