"""Mails with what of them their author wrote: the corpora and labels that extraction is judged on.

Labels hold no mail text. They say which lines of a mail's visible text are the author's, and
carry a digest of these lines, so that a label which no longer fits its mail is noticed.
"""

from __future__ import annotations

import hashlib
import json
import quopri
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panzad.mail import mbox
from panzad.mail.message import Message
from panzad.mail.parse import parse

LABELS = Path(__file__).parent / "labels"
FIXTURES = Path(__file__).parent.parent / "tests" / "mail" / "fixtures"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A mail, its author's part with and without what stands under every mail of theirs.

    `own` is None where a corpus has no label for it; `quoting` when it quotes another mail.
    """

    name: str
    message: Message
    unquoted: str
    own: str | None
    quoting: bool
    language: str
    client: str


def folded(text: str) -> str:
    """White space folded: how texts are compared."""
    return " ".join(text.split())


def quagga(folder: Path) -> Iterator[Labelled]:
    """`extraction/quagga-enron`: the text up to the first Header annotation.

    Annotations were made on bodies as transferred; the quoted-printable ones are decoded here.
    """
    for path in sorted(folder.glob("*.ann")):
        annotated = json.loads(path.read_text(encoding="utf-8"))
        headers = [one["start"] for one in annotated["denotations"] if one["type"] == "Header"]
        text = annotated["text"][: min(headers)] if headers else annotated["text"]
        message = parse(path.with_suffix("").read_bytes())
        if "quoted" in (message.header("Content-Transfer-Encoding") or "").lower():
            text = quopri.decodestring(text.encode("utf-8")).decode("cp1252", "replace")
            text = _CONTROL.sub("", text)
        yield Labelled(path.stem, message, text, None, bool(headers), "en", "Enron")


def fixtures() -> Iterator[Labelled]:
    """The hand-written mails of the tests."""
    for path in sorted(FIXTURES.glob("*.eml")):
        expected = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
        message = parse(path.read_bytes())
        own, signature, footer = (
            expected["own_text"],
            expected["signature"],
            expected.get("footer", ""),
        )
        yield Labelled(
            path.stem,
            message,
            expected.get("unquoted", "\n".join((own, signature, footer))),
            own,
            bool(expected["quotes"]),
            expected["language"],
            expected["client"],
        )


def labelled(data: Path, name: str) -> Iterator[Labelled]:
    """The mails that `labels/NAME.json` labels, found under `data`.

    Raises ValueError when a mail is missing or its lines are not those that were labelled.
    """
    labels = json.loads((LABELS / f"{name}.json").read_text(encoding="utf-8"))
    files: dict[str, dict[str, Message]] = {}
    for label in labels:
        file = label["file"]
        if file not in files:
            files[file] = _messages(data / file)
        message = files[file].get(label.get("message_id", ""))
        if message is None:
            raise ValueError(f"{file} holds no mail {label.get('message_id')}")
        lines = message.text.split("\n")
        own = _lines(lines, label["own"])
        if digest(own) != label["digest"]:
            raise ValueError(f"the label of {file} {label.get('message_id', '')} does not fit")
        yield Labelled(
            f"{file} {label.get('message_id', '')}",
            message,
            _lines(
                lines, sorted(label["own"] + label.get("signature", []) + label.get("footer", []))
            ),
            own,
            label["quoting"],
            label.get("language", "en"),
            label.get("client", ""),
        )


def digest(text: str) -> str:
    """What a label keeps of the text it stands for."""
    return hashlib.sha256(folded(text).encode()).hexdigest()[:16]


def _lines(lines: list[str], ranges: list[list[int]]) -> str:
    """Lines by ranges that count from 1, both ends included."""
    return "\n".join("\n".join(lines[first - 1 : last]) for first, last in ranges)


def _messages(path: Path) -> dict[str, Message]:
    """A file's mails by Message-ID; a file of bare text is one without."""
    if path.suffix == ".txt":
        return {"": parse(b"Content-Type: text/plain; charset=utf-8\n\n" + path.read_bytes())}
    with path.open("rb") as file:
        parsed: list[Any] = [parse(raw) for raw in mbox.messages(file)]
    return {message.message_id or "": message for message in parsed}
