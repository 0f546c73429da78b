"""The name under a draft: the user's own, never one that the model made up. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from panzad.mail.message import Address
from panzad.mail.signatures import name_words
from panzad.writing.calendar_names import DAYS
from panzad.writing.fact_words import ABBREVIATIONS, NO_NAMES
from panzad.writing.greetings import frame_of

_MAX_NAME_WORDS = 4
_MAX_CLOSING_WORDS = 5
# An invented sender has a name, a position, a company, a telephone and an address.
_MAX_SENDER_LINES = 6
_MAX_BELOW_WORDS = 8
# A line of fewer words is none of a text, though it ends with a stop: "ACME Ltd."
_SENTENCE_WORDS = 5

_FAREWELL = NO_NAMES - ABBREVIATIONS
# They say farewell beside others only ("Thank you all"): "Ok, Tom" closes nothing.
_NO_FAREWELL = frozenset(
    """
    i i'm i'll i've i'd ok okay hi hello hey dear all everyone everybody team folks guys sir madam
    you the a lot and und et y e og och
    """.split()  # noqa: SIM905
)
# Words of a last line that names nobody, though each has a capital: "Schönes Wochenende".
_NO_SIGNER = (
    NO_NAMES
    | frozenset(
        form for days in DAYS.values() for day in days.split("|") for form in day.split()[:1]
    )
    | frozenset(
        """
        good happy merry safe great fine perfect super congratulations congrats done agreed noted
        understood bye goodbye later hugs kisses xoxo
        gute guten gutes schöne schönen schönes frohe frohen frohes tschüss tschau bis viel
        bon bonne bonnes joyeux joyeuses adieu feliz felices buen buena adiós besos
        buon buona buone boa bom beijos fijn fijne goede tot trevlig god ha hyvää mukavaa
        miłego dobrej pěkný szép kellemes хорошего хороших доброго удачи пока
        """.split()  # noqa: SIM905
    )
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# What small models leave for the user to fill in; "(no hurry)" and "<https://…>" are text.
_PLACEHOLDER = re.compile(
    r"[\[<{][^\[\]<>{}()\n@:]{1,60}[\]>}]"
    r"|\((?:your|the|my|full|first|last|sender['’]?s?|dein|ihr|votre|ton|tu|su|il tuo|seu|uw)?"
    r"\s?(?:name|nom|nombre|nome|naam|signature|position|title|company)\)",
    re.IGNORECASE,
)
_ONE_LINE = re.compile(r"(?P<closing>[^\n,.!]{1,40}[,.!])\s{1,3}(?P<name>[^\n,!?]{1,60})\Z")
# What stands around a name: "- John", "**John Smith**".
_AROUND = " \t*_~/-–—"
_DASH = re.compile(r"(?:--?|[–—~/])\s?(?=[^\W\d_])")
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s")
# Where a name ends in "John Smith, Manager" and "John Smith | ACME".
_NAME_END = re.compile(r"\s*[,|·•(]|\s[-–—]\s")
_POSTSCRIPT = re.compile(r"\n[ \t]{0,9}\n(?=p\.?\s?s\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the user, and how past mails of theirs end."""

    author: Address
    past: Sequence[str] = ()

    @property
    def names(self) -> frozenset[str]:
        """The words the user may sign with."""
        return name_words((self.author,)) | frozenset(
            word.casefold() for text in self.past for word in _WORD.findall(_signed_with(text))
        )

    @property
    def name(self) -> str:
        """The name as the user signs: as in past mails, else the first name."""
        for text in self.past:
            if signed := _signed_with(text):
                return signed
        family, _, first = self.author.name.partition(",")
        words = (first or family).split()
        return words[0] if words else ""


@dataclass(frozen=True, slots=True)
class _People:
    """Whose names are told apart: the user's, and those of the others in the thread."""

    own: frozenset[str]
    others: frozenset[str]


def own_sign_off(text: str, signer: Signer, others: Collection[str]) -> str:
    """`text` with the user's name where it is signed with another one or with a placeholder.

    `others` are the names of the people of the thread: a small model likes to sign as them, and
    to go on with a mail of theirs, which goes. So does what an invented sender has below the name
    ("Manager"). A last line that may be anything is left alone; where the user has no name the
    false one goes.
    """
    known = [[word.casefold() for word in _WORD.findall(name)] for name in others]
    # A Japanese name has a space in a header and none below a mail.
    people = _People(
        signer.names, frozenset(one for name in known for one in (*name, "".join(name)))
    )
    text = _up_to_foreign(text.rstrip(), people)
    found = _POSTSCRIPT.search(text)
    end = found.start() if found else len(text)
    # Below a postscript a model may sign once more.
    return "".join(_signed_anew(part, signer.name, people) for part in (text[:end], text[end:]))


def _signed_anew(text: str, name: str, people: _People) -> str:
    """The text with this name in place of a sender at its end who is not the user."""
    lines = text.split("\n")
    filled = [at for at, line in enumerate(lines) if line.strip()]
    for place in range(max(0, len(filled) - _MAX_SENDER_LINES), len(filled)):
        at = filled[place]
        below = [lines[one] for one in filled[place + 1 :]]
        if any(_is_own(line, people) for line in below) or not all(map(_may_follow, below)):
            continue
        above = "\n".join(lines[:at])
        if _is_sender(lines[at], above, people, alone=not below) and (
            len(lines) - at == len(below) + 1 or _is_farewell(_last_line(above))
        ):
            # What stands below the user's name is not signed a second time.
            signed = "" if _is_own(_last_line(above), people) else name
            return f"{above}\n{signed}".rstrip() if above else signed
        match = _ONE_LINE.search(lines[at])
        if (
            match
            and _is_farewell(match["closing"])
            and not (place == 0 and _greets(match["closing"]))
            and _is_another(match["name"], people)
        ):
            kept = lines[at][: match.start("name")]
            return "\n".join([*lines[:at], f"{kept}{name}"]).rstrip()
    return text


def _is_sender(line: str, above: str, people: _People, *, alone: bool) -> bool:
    """Whether a line names who signs below `above`, and that is not the user.

    With nothing below (`alone`) a name is one without a closing line too, if it is known from the
    thread, stands behind a dash or below an exclamation ("Have a nice day!").
    """
    before = _last_line(above)
    if before.endswith((":", "：")) or _ITEM.match(before):
        return False
    if _is_placeholder(line):
        return True
    bare = line.strip(_AROUND)
    closes = _closes(before, above)
    if _is_known(bare, people) and (
        alone if _is_another(bare, people) or bare.upper() == bare.lower() else closes
    ):
        return True
    if closes:
        listed = not alone and _ITEM.match(line)
        name = _NAME_END.split(bare)[0] if _is_farewell(before) else bare
        return not listed and _is_another(name, people) and not _ends_sentence(name, before)
    if not alone or not _is_another(bare, people):
        return False
    if _DASH.match(line.strip()):
        return before.endswith((".", "!", "?", "…", "。", "！", "？"))
    few = len(before.split()) <= _MAX_CLOSING_WORDS and before != above.strip()
    return few and before.endswith(("!", "！"))


def _up_to_foreign(text: str, people: _People) -> str:
    """The text up to the first line that is another's name below a closing line."""
    lines = text.split("\n")
    for at in range(1, len(lines)):
        if not lines[at].strip():
            continue
        line = lines[at].strip()
        if (_is_another(line, people) and _is_known(line, people)) or _is_placeholder(line):
            above = "\n".join(lines[:at])
            if _closes(_last_line(above), above):
                return "\n".join(lines[: at + 1])
    return text


def is_own_name(line: str, names: frozenset[str]) -> bool:
    """Whether a line is the user's name and nothing else."""
    words = [word.casefold() for word in _WORD.findall(line)]
    return (
        0 < len(words) <= _MAX_NAME_WORDS
        and any(_is_of(word, names) for word in words)
        and (all(_is_of(word, names) or len(word) <= 3 for word in words))
    )


def _is_placeholder(line: str) -> bool:
    """Whether a line is gaps for the user to fill in and nothing else."""
    left, gaps = _PLACEHOLDER.subn("", line)
    return gaps > 0 and not any(one.isalnum() for one in left)


def _is_another(line: str, people: _People) -> bool:
    """Whether a line looks like a name that is not the user's."""
    words = _WORD.findall(line)
    return _looks_like_name(line, words) and not _own(words, people.own)


def _is_known(line: str, people: _People) -> bool:
    """Whether a line is the name of somebody of the thread, in whatever letters, but the user."""
    words = [word.casefold() for word in _WORD.findall(line)]
    return (
        0 < len(words) <= _MAX_NAME_WORDS
        and not re.search(r"[\d@:;!?,…]", line)
        and (people.others.issuperset(words) or "".join(words) in people.others)
        and not _own(words, people.own)
    )


def _is_own(line: str, people: _People) -> bool:
    return is_own_name(line, people.own)


def _may_follow(line: str) -> bool:
    """Whether a line may stand below a sender's name: a position, an address, no sentence."""
    line = line.strip()
    words = len(line.split())
    if words > _MAX_BELOW_WORDS or line.endswith((":", "?", "!", "：", "？", "！")):
        return False
    if line[:1].islower() and not re.search(r"[\d@./]", line):
        return False
    return words < _SENTENCE_WORDS or not line.endswith((".", "…", "。"))


def _looks_like_name(line: str, words: Sequence[str]) -> bool:
    return (
        0 < len(words) <= _MAX_NAME_WORDS
        and not re.search(r"[\d@:;!?,…]", line)
        and all(word[0] != word[0].lower() or len(word) <= 3 for word in words)
        and words[0][0] != words[0][0].lower()
        and not any(word.casefold() in _NO_SIGNER for word in words)
    )


def _ends_sentence(line: str, before: str) -> bool:
    """ "Noted." below "Thanks!" is a sentence, "John." below "Best," is a name."""
    words = _WORD.findall(line)
    return line.endswith(".") and len(words[-1]) > 3 and not before.endswith((",", "，"))


def _own(words: Sequence[str], names: frozenset[str]) -> bool:
    """Whether the user's name, a short form of it ("Chris") or its initials stand there."""
    folded = [word.casefold() for word in words]
    initials = {name[0] for name in names if name}
    return any(_is_of(word, names) for word in folded) or all(
        len(word) <= 3 and set(word) <= initials for word in folded
    )


def _is_of(word: str, names: frozenset[str]) -> bool:
    return word in names or (len(word) >= 3 and any(name.startswith(word) for name in names))


def _closes(line: str, text: str) -> bool:
    """ "Best," and its like in any language: a few words and a comma, or words of farewell.

    `line` is the last one of `text`, whose first one may be a greeting: that closes nothing.
    """
    words = _WORD.findall(line)
    if not 0 < len(words) <= _MAX_CLOSING_WORDS or (line == text.strip() and _greets(line)):
        return False
    return line.endswith((",", "，")) or _is_farewell(line)


def _is_farewell(line: str) -> bool:
    """Whether a line says farewell and nothing else: "Many thanks!", "All the best"."""
    words = {word.casefold() for word in _WORD.findall(line)}
    return words <= _FAREWELL | _NO_FAREWELL and not words <= _NO_FAREWELL


def _greets(line: str) -> bool:
    return bool(frame_of(line, frozenset()).greeting)


def _last_line(text: str) -> str:
    return text.rstrip().rpartition("\n")[2].strip()


def _signed_with(text: str) -> str:
    """The name that ends a mail of the user's own, behind a closing line."""
    above, _, last = text.rstrip().rpartition("\n")
    words = _WORD.findall(last)
    closed = _closes(_last_line(above), above)
    return last.strip() if closed and _looks_like_name(last, words) else ""
