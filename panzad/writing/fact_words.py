"""The words by which `facts` tells numbers, times, amounts and names apart: data.

All entries are compared in lower case.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Two to twelve. "One" is an article in most languages and says nothing.
NUMBERS: dict[str, str] = {
    "bg": "два три четири пет шест седем осем девет десет единадесет дванадесет",
    "ca": "dos tres quatre cinc sis set vuit nou deu onze dotze",
    "cs": "dva tři čtyři pět šest sedm osm devět deset jedenáct dvanáct",
    "da": "to tre fire fem seks syv otte ni ti elleve tolv",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "el": "δύο τρεις τέσσερις πέντε έξι επτά οκτώ εννέα δέκα έντεκα δώδεκα",
    "en": "two three four five six seven eight nine ten eleven twelve",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "fi": "kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän kymmenen yksitoista"
    " kaksitoista",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze",
    "hr": "dva tri četiri pet šest sedam osam devet deset jedanaest dvanaest",
    "hu": "kettő három négy öt hat hét nyolc kilenc tíz tizenegy tizenkettő",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici",
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf",
    "no": "to tre fire fem seks sju åtte ni ti elleve tolv",
    "pl": "dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście",
    "pt": "dois três quatro cinco seis sete oito nove dez onze doze",
    "ro": "două trei patru cinci șase șapte opt nouă zece unsprezece doisprezece",
    "ru": "два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
    "sv": "två tre fyra fem sex sju åtta nio tio elva tolv",
    "tr": "iki üç dört beş altı yedi sekiz dokuz on onbir oniki",
    "uk": "два три чотири п'ять шість сім вісім дев'ять десять одинадцять дванадцять",
}
# More often another word than a number in their own language: "sei" is "be" too, "to" is "it".
NO_NUMBERS = _set("sei to ti on sete")
# Another word in another language, English mostly: no numbers where the language is not known.
FOREIGN_NUMBERS = _set("due once set fire dos opt elf sex ni fem nou deu acht tre tri hat")
# Words for 12:00, and for 0:00. Not "Mittag" or "midi", which are lunch as often.
NOON: dict[str, str] = {
    "en": "noon midday noontime",
    "es": "mediodía",
    "it": "mezzogiorno",
    "ru": "полдень",
    "uk": "полудень",
}
MIDNIGHT: dict[str, str] = {
    "ca": "mitjanit",
    "cs": "půlnoc půlnoci",
    "da": "midnat",
    "de": "mitternacht",
    "en": "midnight",
    "es": "medianoche",
    "fi": "keskiyö keskiyöllä",
    "fr": "minuit",
    "hr": "ponoć",
    "hu": "éjfél éjfélkor",
    "it": "mezzanotte",
    "nl": "middernacht",
    "no": "midnatt",
    "ru": "полночь полночи",
    "sv": "midnatt",
    "uk": "опівночі",
}
# What stands between a sentence and an hour: "at 3", "um 15", "vers 9".
AT_HOUR = _set(
    "at um gegen ab à vers dès às alle ore las kl klokken klo om rond в о o godz until till by"
    " before after around from between bis vor nach von zwischen dalle entre desde hasta até"
    " jusqu'à avant après"
)
# What joins two hours, of which only one need say that it is one: "2 or 3 pm".
BETWEEN_HOURS = re.compile(
    r"\s*(?:[-–,/]|or|and|to|till|until|bis|oder|und|ou|et|à|y|a|o|e|eller|og|och|tot|en|of|do"
    r"|lub|i|и|или|до)\s*",
    re.IGNORECASE,
)

# ISO 4217 by what people write; the crowns and dollars of several countries stay one.
CURRENCIES: dict[str, str] = {
    "EUR": "€ eur euro euros eurot евро",
    "USD": "$ usd us$ dollar dollars dólares dólar dollari доллар долларов buck bucks",
    "GBP": "£ gbp pound pounds quid pfund livres libras sterling",
    "CHF": "chf sfr fr. franken francs",
    "KR": "kr sek nok dkk kroner kronor kronur kč czk kč.",
    "PLN": "zł pln złotych złoty",
    "JPY": "¥ ￥ jpy yen 円 日元",
    "CNY": "cny rmb 元 yuan 人民币",
    "KRW": "₩ krw 원 won",
    "INR": "₹ inr rs. rupees",
    "RUB": "₽ rub руб рублей руб.",
    "UAH": "₴ uah грн гривень",
    "TRY": "₺ try tl lira",
    "ILS": "₪ ils nis שקל ש״ח",
    "HUF": "huf ft forint",
    "BTC": "₿ btc bitcoin",
    "CAD": "cad c$",
    "AUD": "aud a$",
    "CENT": "¢ cent cents ct",
}

ABBREVIATIONS = _set(
    "re fw fwd ps p.s pps am pm cc bcc btw fyi asap imo imho lol tbd tba eod eta rsvp faq"
)
# Capitalised in mid-sentence, and nobody's name: greetings, sign-offs, forms of address.
NO_NAMES = ABBREVIATIONS | _set(
    """
    i i'm i'll i've i'd ok okay hi hello hey dear all everyone everybody team folks guys sir madam
    mr mrs ms miss dr prof best kind kindest warm warmest regards regard wishes thanks thank you
    many cheers yours sincerely faithfully truly love take care talk soon respectfully cordially
    hallo liebe lieber sehr geehrte geehrter geehrten damen herren herr frau guten tag morgen abend
    moin servus grüß gott zusammen beste besten herzliche herzlichen viele vielen freundliche
    freundlichen mit gruß grüße grüßen grüsse grüssen dank danke lg vg mfg sie ihnen ihr ihre ihren
    ihrem ihrer ihres du dir dich dein deine deinen deiner euch euer eure
    bonjour bonsoir salut cher chère chers chères madame monsieur mesdames messieurs cordialement
    bien merci amitiés bises bisous sincères salutations respectueusement
    hola estimado estimada estimados querido querida saludos saludo gracias atentamente cordiales
    abrazo señor señora sr sra usted ud uds buenos buenas
    ciao caro cara cari gentile egregio saluti grazie cordiali distinti buongiorno buonasera signor
    signora lei le la suo sua
    olá oi prezado prezada caro cara atenciosamente cumprimentos obrigado obrigada abraço abraços
    senhor senhora
    beste geachte groet groeten vriendelijke hartelijke dank hoi goedemorgen meneer mevrouw u
    hej hei kære kjære hälsningar vänliga venlig hilsen hilsner vennlig mvh tack takk tak med
    terveisin ystävällisin kiitos moi terve
    cześć witam pozdrawiam pozdrowienia dzień dobry szanowny szanowna pan pani państwo dziękuję
    dobrý den ahoj pozdravem děkuji hezký vážený vážená
    üdvözlettel tisztelt kedves szia köszönöm bună stimate stimată mulțumesc salutări
    здравствуйте добрый день привет уважаемый уважаемая спасибо уважением наилучшими пожеланиями
    вы вас вам ваш ваша ви вітаю дякую повагою
    γεια αγαπητέ αγαπητή ευχαριστώ χαιρετισμούς εκτίμηση merhaba sayın selamlar saygılarımla
    teşekkürler bey hanım iyi
    """
)
# What stands before people's names.
HONOURS = _set(
    """
    herr herrn frau fräulein dr prof doktor doctor professor professorin mr mrs ms mx miss mme mlle
    madame monsieur señor señora signora dott
    """
)
# Behind these a capital is a name even where every noun has one.
TITLES = HONOURS | _set("familie hallo liebe lieber hi moin hey")
# In these languages every noun has a capital.
NOUN_CAPITALS = frozenset({"de", "lb"})
