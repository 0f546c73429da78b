"""The words of short answers and the languages that have them: data for `language`.

Only words that are as good as a sentence for telling a language, or a few languages, apart; what
everybody says ("ok", "super", "ciao") is left out.
"""

from __future__ import annotations

_BY_LANGUAGES = {
    "en": (
        "thanks thank you yes please cheers regards sounds works good great tomorrow monday tuesday"
        " wednesday thursday friday saturday sunday the and with would"
    ),
    "de": (
        "danke passt gern bitte nein nicht gruß grüße liebe montag dienstag mittwoch donnerstag"
        " freitag samstag sonntag erledigt und ich wir ist dabei einverstanden"
    ),
    "fr": (
        "merci beaucoup oui d'accord bonjour bonsoir demain lundi mardi mercredi jeudi vendredi"
        " samedi dimanche parfait cordialement c'est suis avec très"
    ),
    "es": "gracias mañana martes miércoles jueves viernes sábado saludos muchas hecho estoy",
    "it": "grazie bene domani lunedì martedì mercoledì giovedì venerdì sabato saluti fatto ottimo",
    "pt": "obrigado obrigada amanhã abraço abraços cumprimentos terça feito sim",
    "nl": (
        "bedankt graag goed groet groeten groetjes maandag dinsdag woensdag donderdag vrijdag"
        " zaterdag zondag akkoord het een wel"
    ),
    "sv": "tack imorgon måndag tisdag lördag söndag hälsningar då är och inte också",
    "da": "lyder hvad noget",
    "no": "takk høres hva noe",
    "fi": "kiitos kiitti joo sopii huomenna maanantaina tiistaina keskiviikkona torstaina",
    "pl": "dzięki dziękuję pozdrawiam poniedziałek wtorek środa piątek dobrze",
    "cs": "díky děkuji zítra pozdravem pondělí úterý středa čtvrtek pátek dobře",
    "sk": "ďakujem vďaka zajtra pozdravom pondelok utorok štvrtok piatok",
    "hu": "köszi köszönöm holnap hétfő szerda csütörtök péntek rendben üdv",
    "ro": "mulțumesc mersi mâine marți miercuri vineri sâmbătă bine",
    "tr": "teşekkürler teşekkür ederim evet hayır tamam yarın pazartesi çarşamba perşembe cuma",
    "da no": "hilsen mange mandag",
    "da no sv": "fint onsdag torsdag fredag",
    "no sv": "bra låter",
    "de da no": "gerne",
    "de da no nl sv": "ja",
    "de da no sv": "klar perfekt",
    "de da nl no": "morgen",
    "de nl": "dank alles",
    "de da hu": "mit",
    "de fr": "bis",
    "fr nl cs sk sl hr": "je",
    "es pt": "vale combinado",
    "da pl cs sk": "tak",
    "pl sk": "nie",
    "hr sl sr": "hvala",
}


def _languages() -> dict[str, frozenset[str]]:
    """Word → the languages that have it."""
    found: dict[str, frozenset[str]] = {}
    for languages, words in _BY_LANGUAGES.items():
        for word in words.split():
            found[word] = found.get(word, frozenset()) | frozenset(languages.split())
    return found


TELLING = _languages()
