"""Finds signatures that no `-- ` marks: by the author's name, or by repetition. Pure.

The sign-off is style and stays: of "Best,", "Ann Lee", "ACME", "+44 20 7946 0000" the signature is
what stands below the name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from panzad.mail.message import Address

# Nobody signs with more; what stands higher up is text.
MAX_LINES = 14
_MAX_WIDTH = 80
_MAX_WORDS = 12
# Below this many mails a repetition is chance; above, in this share of them.
_MIN_MAILS = 3
_MIN_SHARE = 0.02

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BETWEEN_NAMES = re.compile(r"[\W\d_]+")
_HONOURS = frozenset(
    {
        "dr",
        "prof",
        "mr",
        "mrs",
        "ms",
        "herr",
        "frau",
        "mag",
        "dipl",
        "ing",
        "phd",
        "jr",
        "cfa",
        "mba",
    }
)
_RULE = re.compile(r"\s*([-_=*~#+.–—─━═＝＊・◇◆☆★])\1{3,}\s*$")
_DATE = re.compile(r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{1,2}:\d\d\b")
_PHONE = re.compile(r"[+(]?\d[\d ().\-/]{5,24}\d")
_CONTACT = re.compile(
    r"[^\s@<>]{1,64}@[^\s@<>]{1,64}\.[a-z]{2,}|https?://|\bwww\.|\bp\.? ?o\.? box\b"
    r"|(?:\b(?:t[eé]l[eé]?(?:[eé]?phone|[eé]?fono?|efon)?|phone|ph|fax|mob(?:ile|il)?|cell|office|direct"
    r"|handy|m[oó]vil|cellulare|portable|тел|факс|τηλ|skype|ext|icq)\b|電話|电话|전화)"
    r"[^\d\n]{0,20}\d[\d ().x-]{2,}|〒\s?\d",
    re.IGNORECASE,
)
_NAME_ALONE = re.compile(r"[^\W\d_a-z][\w.'’-]*(?:\s[^\W\d_a-z][\w.'’-]*){1,3}")
_SENTENCE_END = (".", "!", "?", "…", "。", "！", "？", ";")


def name_words(authors: Iterable[Address]) -> frozenset[str]:
    """What a mail's author may sign with: the words of name and local part, and the address."""
    words: set[str] = set()
    for author in authors:
        words.update(_WORD.findall(author.name.casefold()))
        words.update(_WORD.findall(author.email.partition("@")[0].casefold()))
        if "@" in author.email:
            words.add(author.email.casefold())
    return frozenset(words)


def unmarked_start(lines: Sequence[str], names: frozenset[str]) -> int | None:
    """Where in `lines` a signature begins: the author's name, short lines, a way to reach them.

    None when the text does not end so, or when it is about the address ("Send it to:").
    """
    top = _walked(lines, _may_sign)
    name = _lowest_name(lines, top, names)
    if name is None:
        name = _name_above_address(lines, top, names)
    if name is None or not _reachable(lines[name + 1 :]):
        return None
    start = _start_at_name(lines, name, top)
    before = next((line for line in reversed(lines[:start]) if line.strip()), "")
    return None if before.rstrip().endswith(":") else start


def boxed_start(lines: Sequence[str]) -> int | None:
    """Where a signature between two like rules begins, as is the custom in Japan; needs no name.

    It is short lines alone and says how to reach the author; the lower rule ends the text.
    """
    closing = _RULE.match(lines[-1]) if lines else None
    if closing is None:
        return None
    for start in range(len(lines) - 2, max(len(lines) - 3 - MAX_LINES, -1), -1):
        opening = _RULE.match(lines[start])
        if opening is not None and opening[1] == closing[1]:
            inner = [line for line in lines[start + 1 : -1] if line.strip()]
            return start if _reachable(inner) and all(map(_may_sign, inner)) else None
    return None


def ruled_start(lines: Sequence[str], names: frozenset[str]) -> int | None:
    """Where a rule stands with its author's name below it and a way to reach them.

    A motto may follow below a second rule. What the text announces ("Send it to:") stays.
    """
    lowest = max(len(lines) - 1 - MAX_LINES, 0)
    rules = [index for index in range(lowest, len(lines)) if _RULE.match(lines[index])]
    for start, end in pairwise((*rules, len(lines))):
        block = [line for line in lines[start + 1 : end] if line.strip()]
        above = next((line for line in reversed(lines[:start]) if line.strip()), "")
        if (
            block
            and all(map(_may_sign, block))
            and _begins_with_name(block[0], names)
            and _reachable(block[1:])
            and not above.rstrip().endswith(":")
        ):
            return start
    return None


def repeated(texts: Iterable[str]) -> frozenset[str]:
    """The lines that stand again and again at the end of an author's texts, white space folded."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        ending = [line for line in text.rsplit("\n", 2 * MAX_LINES) if line.strip()]
        counts.update({_folded(line) for line in ending[-MAX_LINES:]})
    enough = max(_MIN_MAILS, total * _MIN_SHARE)
    return frozenset(line for line, count in counts.items() if count >= enough)


def without_repeated(
    text: str, lines_known: frozenset[str], names: frozenset[str]
) -> tuple[str, str]:
    """A text without a signature of lines in `lines_known`, and that signature (mostly empty).

    What repeats is a signature below the author's name, or when it says how to reach them; any
    other habit ("Let me know.", "Thanks, Ann") is style.
    """
    lines = text.rstrip().split("\n")
    top = _walked(lines, lambda line: _folded(line) in lines_known)
    start = _repeated_start(lines, top, names)
    if start is None or not any(line.strip() for line in lines[start:]):
        return text, ""
    return "\n".join(lines[:start]).rstrip(), "\n".join(lines[start:]).strip("\n")


def _repeated_start(lines: Sequence[str], top: int, names: frozenset[str]) -> int | None:
    name = _lowest_name(lines, top, names)
    if name is not None:
        below = [line for line in lines[name + 1 :] if line.strip()]
        if below and (_reachable(below) or all(_may_sign(line) for line in below)):
            return _start_at_name(lines, name, top)
        return None
    start = next((i for i in range(top, len(lines)) if lines[i].strip()), len(lines))
    while start < len(lines) and _is_sign_off(lines[start]):
        start += 1
    return start if _reachable(lines[start:]) and all(map(_may_sign, lines[start:])) else None


def _walked(lines: Sequence[str], belongs: Callable[[str], bool]) -> int:
    """The first line of the text's end whose lines, blank ones aside, all belong."""
    count = 0
    index = len(lines)
    while index > 0 and count < MAX_LINES and len(lines) - index < 2 * MAX_LINES:
        line = lines[index - 1]
        if line.strip():
            if not belongs(line):
                break
            count += 1
        index -= 1
    return index


def _lowest_name(lines: Sequence[str], top: int, names: frozenset[str]) -> int | None:
    found = (i for i in range(len(lines) - 2, top - 1, -1) if _is_name(lines[i], names))
    return next(found, None)


def _name_above_address(lines: Sequence[str], top: int, names: frozenset[str]) -> int | None:
    """The first line of the paragraph that tells the author's own address, if it is a full name.

    For who writes as "Ann Lee" from al77@example.org, which names nobody.
    """
    addresses = [name for name in names if "@" in name]
    for index in range(len(lines) - 1, top - 1, -1):
        line = lines[index].casefold()
        if any(address in line for address in addresses):
            first = index
            while first > top and lines[first - 1].strip():
                first -= 1
            alone = first < index and (first == 0 or not lines[first - 1].strip())
            return first if alone and _NAME_ALONE.fullmatch(lines[first].strip()) else None
    return None


def _start_at_name(lines: Sequence[str], name: int, top: int) -> int:
    """The name's own line when it stands alone, the one below when it ends a sign-off."""
    above = name - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    if above >= 0 and (_is_sign_off(lines[above]) or (above == name - 1 and above >= top)):
        return name + 1 if not _RULE.match(lines[above]) else above
    if len(_WORD.findall(lines[name])) < 2:
        return name + 1
    return name


def _is_name(line: str, names: frozenset[str]) -> bool:
    """Whether a line is made of the author's names, initials, particles and titles alone."""
    # "Ann Lee | Head of Boats | ACME": the name is the first of them.
    head, bar, _ = line.partition(" | ")
    line = head if bar else line
    if len(line) > _MAX_WIDTH or "@" in line:
        return False
    words = [word.casefold() for word in _BETWEEN_NAMES.split(line) if word]
    own = [word for word in words if _is_of(word, names)]
    others = [word for word in words if word not in own and word not in _HONOURS]
    return bool(own) and len(words) <= 6 and all(len(word) <= 3 for word in others)


def _begins_with_name(line: str, names: frozenset[str]) -> bool:
    """Whether a line begins with one of the author's names; a name at all where nobody is named."""
    if names:
        return any(_is_of(word, names) for word in _WORD.findall(line.casefold())[:2])
    return _NAME_ALONE.fullmatch(line.strip()) is not None


def _is_of(word: str, names: frozenset[str]) -> bool:
    """`miller` is a name of millerj@example.org."""
    return len(word) > 1 and (
        word in names or (len(word) > 3 and any(word in name for name in names if "@" not in name))
    )


def _is_sign_off(line: str) -> bool:
    """ "Best," and its like in any language: a few words and a comma."""
    return line.rstrip().endswith((",", "，")) and len(line.split()) <= 5


def _may_sign(line: str) -> bool:
    """Whether a line is no sentence: "Boat Paint Co." may end with a stop, eight words do not."""
    line = line.strip()
    words = len(line.split())
    if len(line) > _MAX_WIDTH or words > _MAX_WORDS:
        return False
    return not line.endswith(_SENTENCE_END) or words < (8 if _CONTACT.search(line) else 5)


def _reachable(lines: Iterable[str]) -> bool:
    return any(_CONTACT.search(line) or _phone(line) for line in lines)


def _phone(line: str) -> bool:
    return any(
        sum(one.isdigit() for one in match[0]) >= 7
        for match in _PHONE.finditer(_DATE.sub(" ", line[:200]))
    )


def _folded(line: str) -> str:
    return " ".join(line.split())
