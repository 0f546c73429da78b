"""Finds what must not be learnt in a text: passwords, keys, card and account numbers, codes. Pure.

Numbers are judged by their check digits (python-stdnum: Luhn, ISO 13616), tokens by their issuers'
prefixes or by their randomness, everything else by the words that announce it. Telephone and order
numbers, dates, links and ids of mails are no secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from stdnum import iban, luhn

from panzad.mail.secret_labels import CAPITAL_STEM, LABEL, LINK, LONGEST_LABEL, STEMS

PLACEHOLDER = "[secret]"
# How far behind its label a value is looked for, and how far before it.
_REACH = 60
_REACH_BACK = 40
# No account number has more groups (ISO 13616: 34 characters).
_MOST_GROUPS = 9


@dataclass(frozen=True, slots=True)
class Secret:
    """Where in a text a secret stands (`start` to `end`), and what makes it one.

    `kind` is `password`, `phrase`, `code`, `key` or `account` behind a label, else `token`,
    `private-key`, `link`, `card` or `iban`.
    """

    kind: str
    start: int
    end: int


def masked(text: str) -> str:
    """The text with a placeholder for each secret."""
    found = secrets_in(text)
    if not found:
        return text
    parts: list[str] = []
    done = 0
    for one in found:
        parts += [text[done : one.start], PLACEHOLDER]
        done = one.end
    return "".join([*parts, text[done:]])


def secrets_in(text: str) -> tuple[Secret, ...]:
    """The secrets of a text, in order, none overlapping another."""
    return _apart(
        [*_private_keys(text), *_tokens(text), *_links(text), *_numbers(text), *_labelled(text)]
    )


def _apart(found: Iterable[Secret]) -> tuple[Secret, ...]:
    """Overlapping secrets become one, from the first start to the last end."""
    merged: list[Secret] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if merged and one.start < merged[-1].end:
            before = merged[-1]
            merged[-1] = Secret(before.kind, before.start, max(before.end, one.end))
        else:
            merged.append(one)
    return tuple(merged)


_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")


def _private_keys(text: str) -> Iterator[Secret]:
    start = 0
    while begin := _BEGIN.search(text, start):
        end = _END.search(text, begin.end())
        # Without its last line the key goes as far as it can have gone.
        start = end.end() if end else len(text)
        yield Secret("private-key", begin.start(), start)


# As their issuers document them; a prefix is there so that scanners find the token.
_ISSUED = re.compile(
    r"(?<![\w-])(?:"
    r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[A-Z0-9]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|gl(?:pat|dt|rt|cbt)-[\w.-]{20,64}"
    r"|sk-[\w-]{20,200}|[srp]k_(?:live|test)_[A-Za-z0-9]{10,99}|whsec_[\w+/=]{20,99}"
    r"|xox[abeoprs]-[\w-]{10,250}|xapp-[\w-]{10,250}"
    r"|AIza[\w-]{35}|ya29\.[\w-]{20,250}|GOCSPX-[\w-]{20,64}"
    r"|SG\.[\w-]{16,32}\.[\w-]{16,64}|key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}"
    r"|npm_[A-Za-z0-9]{30,64}|pypi-[\w-]{40,250}|hf_[A-Za-z0-9]{30,64}|do[opr]_v1_[0-9a-f]{64}"
    r"|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|sq0[a-z]{3}-[\w-]{22,64}|AC[0-9a-f]{32}|SK[0-9a-f]{32}"
    r"|\d{8,10}:[\w-]{35}|eyJ[\w-]{10,4096}\.[\w-]{10,4096}(?:\.[\w-]{0,4096})?"
    r"|AGE-SECRET-KEY-1[A-Z0-9]{50,64}|hvs\.[\w-]{20,200}"
    r")(?![A-Za-z0-9])"
)
_RUN = re.compile(r"(?<![\w/+=.@?&%:-])[A-Za-z0-9_+/=-]{20,512}+(?![\w@%]|[.:]\w)")
_CLASSES = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "A" * 26 + "a" * 26 + "0" * 10
)
_ALNUM = frozenset("Aa0")
# Of random letters and digits 62 % differ in class from the one before; of words and names 15 %.
_RANDOM_SHARE = 0.35


def _tokens(text: str) -> Iterator[Secret]:
    for match in _ISSUED.finditer(text):
        yield Secret("token", *match.span())
    for match in _RUN.finditer(text):
        if _is_random(match[0]):
            yield Secret("token", *match.span())


def _is_random(run: str) -> bool:
    """Whether capitals, small letters and digits alternate as only chance makes them."""
    classes = run.translate(_CLASSES)
    if not {"A", "a", "0"} <= set(classes):
        return False
    # A path's slashes and a name's underscores are no chance.
    changes = sum(one != other for one, other in pairwise(classes) if {one, other} <= _ALNUM)
    return changes >= _RANDOM_SHARE * len(classes)


_LOGIN = re.compile(r"://[^\s:/@]{1,64}:([^\s/@]{1,128})@")
_PARAMETER = re.compile(
    r"[?&#;](?:[\w.-]{0,24}[_.-])?(?:token|key|apikey|sig|signature|pass(?:word|wd|code)?|pwd|pin"
    r"|secret|auth|jwt|otp|session(?:id)?|sid|ticket|credential|code)=([^\s&#<>\"']{8,2048})",
    re.IGNORECASE,
)
_MIXED = re.compile(r"(?=\S{0,60}\d)(?=\S{0,60}[A-Za-z])")


def _links(text: str) -> Iterator[Secret]:
    if "://" not in text:
        return
    for match in _LOGIN.finditer(text):
        yield Secret("link", *match.span(1))
    for match in _PARAMETER.finditer(text):
        # A number alone is whose account it is, not what lets in.
        if _MIXED.match(match[1]):
            yield Secret("link", *match.span(1))


_CARD = re.compile(
    r"(?<![\w.+/-])(?:\d{13,19}|\d{4}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?P=gap)\d{1,7}"
    r"|\d{4}[ -]\d{6}[ -]\d{4,5})(?![\w/-]|\.\d)"
)
# The issuers' first digits (ISO/IEC 7812) and the lengths they give out.
_ISSUER = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35\d{14}|6(?:011|5\d\d|4[4-9]\d)\d{12}"
    r"|62\d{14,17}|(?:50|5[6-8]|6[37])\d{14}"
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{1,4}){3,9}(?!\w)", re.IGNORECASE)


def _numbers(text: str) -> Iterator[Secret]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"[ -]", "", match[0])
        if _ISSUER.fullmatch(digits) and luhn.is_valid(digits):
            yield Secret("card", *match.span())
    for match in _IBAN.finditer(text):
        if end := _iban_end(match[0]):
            yield Secret("iban", match.start(), match.start() + end)


def _iban_end(found: str) -> int:
    """How much of it is an account number: a word of four letters may follow one unseparated."""
    end = len(found)
    for _ in range(_MOST_GROUPS):
        if iban.is_valid(found[:end]):
            return end
        end = max(found.rfind(" ", 0, end), found.rfind("-", 0, end))
        if end < 0:
            break
    return 0


# Chinese, Japanese and Korean go on without a space.
_TOKEN = re.compile(r"[^\s\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]{1,128}")
_OPENING = "\"'`“”„‚‘«‹<[({*"
_CLOSING = ".,;:!?\"'`“”’»›>])}*。、，"
_QUOTED = re.compile(r"([\"'`“„«‹])([^\"'`“”’»›\n]{3,64})[\"'`“”’»›]")
_SENTENCE_END = re.compile(r"[.!?;](?=\s)|\n")
_TO_LINE_END = re.compile(r"[^\n]{3,200}")
_LINK_OR_ADDRESS = re.compile(r"https?:|www\.|ftp:|mailto:|[^\s@]+@[^\s@]+\.\w", re.IGNORECASE)
_EVERYDAY = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|am|pm|h|x|%|\.)|\d{1,2}[:.h]\d\d(?:am|pm)?|\d{1,2}([/.-])\d{1,2}\1\d{2,4}"
    r"|\d{4}([/.-])\d{1,2}\2\d{1,2}"
    r"|[$€£]?\d{1,3}(?:[.,]\d{3})*(?:[.,]\d{1,2})?[$€£%]?|\d{1,3}-\w+",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?:[A-Z]-)?\d{3,12}(?![\d.,/]\d)|\d{3}[ -]\d{3}(?![ -]?\d)"
    r"|(?=[A-Z]{0,9}\d)[A-Z0-9]{4,10}(?![a-z0-9])"
)
_ACCOUNT = re.compile(r"[A-Z]{0,4}\d(?:[ ./-]{0,2}\d){3,23}(?![./-]?\d)")
_KEY = re.compile(_MIXED.pattern + r"[\w./+=:~-]{8,512}")
_BEFORE = re.compile(
    r"(?<![\w./-])([A-Z]-\d{4,8}|\d{3}[ -]\d{3}|\d{4,8}|[^\s,.:;]{4,40})\s+"
    r"(?:is|ist|est|es|è|é|är|er|on|jest|to|je|это|as|als|comme|como|come|som|jako|как|—|–|-)\s+$",
    re.IGNORECASE,
)


def _labelled(text: str) -> Iterator[Secret]:
    for start, end in _label_places(text):
        for label in LABEL.finditer(text, start, end):
            kind = label.lastgroup or ""
            span = _behind(text, label.end(), kind) or _in_front(text, label.start(), kind)
            if span:
                yield Secret(kind, *span)


def _label_places(text: str) -> list[tuple[int, int]]:
    """Where labels may stand: around their stems, since the labels' pattern is slow."""
    small = text.lower()
    if len(small) != len(text):
        # A capital that has no small letter of its own moves all places behind it.
        return [(0, len(text))]
    found = [at for stem in STEMS for at in _places(small, stem)]
    found += _places(text, CAPITAL_STEM)
    merged: list[tuple[int, int]] = []
    for at in sorted(found):
        start, end = max(0, at - LONGEST_LABEL), at + 2 * LONGEST_LABEL
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


def _behind(text: str, start: int, kind: str) -> tuple[int, int] | None:
    """The value that follows a label: at once, or behind the nearest link that has one."""
    stop = _SENTENCE_END.search(text, start, start + _REACH)
    limit = stop.start() if stop else min(len(text), start + _REACH)
    at_once = start + (len(text[start:limit]) - len(text[start:limit].lstrip(" \t,#(")))
    if at_once < limit and (span := _value(text, at_once, kind, announced=False)):
        return span
    for link in LINK.finditer(text, start, limit + 1):
        sign = any(one in link[0] for one in ":=：＝")
        if span := _value(text, link.end(), kind, announced=sign):
            return span
    return None


def _in_front(text: str, start: int, kind: str) -> tuple[int, int] | None:
    """ "482913 is your verification code": the value before a label."""
    if kind not in ("code", "password"):
        return None
    first = max(0, start - _REACH_BACK - 40)
    before = re.sub(r"[^\W\d_]{1,8}\s+$", "", text[first:start])
    for lead in (text[first:start], before):
        match = _BEFORE.search(lead)
        if match and (_CODE.fullmatch(match[1]) or (kind == "password" and _unusual(match[1]))):
            return first + match.start(1), first + match.end(1)
    return None


def _value(text: str, start: int, kind: str, *, announced: bool) -> tuple[int, int] | None:
    """The value that begins at `start`, if what stands there can be one of this kind.

    `announced` is for a colon or the like: what then stands alone on its line is believed.
    """
    if text.startswith("//", start):
        return None
    if kind == "phrase":
        match = _TO_LINE_END.match(text, start) if announced else None
        return match.span() if match else None
    quoted = _QUOTED.match(text, start)
    if quoted and kind in ("password", "key") and not _LINK_OR_ADDRESS.match(quoted[2]):
        return quoted.span(2)
    while start < len(text) and text[start] in _OPENING:
        start += 1
    match kind:
        case "code":
            return _spanned(_CODE.match(text, start))
        case "account":
            found = _ACCOUNT.match(text, start)
            return None if found and _EVERYDAY.fullmatch(found[0]) else _spanned(found)
        case "key":
            found = _KEY.match(text, start)
            return None if found and _LINK_OR_ADDRESS.match(found[0]) else _spanned(found)
        case _:
            return _password(text, start, announced=announced)


def _spanned(match: re.Match[str] | None) -> tuple[int, int] | None:
    return match.span() if match else None


def _password(text: str, start: int, *, announced: bool) -> tuple[int, int] | None:
    found = _TOKEN.match(text, start)
    if found is None:
        return None
    word = found[0].rstrip(_CLOSING)
    end = start + len(word)
    if len(word) < 3 or PLACEHOLDER.strip("[]") == word or _LINK_OR_ADDRESS.match(word):
        return None
    alone = not text[end : end + 40].split("\n", 1)[0].strip(_CLOSING + " \t\r")
    return (start, end) if (announced and alone) or _unusual(word) else None


def _unusual(word: str) -> bool:
    """Whether no language writes such a word: digits or signs in it, or capitals inside."""
    if len(word) < 4 or _EVERYDAY.fullmatch(word):
        return False
    if word.isdigit():
        return True
    if any(one.isdigit() for one in word):
        return True
    inner = word[1:-1].replace("-", "").replace("'", "").replace("’", "").replace("/", "")
    signs = any(not (one.isalnum() or one in "_.,:()&") for one in inner)
    return signs or re.search(r"[a-z][A-Z]", word) is not None
