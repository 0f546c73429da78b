"""The first name in a display name, for a greeting: "Ray, Bob" and "Dr. Bob Ray" are Bob. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from panzad.writing.fact_words import HONOURS

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
