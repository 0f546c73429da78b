"""Writes the line above a quote, "On …, Ann Lee <ann@example.org> wrote:", in many languages. Pure.

The forms are those of Thunderbird's translations (`mailnews.reply_header_ondateauthorwrote` in
composeMsgs.properties), so that every client's recogniser of quotes knows them. Where Thunderbird
has none of its own (Japanese), or none with a verb (Ukrainian, Korean), Gmail's or its next form
stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from panzad.mail.header_fields import plain
from panzad.mail.message import Address

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class _Form:
    """A line with and without its date; `date` and `time` are patterns for strftime."""

    dated: str
    undated: str
    date: str
    time: str = "%H:%M"


_DOTS, _SLASHES, _ISO = "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d"

_FORMS = {
    "en": _Form("On {date} at {time}, {author} wrote:", "{author} wrote:", ""),
    "bg": _Form("На {date} в {time}, {author} написа:", "{author} написа:", _DOTS),
    "ca": _Form("El {date} a les {time}, {author} ha escrit:", "{author} ha escrit:", _SLASHES),
    "cs": _Form("Dne {date} v {time} {author} napsal(a):", "{author} napsal(a):", _DOTS),
    "da": _Form("Den {date} kl. {time} skrev {author}:", "{author} skrev:", _DOTS, "%H.%M"),
    "de": _Form("Am {date} um {time} schrieb {author}:", "{author} schrieb:", _DOTS),
    "el": _Form("Στις {date} {time}, ο/η {author} έγραψε:", "Ο/Η {author} έγραψε:", _SLASHES),
    "es": _Form("El {date} a las {time}, {author} escribió:", "{author} escribió:", _SLASHES),
    "fi": _Form("{author} kirjoitti {date} klo {time}:", "{author} kirjoitti:", _DOTS, "%H.%M"),
    "fr": _Form("Le {date} à {time}, {author} a écrit :", "{author} a écrit :", _SLASHES),
    "hr": _Form("{date} u {time}, {author} piše:", "{author} piše:", "%d.%m.%Y."),
    "hu": _Form("{date} {time} keltezéssel, {author} írta:", "{author} írta:", "%Y.%m.%d."),
    "it": _Form("Il {date} {time}, {author} ha scritto:", "{author} ha scritto:", _SLASHES),
    "ja": _Form("{date} {time} {author}:", "{author}:", "%Y年%m月%d日"),
    "ko": _Form("{date} {time}, {author}님이 작성:", "{author}님이 작성:", "%Y년 %m월 %d일"),
    "nb": _Form("Den {date} {time}, skrev {author}:", "{author} skrev:", _DOTS),
    "nl": _Form("Op {date} om {time} schreef {author}:", "{author} schreef:", "%d-%m-%Y"),
    "pl": _Form("W dniu {date} o {time}, {author} pisze:", "{author} pisze:", _DOTS),
    "pt": _Form("Em {date} {time}, {author} escreveu:", "{author} escreveu:", _SLASHES),
    "ro": _Form("La {date} {time}, {author} a scris:", "{author} a scris:", _DOTS),
    "ru": _Form("{date} {time}, {author} пишет:", "{author} пишет:", _DOTS),
    "sk": _Form("Dňa {date} o {time} {author} napísal(a):", "{author} napísal(a):", _DOTS),
    "sl": _Form("{author} je {date} ob {time} napisal:", "{author} je napisal(a):", _DOTS),
    "sv": _Form("Den {date} kl. {time}, skrev {author}:", "{author} skrev:", _ISO),
    "tr": _Form("{date} {time} tarihinde {author} yazdı:", "{author} yazdı:", _DOTS),
    "uk": _Form("{date} {time}, {author} пише:", "{author} пише:", _DOTS),
    "zh": _Form("在 {date} {time}, {author} 写道:", "{author} 写道:", "%Y/%m/%d"),
}
_SAME = {"no": "nb", "nn": "nb"}

LANGUAGES = frozenset({*_FORMS, *_SAME})


def attribution_line(author: Address, date: str, language: str) -> str:
    """The line above the quote of a mail, on one line.

    `date` is ISO 8601, or any words, which are then left as they are. `language` is ISO 639-1; an
    unknown one gets English.
    """
    form = _FORMS.get(_SAME.get(language, language), _FORMS["en"])
    person = _person(author)
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        words = plain(date)
        if not words:
            return form.undated.format(author=person)
        return f"On {words}, {person} wrote:"
    day = moment.strftime(form.date) if form.date else _english(moment)
    return form.dated.format(date=day, time=moment.strftime(form.time), author=person)


def _person(author: Address) -> str:
    name, email = plain(author.name), plain(author.email)
    return f"{name} <{email}>" if name and email else name or email or "somebody"


def _english(moment: datetime) -> str:
    return f"{_WEEKDAYS[moment.weekday()]}, {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
