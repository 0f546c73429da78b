"""Renders an HTML part as the text that a reader sees, quotes as `>` lines.

Done here, with a tokenizer of its own, because what matters is particular to mail: which
`<blockquote>` is a quote, what is hidden from the reader (EchoLeak, CVE-2025-32711), where a
client marks the signature. A tree builder has to reopen formatting elements in every block (HTML
standard, 13.2.4.3), which multiplies hostile markup; html.parser is quadratic on unclosed tags in
Python 3.11.7 (40 kB of `<a ` take 16 s; CVE-2025-6069). One pass, no look-back: linear.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from panzad.mail.hiding import colours, hides, hiding_selectors, is_chosen
from panzad.mail.quoting import MAX_LEVELS

MAX_OPEN = 256
# Twenty times what a long newsletter has: what goes on behind it is made to hurt.
MAX_TOKENS = 200_000

_TAG = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9:_-]*+)((?:[^"'>]++|"[^"]*+"|'[^']*+')*+)>""",
)
# A name is tried from its beginning only: a long one without a value would be quadratic.
_ATTRIBUTE = re.compile(
    r"""(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_-]*+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)"""
)
_WANTED_ATTRIBUTE = re.compile(r"(?i)\b(?:style|class|id|hidden|type|color|bgcolor)\b")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_HUGE_REFERENCE = re.compile(r"&#[xX]?[0-9A-Fa-f]{9,};?")
_END_OF_RAW = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "noscript", "template", "svg", "xml")
}
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_SPACED = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre"])
_CLOSED_BY_SIBLING = frozenset(["p", "li", "td", "th", "tr", "dt", "dd", "option"])
_NO_MARGIN = re.compile(r"(?:^|;)margin(?:-top|-bottom)?:0")
# Indentation that clients write as blockquote: Apple Mail's, Gmail's and Outlook's "increase".
_INDENT_CLASS = re.compile(r"(?i)webkit-indent-blockquote")
_INDENT_STYLE = re.compile(r"margin:0(?:px)?0(?:px)?0(?:px)?40px.*border:none")
_SIGNATURE_CLASS = re.compile(r"(?i)(?:^|[\s_-])(?:ydp\w*)?signature(?:_block)?(?=$|\s)")
_SIGNATURE_ID = re.compile(
    r"(?i)(?:^|_)(?:signature|ms-outlook-mobile-signature|applemailsignature)$"
)


@dataclass(frozen=True, slots=True)
class _Open:
    """An open element and what it means for the text inside."""

    tag: str
    hidden: bool
    depth: int
    pre: bool
    ink: str
    ground: str


def rendered(source: str) -> str:
    """The visible text of an HTML document: `\\n` line ends, `> ` before quoted lines.

    Dropped: display:none and its kin (inline or by a style sheet), tiny, clipped, transparent and
    off-page text, white on white, comments, scripts. What is `aria-hidden` stays: whoever looks
    sees it. A signature that a client marks by class or id gets its `-- ` line.
    """
    canvas = _Canvas(hiding_selectors(source))
    for token in islice(_tokens(source), MAX_TOKENS):
        if isinstance(token, str):
            canvas.text(token)
        elif token.closing:
            canvas.close(token.name)
        else:
            canvas.open(token)
    return canvas.result()


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    closing: bool
    attributes: dict[str, str]


def _tokens(source: str) -> Iterator[str | _Tag]:
    """Text and tags in order. What never ends (a comment, a quoted attribute) is not shown."""
    position, length = 0, len(source)
    while position < length:
        start = source.find("<", position)
        if start < 0:
            yield source[position:]
            return
        if start > position:
            yield source[position:start]
        if source.startswith("<!--", start):
            end = source.find("-->", start + 2)
            position = length if end < 0 else end + 3
        elif source.startswith(("<!", "<?"), start):
            end = source.find(">", start)
            position = length if end < 0 else end + 1
        elif (match := _TAG.match(source, start)) is not None:
            name = match[2].lower()
            position = match.end()
            closing = bool(match[1])
            yield _Tag(name, closing, {} if closing else _attributes(match[3]))
            if not closing and name in _END_OF_RAW and not match[3].endswith("/"):
                ending = _END_OF_RAW[name].search(source, position)
                position = length if ending is None else ending.start()
        elif source[start + 1 : start + 2].isalpha() or source[start + 1 : start + 2] == "/":
            end = source.find(">", start)
            if source[start + 1 : start + 2].isalpha() or end < 0:
                return
            position = end + 1
        else:
            yield "<"
            position = start + 1


def _attributes(text: str) -> dict[str, str]:
    """The attributes that matter, names in lower case; `hidden` needs no value."""
    if not _WANTED_ATTRIBUTE.search(text):
        return {}
    found = {
        match[1].lower(): html.unescape(match[2].strip("\"'"))
        if "&" in match[2]
        else match[2].strip("\"'")
        for match in _ATTRIBUTE.finditer(text)
        if len(match[2]) < 10_000
    }
    if re.search(r"(?i)(?:^|\s)hidden(?=$|[\s/])", text):
        found["hidden"] = "hidden"
    return found


class _Canvas:
    """Lines of text under construction, and the elements that are open."""

    def __init__(self, hidden: frozenset[str]) -> None:
        self._hidden = hidden
        self._lines: list[str] = []
        self._line: list[str] = []
        self._line_depth = 0
        self._space = False
        self._margin = False
        # A signature was marked and nothing of it is written yet.
        self._delimited = False
        self._stack: list[_Open] = [_Open("", False, 0, False, "", "white")]
        self._open = Counter[str]()

    def open(self, tag: _Tag) -> None:
        name = tag.name
        if name == "br":
            self._break(always=True)
            return
        if name == "hr":
            if not self._stack[-1].hidden:
                self._break()
                self._line = ["_" * 32]
                self._break()
            return
        if name in _VOID:
            return
        if name in _CLOSED_BY_SIBLING and self._stack[-1].tag == name:
            self.close(name)
        if name in _BLOCKS:
            self._break()
        elif name in {"td", "th"} and self._line:
            self._space = True
        element = _opened(tag, self._stack[-1], self._hidden)
        if len(self._stack) < MAX_OPEN:
            self._stack.append(element)
            self._open[name] += 1
        if element.hidden:
            return
        if name in _SPACED and not _NO_MARGIN.search(_style(tag)) and not _is_office(tag):
            self._margin = True
        if _marks_signature(tag) and (not self._lines or self._last_content() != "--"):
            self._line, self._line_depth = ["-- "], element.depth
            self._break()
            self._margin, self._delimited = False, True
        if name == "li":
            self._write("- ")

    def close(self, name: str) -> None:
        if not self._open[name]:
            return
        for index in range(len(self._stack) - 1, 0, -1):
            if self._stack[index].tag == name:
                if name in _BLOCKS:
                    self._break()
                if name in _SPACED and not self._stack[index].hidden:
                    self._margin = self._margin or name != "p"
                self._open.subtract(one.tag for one in self._stack[index:])
                del self._stack[index:]
                return

    def text(self, text: str) -> None:
        if self._stack[-1].hidden or self._stack[-1].ink == self._stack[-1].ground:
            return
        if "&" in text:
            text = html.unescape(_HUGE_REFERENCE.sub("", text))
        if self._stack[-1].pre:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self._write(first)
            for line in others:
                self._break(always=True)
                self._write(line)
            return
        folded = _BLANKS.sub(" ", text)
        if folded.startswith(" ") and self._line:
            self._space = True
        content = folded.strip(" ")
        if content:
            self._write(content)
            self._space = folded.endswith(" ")

    def result(self) -> str:
        self._break()
        return "\n".join(self._lines).strip("\n")

    def _write(self, text: str) -> None:
        if not text:
            return
        depth = self._stack[-1].depth
        if self._line and depth != self._line_depth:
            self._break()
        if not self._line:
            if self._margin and self._lines and self._last_content():
                self._lines.append(_quoted("", min(depth, self._last_depth())))
            self._line_depth = depth
        elif self._space:
            self._line.append(" ")
        self._space = self._margin = False
        self._line.append(text)

    def _break(self, *, always: bool = False) -> None:
        if self._line:
            text = "".join(self._line).replace("\xa0", " ")
            text = text if text == "-- " else text.rstrip()
            if not (self._delimited and text.strip() == "--"):
                self._lines.append(_quoted(text, self._line_depth))
            self._delimited = False
        elif always and not self._stack[-1].hidden:
            self._lines.append(_quoted("", self._stack[-1].depth))
        self._line = []
        self._space = False

    def _last_content(self) -> str:
        return self._lines[-1].lstrip(">").strip()

    def _last_depth(self) -> int:
        return len(self._lines[-1]) - len(self._lines[-1].lstrip(">"))


def _quoted(text: str, depth: int) -> str:
    if not depth:
        # A line of the author's own that starts with `>` must not read as a quote.
        return " " + text if text.startswith(">") else text
    return f"{'>' * depth} {text}" if text else ">" * depth


def _style(tag: _Tag) -> str:
    return _BLANKS.sub("", tag.attributes.get("style", "")).lower()


def _is_office(tag: _Tag) -> bool:
    """Outlook's paragraphs stand without space between them."""
    return tag.name == "p" and "mso" in tag.attributes.get("class", "").lower()


def _marks_signature(tag: _Tag) -> bool:
    attributes = tag.attributes
    return bool(
        _SIGNATURE_CLASS.search(attributes.get("class", ""))
        or _SIGNATURE_ID.search(attributes.get("id", ""))
    )


def _opened(tag: _Tag, parent: _Open, hidden: frozenset[str]) -> _Open:
    """The element that `tag` opens inside `parent`; style sheets hide the `hidden` ones."""
    name, attributes = tag.name, tag.attributes
    if not attributes:
        return _Open(
            name,
            parent.hidden or name in _END_OF_RAW,
            min(parent.depth + (name == "blockquote"), MAX_LEVELS),
            parent.pre or name == "pre",
            parent.ink,
            parent.ground,
        )
    style = _style(tag)
    ink, ground = colours(style, attributes.get("color", ""), attributes.get("bgcolor", ""))
    quote = name == "blockquote" and not (
        _INDENT_CLASS.search(attributes.get("class", "")) or _INDENT_STYLE.search(style)
    )
    return _Open(
        name,
        parent.hidden
        or name in _END_OF_RAW
        or "hidden" in attributes
        or hides(style)
        or is_chosen(hidden, name, attributes.get("class", ""), attributes.get("id", "")),
        min(parent.depth + quote, MAX_LEVELS),
        parent.pre or name == "pre" or "white-space:pre" in style,
        ink or parent.ink,
        ground or parent.ground,
    )
