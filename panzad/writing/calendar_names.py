"""The names of months and weekdays by language, as CLDR has them: data for `facts`.

One entry a month from January on and a weekday from Monday on, its forms (genitive, abbreviation)
apart by blanks, lower case, without stops. Written by machine from Babel 2.18, which is no
dependency: it would bring 33 MB of files for these lines.
"""

from __future__ import annotations

MONTHS: dict[str, str] = {
    "bg": (
        "януари яну|февруари фев|март|април апр|май|юни|юли|август авг|септември сеп|"
        "октомври окт|ноември ное|декември дек"
    ),
    "ca": (
        "gener gen|febrer febr|març|d’abril abril d’abr abr|maig|juny|juliol jul|"
        "d’agost agost d’ag|setembre set|d’octubre octubre d’oct oct|novembre nov|"
        "desembre des"
    ),
    "cs": (
        "ledna leden led|února únor úno|března březen bře|dubna duben dub|"
        "května květen kvě|června červen čvn|července červenec čvc|srpna srpen srp|"
        "září zář|října říjen říj|listopadu listopad lis|prosince prosinec pro"
    ),
    "da": (
        "januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug|"
        "september sep|oktober okt|november nov|december dec"
    ),
    "de": (
        "januar jan|februar feb|märz mär|april apr|mai|juni jun|juli jul|august aug|"
        "september sept sep|oktober okt|november nov|dezember dez"
    ),
    "el": (
        "ιανουαρίου ιανουάριοσ ιαν|φεβρουαρίου φεβρουάριοσ φεβ|μαρτίου μάρτιοσ μαρ μάρ|"
        "απριλίου απρίλιοσ απρ|μάιοσ μάι|ιουνίου ιούνιοσ ιουν ιούν|"
        "ιουλίου ιούλιοσ ιουλ ιούλ|αυγούστου αύγουστοσ αυγ αύγ|σεπτεμβρίου σεπτέμβριοσ σεπ|"
        "οκτωβρίου οκτώβριοσ οκτ|νοεμβρίου νοέμβριοσ νοε νοέ|δεκεμβρίου δεκέμβριοσ δεκ"
    ),
    "en": (
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|"
        "september sep|october oct|november nov|december dec"
    ),
    "es": (
        "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago|"
        "septiembre sept|octubre oct|noviembre nov|diciembre dic"
    ),
    "et": (
        "jaanuar jaan|veebruar veebr|märts|aprill apr|mai|juuni|juuli|august aug|"
        "september sept|oktoober okt|november nov|detsember dets"
    ),
    "fi": (
        "tammikuuta tammikuu tammi|helmikuuta helmikuu helmi|maaliskuuta maaliskuu maalis|"
        "huhtikuuta huhtikuu huhti|toukokuuta toukokuu touko|kesäkuuta kesäkuu kesä|"
        "heinäkuuta heinäkuu heinä|elokuuta elokuu elo|syyskuuta syyskuu syys|"
        "lokakuuta lokakuu loka|marraskuuta marraskuu marras|joulukuuta joulukuu joulu"
    ),
    "fr": (
        "janvier janv|février févr|mars|avril avr|mai|juin|juillet juil|août|"
        "septembre sept|octobre oct|novembre nov|décembre déc"
    ),
    "he": ("ינואר|פברואר|מרץ|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר"),
    "hr": (
        "siječnja siječanj sij|veljače veljača velj|ožujka ožujak ožu|travnja travanj tra|"
        "svibnja svibanj svi|lipnja lipanj lip|srpnja srpanj srp|kolovoza kolovoz kol|"
        "rujna rujan ruj|listopada listopad lis|studenoga studeni stu|prosinca prosinac pro"
    ),
    "hu": (
        "január jan|február febr|március márc|április ápr|május máj|június jún|július júl|"
        "augusztus aug|szeptember szept|október okt|november nov|december dec"
    ),
    "id": (
        "januari jan|februari feb|maret mar|april apr|mei|juni jun|juli jul|agustus agu|"
        "september sep|oktober okt|november nov|desember des"
    ),
    "it": (
        "gennaio gen|febbraio feb|marzo mar|aprile apr|maggio mag|giugno giu|luglio lug|"
        "agosto ago|settembre set|ottobre ott|novembre nov|dicembre dic"
    ),
    "lt": (
        "sausio sausis saus|vasario vasaris vas|kovo kovas kov|balandžio balandis bal|"
        "gegužės gegužė geg|birželio birželis birž|liepos liepa liep|"
        "rugpjūčio rugpjūtis rugp|rugsėjo rugsėjis rugs|spalio spalis spal|"
        "lapkričio lapkritis lapkr|gruodžio gruodis gruod"
    ),
    "lv": (
        "janvāris janv|februāris febr|marts|aprīlis apr|maijs|jūnijs jūn|jūlijs jūl|"
        "augusts aug|septembris sept|oktobris okt|novembris nov|decembris dec"
    ),
    "nl": (
        "januari jan|februari feb|maart mrt|april apr|mei|juni jun|juli jul|augustus aug|"
        "september sep|oktober okt|november nov|december dec"
    ),
    "no": (
        "januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug|"
        "september sep|oktober okt|november nov|desember des"
    ),
    "pl": (
        "stycznia styczeń sty|lutego luty lut|marca marzec mar|kwietnia kwiecień kwi|"
        "maja maj|czerwca czerwiec cze|lipca lipiec lip|sierpnia sierpień sie|"
        "września wrzesień wrz|października październik paź|listopada listopad lis|"
        "grudnia grudzień gru"
    ),
    "pt": (
        "janeiro jan|fevereiro fev|março mar|abril abr|maio mai|junho jun|julho jul|"
        "agosto ago|setembro set|outubro out|novembro nov|dezembro dez"
    ),
    "ro": (
        "ianuarie ian|februarie feb|martie mar|aprilie apr|mai|iunie iun|iulie iul|"
        "august aug|septembrie sept|octombrie oct|noiembrie nov|decembrie dec"
    ),
    "ru": (
        "января январь янв|февраля февраль февр|марта март мар|апреля апрель апр|мая май|"
        "июня июнь июн|июля июль июл|августа август авг|сентября сентябрь сент|"
        "октября октябрь окт|ноября ноябрь нояб|декабря декабрь дек"
    ),
    "sk": (
        "januára január jan|februára február feb|marca marec mar|apríla apríl apr|mája máj|"
        "júna jún|júla júl|augusta august aug|septembra september sep|októbra október okt|"
        "novembra november nov|decembra december dec"
    ),
    "sl": (
        "januar jan|februar feb|marec mar|april apr|maj|junij jun|julij jul|avgust avg|"
        "september sep|oktober okt|november nov|december dec"
    ),
    "sr": (
        "јануар јан|фебруар феб|март мар|април апр|мај|јун|јул|август авг|септембар сеп|"
        "октобар окт|новембар нов|децембар дец"
    ),
    "sv": (
        "januari jan|februari feb|mars|april apr|maj|juni|juli|augusti aug|september sep|"
        "oktober okt|november nov|december dec"
    ),
    "tr": (
        "ocak oca|şubat şub|mart mar|nisan nis|mayıs may|haziran haz|temmuz tem|"
        "ağustos ağu|eylül eyl|ekim eki|kasım kas|aralık ara"
    ),
    "uk": (
        "січня січень січ|лютого лютий лют|березня березень бер|квітня квітень квіт|"
        "травня травень трав|червня червень черв|липня липень лип|серпня серпень серп|"
        "вересня вересень вер|жовтня жовтень жовт|листопада листопад лист|"
        "грудня грудень груд"
    ),
    "ar": ("يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر"),
}

DAYS: dict[str, str] = {
    "bg": ("понеделник|вторник|сряда|четвъртък|петък|събота|неделя"),
    "ca": ("dilluns|dimarts|dimecres|dijous|divendres|dissabte|diumenge"),
    "cs": ("pondělí|úterý|středa|čtvrtek|pátek|sobota|neděle"),
    "da": ("mandag man|tirsdag tirs|onsdag ons|torsdag tors|fredag fre|lørdag lør|søndag søn"),
    "de": ("montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"),
    "el": ("δευτέρα δευ|τρίτη τρί|τετάρτη τετ|πέμπτη πέμ|παρασκευή παρ|σάββατο σάβ|κυριακή κυρ"),
    "en": ("monday mon|tuesday tue|wednesday wed|thursday thu|friday fri|saturday sat|sunday sun"),
    "es": ("lunes lun|martes mar|miércoles mié|jueves jue|viernes vie|sábado sáb|domingo dom"),
    "et": ("esmaspäev|teisipäev|kolmapäev|neljapäev|reede|laupäev|pühapäev"),
    "fi": (
        "maanantaina maanantai|tiistaina tiistai|keskiviikkona keskiviikko|"
        "torstaina torstai|perjantaina perjantai|lauantaina lauantai|sunnuntai"
    ),
    "fr": ("lundi lun|mardi mar|mercredi mer|jeudi jeu|vendredi ven|samedi sam|dimanche dim"),
    "he": ("|||||שבת|"),
    "hr": ("ponedjeljak pon|utorak uto|srijeda sri|četvrtak čet|petak pet|subota sub|nedjelja ned"),
    "hu": ("hétfő|kedd|szerda sze|csütörtök|péntek|szombat szo|vasárnap"),
    "id": ("senin sen|selasa sel|rabu rab|kamis kam|jumat jum|sabtu sab|minggu min"),
    "it": ("lunedì lun|martedì mar|mercoledì mer|giovedì gio|venerdì ven|sabato sab|domenica dom"),
    "lt": (
        "pirmadienis|antradienis|trečiadienis|ketvirtadienis|penktadienis|šeštadienis|sekmadienis"
    ),
    "lv": (
        "pirmdiena pirmd|otrdiena otrd|trešdiena trešd|ceturtdiena ceturtd|"
        "piektdiena piektd|sestdiena sestd|svētdiena svētd"
    ),
    "nl": ("maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag"),
    "no": ("mandag man|tirsdag tir|onsdag ons|torsdag tor|fredag fre|lørdag lør|søndag søn"),
    "pl": ("poniedziałek pon|wtorek|środa|czwartek czw|piątek|sobota sob|niedziela niedz"),
    "pt": ("seg|ter|qua|qui|sex|sábado sáb|domingo dom"),
    "ro": ("luni lun|marți mar|miercuri mie|joi|vineri vin|sâmbătă sâm|duminică dum"),
    "ru": ("понедельник|вторник|среда|четверг|пятница|суббота|воскресенье"),
    "sk": ("pondelok|utorok|streda|štvrtok|piatok|sobota|nedeľa"),
    "sl": ("ponedeljek pon|torek tor|sreda sre|četrtek čet|petek pet|sobota sob|nedelja ned"),
    "sr": ("понедељак пон|уторак уто|среда сре|четвртак чет|петак пет|субота суб|недеља нед"),
    "sv": ("måndag mån|tisdag tis|onsdag ons|torsdag tors|fredag fre|lördag lör|söndag sön"),
    "tr": ("pazartesi pzt|salı sal|çarşamba çar|perşembe per|cuma cum|cumartesi cmt|pazar paz"),
    "uk": ("понеділок|вівторок|середа|четвер|пʼятниця|субота|неділя"),
    "ar": ("الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد"),
}
