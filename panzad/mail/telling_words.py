"""The words of short answers that belong to one language alone: data for `language`.

What several languages say in their mails ("ok", "super", "ciao", "hej") is left out, and so is what
means something else in another ("tak" is thanks in Danish and yes in Polish).
"""

from __future__ import annotations

_BY_LANGUAGE = {
    "en": (
        "thanks thank you yes please cheers regards sounds works good great tomorrow monday tuesday"
        " wednesday thursday friday saturday sunday the and with would hello"
    ),
    "de": (
        "danke passt gerne gern bitte nein nicht gruß grüße liebe montag dienstag mittwoch"
        " donnerstag freitag samstag sonntag erledigt und ich wir ist mit dabei einverstanden bis"
    ),
    "fr": (
        "merci beaucoup oui d'accord bonjour bonsoir demain lundi mardi mercredi jeudi vendredi"
        " samedi dimanche parfait cordialement c'est je suis avec très bis"
    ),
    "es": "gracias vale mañana martes miércoles jueves viernes sábado saludos muchas hecho estoy",
    "it": "grazie bene domani lunedì martedì mercoledì giovedì venerdì sabato saluti fatto ottimo",
    "pt": "obrigado obrigada amanhã abraço abraços cumprimentos terça feito",
    "nl": (
        "bedankt graag goed groet groeten groetjes maandag dinsdag woensdag donderdag vrijdag"
        " zaterdag zondag akkoord het een je wel"
    ),
    "sv": "tack imorgon måndag tisdag lördag söndag hälsningar då är och inte också",
    "da": "lyder hvad noget",
    "no": "takk høres hva noe",
    "fi": "kiitos kiitti joo sopii huomenna maanantaina tiistaina keskiviikkona torstaina",
    "pl": "dzięki dziękuję pozdrawiam poniedziałek wtorek środa piątek dobrze",
    "cs": "díky děkuji zítra pozdravem pondělí úterý středa čtvrtek pátek dobře je",
    "sk": "ďakujem vďaka zajtra pozdravom pondelok utorok štvrtok piatok je",
    "hu": "köszi köszönöm holnap hétfő szerda csütörtök péntek rendben üdv",
    "ro": "mulțumesc mersi mâine marți miercuri vineri sâmbătă bine",
    "tr": "teşekkürler teşekkür ederim evet hayır tamam yarın pazartesi çarşamba perşembe cuma",
}


def _one_language() -> dict[str, str]:
    """Word → language, of the words that one language has."""
    found: dict[str, str] = {}
    for language, words in _BY_LANGUAGE.items():
        for word in words.split():
            found[word] = "" if word in found else language
    return {word: language for word, language in found.items() if language}


TELLING = _one_language()
