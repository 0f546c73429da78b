"""Greetings and sign-offs in a mail: what counts as one, and whose name it holds. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAX_GREETING = 60
_MAX_GREETING_WORDS = 6
_MAX_SIGN_OFF_WORDS = 5
_MAX_NAME_WORDS = 4

# What a greeting begins with, in the languages that mail is mostly written in.
_OPENINGS = (
    "hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|howdy|ahoy|yo"
    "|hallo|liebe[rs]?|guten (?:tag|morgen|abend)|moin(?: moin)?|servus|grüezi|grüß (?:gott|dich)"
    "|grüss gott|sehr geehrte[rs]?|werte[rs]?"
    "|bonjour|bonsoir|salut|coucou|ch[eè]re?s?|hola|buen(?:os|as) (?:días|tardes|noches)"
    "|estimad[oa]s?|querid[oa]s?|ciao|buongiorno|buonasera|salve|gentil[ei](?:ssim[oa])?"
    "|car[oaie]|egregi[oa]|ol[áa]|oi|bom dia|boa (?:tarde|noite)|prezad[oa]s?|car[oa]s"
    "|hoi|beste|geachte|goede(?:morgen|middag|navond|ndag)|dag|lieve"
    "|hej|hejsan|hei|kära|käre|kjære|kære|bästa|god (?:morgen|dag|kväll)|hyvä|moi|terve"
    "|ahoj|dobrý (?:den|večer)|vážen[ýáí]|mil[ýáí]|cześć|witam|dzień dobry|szanown[yai]|drog[iaa]"
    "|szia|sziasztok|kedves|tisztelt|bună(?: ziua)?|dragă|stimat[eă]|zdravo|pozdrav|poštovan[ia]"
    "|merhaba|selam|sayın|sevgili|привет|здравствуйте|добрый (?:день|вечер)|доброе утро"
    "|уважаем(?:ый|ая|ые)|дорог(?:ой|ая|ие)|привіт|добрий день|вітаю|здравей(?:те)?|здрасти"
    "|γεια(?: σου| σας)?|καλημέρα|καλησπέρα|αγαπητ(?:έ|ή|οί)"
)
_OPENING = re.compile(rf"(?P<opening>{_OPENINGS})(?![\w'’])(?P<rest>.*)", re.IGNORECASE)
# East Asian greetings stand behind the name, or alone.
_EASTERN = re.compile(
    r"(?:\S{1,12}\s?(?:様|さん|さま|先生|님|님께)|(?:您好|你好|大家好|こんにちは|お世話になっております|안녕하세요).{0,12})[,，:：、。!！]?$"
)
_ENDS = ",;:.!，：、。！–—-"
# Whom a greeting names when it names nobody.
_NOBODY = frozenset(
    """
    all both everyone everybody team folks there again guys friends colleagues together zusammen
    alle allerseits tous todos tutti allemaal iedereen alla kaikki všichni wszyscy all, herren
    damen ladies gentlemen sir madam sirs mesdames messieurs
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_SENTENCE = re.compile(r"[.?!…。？！:;]\s*$")

NAME = "{name}"


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a mail's text: the greeting's line, and the sign-off's lines with name.

    `form` is the greeting with `{name}` for whom it names, so that nothing of it is about anybody;
    empty where that cannot be told. `name` is the sign-off where it is the author's name alone,
    which is of no language. All are empty where there is none.
    """

    greeting: str = ""
    form: str = ""
    sign_off: str = ""
    name: str = ""

    @property
    def called(self) -> str:
        """Whom the greeting names; empty where that cannot be told."""
        before, named, after = self.form.partition(NAME)
        return self.greeting.removeprefix(before).removesuffix(after) if named else ""


def frame_of(text: str, names: frozenset[str]) -> Frame:
    """The greeting and sign-off of a mail by an author with these `names` (words, lower case)."""
    lines = text.strip().split("\n")
    greeting, form = _greeting(lines[0])
    body = lines[1:] if greeting else lines
    start = sign_off_start(body, names)
    sign_off = "\n".join(line.strip() for line in body[start:]).strip()
    named = "\n" not in sign_off and all(_is_name(word, names) for word in _WORD.findall(sign_off))
    return Frame(greeting, form, sign_off, sign_off if named else "")


def _greeting(line: str) -> tuple[str, str]:
    """The line when it is a greeting, and its form where that names nobody; else empty."""
    line = line.strip()
    if not line or len(line) > _MAX_GREETING or len(line.split()) > _MAX_GREETING_WORDS:
        return "", ""
    if _EASTERN.match(line):
        return line, ""
    found = _OPENING.match(line)
    if found is None:
        return "", ""
    called = found["rest"].rstrip(_ENDS + " ")
    if called and (called[0] != " " or not _is_addressed(called)):
        return "", ""
    end = found["rest"][len(called) :]
    words = [word.lower() for word in _WORD.findall(called)]
    if all(word in _NOBODY for word in words):
        return line, line
    if set(words) & _NOBODY or not _WORD.findall(called)[-1][0].isupper():
        # "Dear Ann and all", "Hey dad": for the same people only.
        return line, ""
    return line, f"{found['opening']} {NAME}{end}"


def _is_addressed(called: str) -> bool:
    """Whether it is no sentence: names with stops are none ("Prof. Aman", "Ann, Ben and all")."""
    if not re.search(r"[.?!,;:]\s", called):
        return True
    return all(
        word[0].isupper() or word.lower() in _JOINING | _NOBODY for word in _WORD.findall(called)
    )


_JOINING = frozenset({"and", "und", "et", "y", "e", "en", "och", "og", "i", "a", "ja", "и"})


def sign_off_start(lines: list[str], names: frozenset[str]) -> int:
    """Where in the lines the sign-off begins; their number when there is none.

    A sign-off ends with the author's name. The short line above it belongs to it when it is no
    sentence, or ends in an exclamation ("Many thanks!").
    """
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    if end == 0 or not _is_name(lines[end - 1], names):
        return len(lines)
    above = end - 2
    while above >= 0 and not lines[above].strip():
        above -= 1
    if above >= 0 and _is_phrase(lines[above]):
        return above
    return end - 1


def _is_name(line: str, names: frozenset[str]) -> bool:
    words = [word.lower() for word in _WORD.findall(line)]
    return 0 < len(words) <= _MAX_NAME_WORDS and any(
        word in names or (len(word) == 1 and any(name.startswith(word) for name in names))
        for word in words
    )


def _is_phrase(line: str) -> bool:
    line = line.strip()
    if len(line.split()) > _MAX_SIGN_OFF_WORDS:
        return False
    return line.endswith(("!", "！")) or not _SENTENCE.search(line)
