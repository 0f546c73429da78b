"""Recognises attribution lines, "On Monday, Ann <ann@example.org> wrote:", in many languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from panzad.mail.headerblock import label_of
from panzad.mail.marker import ADDRESS, SUPERCITE, Marker, person
from panzad.mail.vocabulary import (
    AROUND_NAMES,
    ATTRIBUTION_STARTS,
    BEFORE_DAYS,
    READERS,
    WROTE,
)

_MAX_LENGTH = 600
_MAX_LINES = 4

# Scripts without blanks, or whose vowel signs are no letters, know no word boundary.
_WROTE = re.compile(
    rf"\b(?:{WROTE})\b|写道|寫道|書きました|작성|님이|쓴 글|लिखा|লিখেছে|எழுதியது", re.IGNORECASE
)
# The longest plain part of each verb: a look for these costs a thirtieth of one for the patterns.
_HINTS = frozenset(
    max(re.split(r"\\s\+|\\.|\[[^]]*\]", verb), key=len).lower() for verb in WROTE.split("|")
) | {"quoting", "zitat", "citando", "citation", "excerpts"}
_WROTE_LAST = re.compile(rf"(?:{WROTE})\s*[,;]?\s*[:：]\s*$", re.IGNORECASE)
_BEGINS = re.compile(rf"[\s\-*>]*(?:{ATTRIBUTION_STARTS})\b", re.IGNORECASE)
# "As Ben <ben@example.net> wrote:" is a sentence of the author's.
_SENTENCE = re.compile(r"(?:As|Like|Wie|Comme|Como|Come|Zoals|Som|Jak|Ako|Kuten|Как|Як)\s")
# "Am 1. Mai um 10:00 schrieb Ben, dass er kommt:" is one too.
_CLAUSE = re.compile(r",\s(?:dass|daß|que|qu['’]|that|che|dat|att|että|że|iż|že|hogy|что|що|că)\b")
# Without a word before it: "czw., 12 lis 2026 o 18:20", "2026-11-12 18:20", "11:00 AM, Nov 17".
_BEGINS_DATED = re.compile(
    r"\s*(?:[^\W\d]{1,12}\.?,?\s+){0,2}\d{1,4}(?:[./年-]\s?\d|\.?\s+[^\W\d]|[:.]\d\d\s[AP]M,)",
)
_DAY = re.compile(r"\b(?:[^\W\d]{3,12}\.?\s\d{1,2}|\d{1,2}\.?\s[^\W\d]{3,12})\b")
_TIME_OF_DAY = re.compile(r"(?<![\d:])\d{1,2}[:.h]\d\d(?!\d)")
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
# The Buddhist era of Thai clients is 543 years ahead; `\d` holds the digits of every script.
_YEAR = re.compile(
    r"\b(?:19|20|25)\d\d\b|(?:(?![0-9])\d){4}|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d年"
)
_BRACKETED = re.compile(r"[<(]<?\s?[^<>\s()]{1,80}@[^<>\s()]{1,80}\s?>?[>)]")
_MAX_COMPLETE = 250
# No part of an IP address.
_WHOLE_DAY = re.compile(
    r"(?<![\d.])(?:(?:19|20|25)\d\d|(?:(?![0-9])\d){4}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})(?!\d|\.\d)|\d年"
)
_ENDS_WITH_ADDRESS = re.compile(r"<[^<>\s]{1,80}@[^<>\s]{1,80}>\s*[:：]\s*$")
# Mailers that put no colon, by a user's own setting: "Ann Lee wrote", "On Monday …, Ann wrote".
_WITHOUT_COLON = re.compile(
    rf"(?:(?i:{ATTRIBUTION_STARTS})\b(?=.*\d{{4}}).{{6,120}}?|(?:[^\W\d_a-z][\w.'’-]*\s){{1,4}})(?:{WROTE})$",
)
# A header block that Lotus Notes set out in columns has its fields beside each other.
_COLUMNS = re.compile(r"\s{3}")
_SENTENCE_END = re.compile(r"[.!?…。！？]$")
# "… <ann@example.org>:", and mutt's "* Ann <ann@example.org> [2026-11-12 18:20]:".
_VERBLESS_END = re.compile(r"(?:@[^\s:：]+|\])\s*[:：]\s*$")
# Zoho: "---- On Thu, 12 Nov 2026 18:20:00 +0100 Ben Okri <ben@example.net> wrote ----", in places
# without the dashes.
_ZOHO = re.compile(
    rf"(?:-{{2,}}\s*)?(?P<said>(?:{ATTRIBUTION_STARTS})\s.{{0,30}}\d{{4}}\s\d\d:\d\d:\d\d\s[+-]\d{{4}}"
    rf"\s.{{1,160}}\s(?:{WROTE}))\s*(?:-{{2,}})?$",
    re.IGNORECASE,
)
# Newsreaders: "In article <id@host>, Ben wrote:", "On …, in <id@host>, Ben wrote:"; GroupWise.
IN_MESSAGE = re.compile(
    r",?\s*\b(?:in|im|dans|en|em|nel)\s+(?:(?:le\s+)?(?:message|article|artikel|nachricht|bericht"
    r"|messaggio|mensaje|mensagem)\s+)?<[^<>\s]{1,200}>,?",
    re.IGNORECASE,
)
# Outlook Express: "Ben" <ben@example.net> wrote in message news:id@host...
_NEWS = re.compile(
    rf"(?P<said>.{{1,160}}?\s(?:{WROTE}))\s[^:]{{1,40}}\s<?news:\s?\S{{1,200}}$", re.IGNORECASE
)
# GitHub hides addresses: "On …, Ben Okri ***@***.***> wrote:".
_MASKED = re.compile(r"<?\*{3}@\*{3}\.\*{3}>?")
# Horde, slrn: "Quoting Ben Okri as of Thu, Nov 12, 2026 at 06:20:11PM +0100:"
_QUOTING = re.compile(
    r"\s*(?:begin\s+)?(?:quoting|zitat\s+von|citando\s+a|citation\s+de)\s+"
    r"((?-i:[^\W\d_a-z])[^\d<>:]{1,60}?)\s*(?:as\s+of\b.*)?[:：]\s*$",
    re.IGNORECASE,
)
# Sup: "Excerpts from Ben Okri's message of Thu Nov 12 18:20:00 +0100 2026:"
_EXCERPTS = re.compile(r"Excerpts from (\S.{0,80}?)['’]s? message of (?=.*\d{4})(.{8,60}?)\s*:$")
# Tuta: "12 Nov 2026, 18:20 by ben@example.net:"; begins with its date.
_BY_ADDRESS = re.compile(
    r"[^@]{6,60}\s(?:by|von|par|por|de|da|di|door|van|av|af|od|от|від|przez)\s"
    r"[^\s@<>]{1,80}@[^\s@<>]{1,80}[:：]\s*$"
)
# "Ann Lee <ann@example.org>", "Lee, Ann [mailto:ann@example.org]"
_NAME_ADDRESS = re.compile(
    r"(\"[^\"<>]{1,80}\""
    r"|\"?[^\s\"<>,:;\d][^\"<>,:;]{0,60}\"?|[^\s<>\"]{1,40}, [^<>\":;]{1,40})?,?\s*"
    r"[<\[(]\s?(?:mailto:)?([^<>\s\[\]()]+@[^<>\s\[\]()]+)\s?[>\])]"
)
# "ben@example.net (Ben Okri)", RFC 822's way.
_ADDRESS_NAME = re.compile(r"([^\s<>()]{1,80}@[^\s<>()]{1,80})\s\(([^\W\d][^()@\d]{1,60})\)")
_FULL_NAME = re.compile(r"(?=.{3,60}$)[^\W\d][\w.'’-]*(?:\s[^\W\d][\w.'’-]*){1,3}")
# Basque: "Ben Okri igorleak hau idatzi du (2026 aza. 12, og. (18:20)) <ben@example.net>:".
_BRACKETS_ONLY = re.compile(r"[)\]\s]+")
_VERB_THEN_NAME = re.compile(
    rf"(?:{WROTE})\s+(?:der\s+|le\s+)?\"?([^\W\d][^\d<>:\"]{{1,60}}?)\"?\s*[:：]\s*$", re.IGNORECASE
)
_NAME_THEN_VERB = re.compile(
    r"[,\d\s)]\s*\"{0,2}([^\W\d][^\d<>:,\"]{1,60}?)\"{0,2}\s*(?:\(.{0,60}\))?,?"
    r"(?:\s+(?:a|ha|het volgende|ezt|je|tarihinde|igorleak(?:\s+hau)?))?\s*(?:\x00\s*)?"
    rf"\b(?:{WROTE})",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\d./:])(?<!\d-)\d{1,2}[:.h]\d{2}(?::\d{2})?(?![./-]?\d)(?:\s?[AaPp]\.?[Mm]\b\.?|\sUhr\b"
    r"|\s[πμ]\.\s?μ\.|\s[مص]\b)?(?:\s(?:\((?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?\)"
    r"|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?|[A-Z]{3,4}\b"
    # KMail on Windows writes the zone out: "Central European Standard Time".
    r"|(?:[^\W\d_]{2,20}\s){1,4}Time\b|[^\W\d_]{2,20}\s(?:Sommer|Normal)?[Zz]eit\b))?"
    r"(?:[+-]\d{1,2}:?\d{2})?"
)
_DAY_AND_YEAR = re.compile(
    r"\d{1,2}(?:\.|st|nd|rd|th)?\s+(?:de\s+)?[^\W\d]{3,12}[.׳]?,?\s+(?:de\s+)?\d{4}"
    r"|\d{4}[年년]\s?\d{1,2}[月월]\s?\d{1,2}[日일]"
    r"|[^\W\d]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
)
# What stands in front of a date and does not belong to it.
_BEFORE_DATE = re.compile(rf".*(?:[>\[(]|\b(?:{WROTE})\b|:\s|于|\sje\s)", re.IGNORECASE)
_BEFORE_DAY = re.compile(rf"(?:(?:{BEFORE_DAYS})\s+)+", re.IGNORECASE)
_WORDS_THEN_DIGIT = re.compile(r"(?:[^\W\d][^\s\d]{0,12}\s+){0,2}(?=\d)")
_AROUND = " \t\"'*,-("
_LEADING_WORDS = re.compile(
    rf"^(?:(?:{AROUND_NAMES}|{ATTRIBUTION_STARTS}|{WROTE})\b[\s.,]*|(?:बजे|को|[—–、，،])\s*)+",
    re.IGNORECASE,
)


def attribution(lines: Sequence[str], end: int) -> Marker | None:
    """An attribution that ends in line `end` with a colon: "On …, Ann <a@b.c> wrote:".

    Up to four lines long; begins where a line starts like one, else is the single line.
    """
    last = lines[end]
    if last.startswith(">") and not SUPERCITE.match(last):
        return None
    # "Ben <ben@example.net> ezt írta (időpont:": the colon within a bracket ends nothing.
    if last.count("(") > last.count(")"):
        return None
    near = " ".join(lines[max(end - _MAX_LINES + 1, 0) : end + 1]).lower()
    if "@" not in near and not any(hint in near for hint in _HINTS):
        return None
    marker = _spoken(lines, end) or _wordless(last, end)
    if marker is None or (marker.start == end and not _BEGINS.match(last)):
        marker = _wrapped(lines, end, marker) or marker
    if marker is None or marker.sure:
        return marker
    text = " ".join(lines[marker.start : marker.end])
    return replace(marker, sure=True) if _is_complete(text) else marker


def _is_complete(text: str) -> bool:
    """Whether a line tells all that clients tell: a name's bracketed address, day, year and time.

    In whatever language and order it does; nobody writes so of somebody in a sentence.
    """
    return (
        len(text) <= _MAX_COMPLETE
        and _BRACKETED.search(text) is not None
        and _WHOLE_DAY.search(text) is not None
        and _TIME.search(text) is not None
        and not _SENTENCE.match(text)
        and not _CLAUSE.search(text)
    )


def _wrapped(lines: Sequence[str], end: int, alone: Marker | None) -> Marker | None:
    """A complete attribution that its client wrapped: the fewest lines down to the colon.

    `alone` is what the last line says by itself: Gmail breaks in front of a long address, and
    what stands there then ("<ben@example.net> escribió:") looks whole. In a language that nobody
    has told us a quote must follow.
    """
    text = lines[end]
    if _is_complete(text) or label_of(text) is not None or _COLUMNS.search(text):
        return None
    for start in range(end - 1, max(end - _MAX_LINES, -1), -1):
        line = lines[start]
        if not line or line[0] == ">" or label_of(line) is not None or _COLUMNS.search(line):
            return None
        if _SENTENCE_END.search(line) and not _is_open(line):
            return None
        text = f"{line} {text}"
        if _is_complete(text):
            sure = alone is not None and alone.sure
            return Marker(start, end + 1, "attribution", _author_in(text), _date_in(text), sure)
    return None


def _is_open(line: str) -> bool:
    """Whether a bracket is open at its end: a stop there is that of an abbreviation."""
    return any(line.count(one) > line.count(other) for one, other in ("<>", "()"))


def _wordless(line: str, end: int) -> Marker | None:
    """An attribution in a language that nobody has told us: address, time, a colon at the end."""
    if len(line) > 200 or not ADDRESS.search(line) or not _TIME_OF_DAY.search(line):
        return None
    return Marker(end, end + 1, "attribution", _author_in(line), _date_in(line), False)


def _spoken(lines: Sequence[str], end: int) -> Marker | None:
    """An attribution by its words, or by where its date, address and colon stand."""
    last = lines[end]
    text = last
    start = end
    begun = _BEGINS.match(last) is not None
    for above in range(end - 1, max(end - _MAX_LINES, -1), -1):
        if begun or lines[above].startswith(">") or not lines[above].strip("-_=* "):
            break
        joined = f"{lines[above]} {text}"
        if _begins(lines[above], joined):
            start, text, begun = above, joined, True
        elif above == end - 1 and _WROTE_LAST.fullmatch(last) and len(last) < 30:
            start, text = above, joined
        else:
            text = joined
    if not begun:
        text = " ".join(lines[start : end + 1])
    if len(text) > _MAX_LENGTH:
        return None
    return _read_attribution(text, start, end + 1, begun)


def _begins(line: str, joined: str) -> bool:
    """Whether an attribution begins with this line, given all of its text from here on."""
    if _BEGINS.match(line):
        # "On Wed, Dec 9, Ann": some clients leave out the year.
        return bool(_YEAR.search(joined) or IN_MESSAGE.match(line)) or (
            _DAY.search(line) is not None
            and ADDRESS.search(joined) is not None
            and _WROTE_LAST.search(joined) is not None
        )
    return bool(_BEGINS_DATED.match(line) and _YEAR.search(line) and _TIME.search(line))


def without_colon(lines: Sequence[str], index: int) -> Marker | None:
    """A name, or a date and a name, and the verb, alone on a line; sure only before a quote."""
    line = lines[index]
    if len(line) > 160 or not _WITHOUT_COLON.match(line):
        return None
    author = _author_in(line + ":")
    return Marker(index, index + 1, "attribution", author, _date_in(line), False)


def zoho(lines: Sequence[str], index: int) -> Marker | None:
    """Zoho's attribution, which ends without a colon."""
    match = _ZOHO.match(lines[index]) if lines[index][0] in "-OA" else None
    if match is None:
        return None
    text = match["said"]
    return Marker(index, index + 1, "attribution", _author_in(text), _date_in(text), True)


def newsreader(lines: Sequence[str], index: int) -> Marker | None:
    """Outlook Express's attribution in newsgroups, in one line or two; it ends without a colon."""
    text, end = lines[index], index + 1
    if "news:" not in text and end < len(lines) and lines[end].startswith(("news:", "<news:")):
        text, end = f"{text} {lines[end]}", end + 1
    match = _NEWS.match(text) if "news:" in text else None
    if match is None:
        return None
    author = _author_in(match["said"] + ":")
    return Marker(index, end, "attribution", author, _date_in(match["said"]), "@" in author)


def _read_attribution(text: str, start: int, end: int, begun: bool) -> Marker | None:
    if excerpts := _EXCERPTS.match(text):
        return Marker(start, end, "attribution", _name(excerpts[1]), excerpts[2], False)
    if quoting := _QUOTING.match(text):
        return Marker(start, end, "attribution", _name(quoting[1]), _date_in(text), False)
    wrote = _WROTE.search(text)
    address = ADDRESS.search(text)
    dated = _YEAR.search(text) is not None
    if wrote is None:
        if not (address and (begun or dated) and _VERBLESS_END.search(text)):
            return None
        # Gmail in Russian and Japanese, Yandex, Mail.ru: a date, a time, a name and an address.
        sure = dated and _TIME.search(text) is not None and _is_date_then_address(text)
        return Marker(start, end, "attribution", _author_in(text), _date_in(text), sure)
    ends_with_verb = _WROTE_LAST.search(text) is not None
    sure = (begun and dated and (address is not None or _TIME.search(text) is not None)) or (
        address is not None and ends_with_verb
    )
    sure = sure and not (_SENTENCE.match(text) or _CLAUSE.search(text, wrote.end()))
    if not sure and not ends_with_verb and not (address or dated):
        return None
    return Marker(start, end, "attribution", _author_in(text), _date_in(text), sure)


def _is_date_then_address(text: str) -> bool:
    if _ENDS_WITH_ADDRESS.search(text):
        return _BEGINS_DATED.match(text) is not None
    span = _date_span(text)
    return span is not None and span[0] == 0 and _BY_ADDRESS.match(text) is not None


def _author_in(text: str) -> str:
    """The person an attribution names, as written: `Ann Lee <ann@example.org>`."""
    supercite = SUPERCITE.match(text)
    if supercite:
        return person(supercite[2])
    text = _MASKED.sub(" ", IN_MESSAGE.sub(" ", text))
    # The date goes first: its words are not to be taken for a name.
    span = _date_span(text)
    plain = f"{text[: span[0]]} \x00 {text[span[1] :]}" if span else text
    if commented := _ADDRESS_NAME.search(plain):
        return f"{commented[2].strip()} <{commented[1]}>"
    addressed = _NAME_ADDRESS.search(plain)
    name = _name(addressed[1] or "") if addressed else ""
    if addressed and not _BRACKETS_ONLY.fullmatch(name):
        return f"{name} <{addressed[2]}>" if name else addressed[2]
    if (match := _VERB_THEN_NAME.search(plain)) and (name := _name(match[1])):
        return name
    if match := _NAME_THEN_VERB.search(" " + plain):
        return _name(match[1])
    address = ADDRESS.search(plain)
    if address is None:
        return ""
    # Mail.ru's app: "…, 18:20 +03:00 от Иван Петров ivan@example.net:".
    name = _name(plain[: address.start()])
    return f"{name} <{address[0]}>" if _FULL_NAME.fullmatch(name) else address[0]


def _name(text: str) -> str:
    text = text.split("\x00")[-1]
    name = _LEADING_WORDS.sub("", text.strip(_AROUND)).strip(_AROUND).removesuffix("님이")
    return "" if name.casefold() in READERS else name


def _date_in(text: str) -> str:
    span = _date_span(text)
    return text[span[0] : span[1]] if span else ""


def _date_span(text: str) -> tuple[int, int] | None:
    """Where the date stands, weekday to time zone, as its client wrote it in any language."""
    clocks = list(_CLOCK.finditer(text))
    clock = clocks[-1] if clocks else None
    day = _DAY_AND_YEAR.search(text)
    if clock is None:
        if day is None:
            return None
        end = day.end()
    else:
        # "11:00 AM, November 17, 2026" has its day behind the time.
        end = max(clock.end(), day.end() if day is not None else 0)
    first = min(match.start() for match in (clock, day) if match is not None)
    before = _BEFORE_DATE.match(text, 0, first)
    rest = text[before.end() if before else 0 : end].lstrip(" ,-*")
    rest = _LEADING_WORDS.sub("", rest)
    if prefix := _BEFORE_DAY.match(rest):
        rest = rest[prefix.end() :]
    start = end - len(rest)
    # A name may stand in front: at most a weekday and a month belong to the date.
    words = _WORDS_THEN_DIGIT.search(text, start, end)
    return (words.start(), end) if words else None
