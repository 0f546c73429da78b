"""Greetings and sign-offs in a mail: what counts as one, and whose name it holds. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from panzad.writing.fact_words import HONOURS

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


# Before and behind names, beside titles: the second ones with a stop alone ("Nat" is a name).
_DEGREES = HONOURS | {
    *("sigra", "dottssa", "dipl", "drs", "dhr", "mevr", "phd", "md", "msc", "bsc", "mba", "jr"),
    *("sir", "lord", "lady", "dame"),
}
_STOPPED = _DEGREES | {
    *("hr", "fr", "sr", "sra", "sig", "avv", "ing", "mag", "med", "habil", "rer", "nat", "phil"),
    *("rev", "hon", "ir", "mw", "ra"),
}
# A display name that holds one of these is no person's.
_OFFICES = frozenset(
    """
    all everyone everybody team teams staff folks friends colleagues undisclosed recipients
    sales support info information service services customer client clients help helpdesk desk
    office admin administration administrator postmaster webmaster mailer daemon noreply reply
    donotreply newsletter news notification notifications alert alerts account accounts accounting
    billing invoice invoices payroll marketing hr it jobs career careers recruiting press media
    editor editors editorial board committee council department dept group club company corp
    corporation inc ltd limited llc llp plc gmbh ag kg ug ev srl spa sarl sas bv nv oy bank
    insurance shop store online community list lists members membership family university college
    school institute foundation association society ministry library hospital hotel studio agency
    system systems security server bot robot contact booking orders reception user external
    of the for and via from at
    kundenservice kundendienst büro sekretariat redaktion abteilung vertrieb einkauf buchhaltung
    rechnung personalabteilung presse gruppe verein verlag versicherung stadt stadtwerke amt
    universität hochschule schule institut stiftung praxis kanzlei agentur mitglieder kontakt
    familie extern und für
    équipe assistance facturation comptabilité secrétariat rédaction bureau université école banque
    groupe mairie famille et pour
    equipo soporte ventas contabilidad secretaría redacción oficina universidad escuela banco grupo
    contacto familia squadra assistenza vendite segreteria redazione ufficio università scuola
    banca gruppo famiglia suporte vendas secretaria equipe universidade escola contato
    klantenservice verkoop boekhouding afdeling universiteit stichting groep kundtjänst kundeservice
    asiakaspalvelu obsługa dział zespół biuro podpora oddělení
    служба поддержка поддержки отдел команда редакция банк университет школа группа
    """.split()  # noqa: SIM905
)
_ARTICLES = frozenset(
    {
        *("the", "die", "das", "der", "le", "la", "les", "el", "los", "las", "il", "het"),
        *("our", "unser", "unsere", "notre"),
    }
)
_BRACKETS = re.compile(r"\s[(\[][^()\[\]]{0,80}[)\]]")
_QUOTES = " \t\"'“”„‘’«»"
_LETTERS = re.compile(r"[^\W\d_]+")
# There the family name stands first, and no greeting takes the other one alone.
_EASTERN_LETTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MAX_DISPLAY_NAME = 100
_MAX_FULL_NAME = 3
_MAX_TURNED_NAME = 5
# A shorter word stands in many a domain by chance.
_TELLING_LETTERS = 4


def given_name(name: str, email: str) -> str:
    """The first name in a display name, as it is written in a greeting; empty when none is sure.

    Titles are left out ("Dr. Bob Ray"), "Ray, Bob" is turned round and "BOB RAY" is Bob. Offices,
    families, family names alone and addresses have none.
    """
    if len(name) > _MAX_DISPLAY_NAME:
        return ""
    plain = _BRACKETS.sub("", unicodedata.normalize("NFKC", name)).strip(_QUOTES)
    parts = [part.split() for part in plain.split(",")]
    named = [[word for word in part if not _is_title(word)] for part in parts]
    # "Bob Ray, PhD"
    named = [part for part in named if part]
    words = [word for part in named for word in part]
    local, _, domain = email.lower().partition("@")
    if not all(map(_is_written_as_name, words)) or _is_office(words, local, domain):
        return ""
    match named:
        case [[alone]] if parts == [[alone]]:
            # "ACME", "GitHub" and "jsmith" are nobody's name.
            return alone if alone.istitle() and len(alone) > 1 else ""
        case [[_, _, *_] as full] if len(full) <= _MAX_FULL_NAME:
            return _first(full, local)
        case [family, given] if len(words) <= _MAX_TURNED_NAME and (
            # "Bob Ray, Berlin" is not turned round, "van der Ray, Bob" and "VAN DER RAY, Bob" are.
            len(family) == 1
            or family[0].islower()
            or all(map(str.isupper, family))
            or given[0].lower() in local
        ):
            return _first_of_turned(family, given)
        case _:
            return ""


def _first(full: Sequence[str], local: str) -> str:
    """The first name of one that begins with it; `local` of the address tells "RAY Bob"."""
    names = _without_initials(full)
    if len(names) < 2:
        return ""
    first = names[0]
    if all(map(str.isupper, full)) or all(map(str.islower, full)):
        return _capitalised(first)
    if first.isupper() and len(first) > 2:
        others = [name for name in names if not name.isupper()]
        first = others[0] if others and others[0].lower() in local else ""
    return "" if first[:1].islower() else first.rstrip(".")


def _first_of_turned(family: Sequence[str], given: Sequence[str]) -> str:
    names = _without_initials(given)
    if not names:
        return ""
    whole = [*family, *given]
    if all(map(str.isupper, whole)) or all(map(str.islower, whole)):
        return _capitalised(names[0])
    # "Ray, ACME"
    shouted = names[0].isupper() and len(names[0]) > 2
    return "" if shouted or names[0][0].islower() else names[0].rstrip(".")


def _without_initials(names: Sequence[str]) -> Sequence[str]:
    """The names from the first one on that is written out."""
    full = (at for at, name in enumerate(names) if max(map(len, _LETTERS.findall(name))) > 1)
    return names[next(full, len(names)) :]


def _is_title(word: str) -> bool:
    """Whether a word is a title: "Dr.", "Dipl.-Ing.", "Prof.Dr."."""
    letters = _LETTERS.findall(word.casefold())
    titles = _STOPPED if word.endswith(".") else _DEGREES
    return "".join(letters) in titles or (bool(letters) and all(one in titles for one in letters))


def _is_written_as_name(word: str) -> bool:
    return (
        word[0].isalpha()
        and all(
            one.isalpha() or one in ".'’-‐" or unicodedata.category(one)[0] == "M" for one in word
        )
        and not _EASTERN_LETTER.search(word)
    )


def _is_office(words: Sequence[str], local: str, domain: str) -> bool:
    """Whether words and address tell that nobody is called so: "Sales Team", a firm of its name."""
    parts = {part for word in words for part in _LETTERS.findall(word.lower())}
    if not words or parts & _OFFICES or words[0].lower() in _ARTICLES:
        return True
    labels = domain.split(".")
    role = not _OFFICES.isdisjoint(_LETTERS.findall(local))
    if len(words) > 1:
        return role and any(_holds(label, part) for label in labels for part in parts)
    return role or any(
        label in parts or (_holds(label, part) and part not in local)
        for label in labels
        for part in parts
    )


def _holds(label: str, part: str) -> bool:
    return len(part) >= _TELLING_LETTERS and part in label


def _capitalised(name: str) -> str:
    # Turkish has a dot on its capital too, which stays as a mark of its own.
    return _LETTERS.sub(lambda one: one[0][0].upper() + one[0][1:].lower(), name).replace(
        "i\u0307", "i"
    )
