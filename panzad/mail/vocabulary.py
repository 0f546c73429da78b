"""The words that mail clients put around quoted mail, by language: data for the recognisers.

Gathered from the clients' own translations (Outlook, Thunderbird, Gmail, Apple Mail, Lotus Notes).
All entries are compared in lower case.
"""

from __future__ import annotations


def _table(rows: dict[str, str]) -> dict[str, str]:
    """Label → field, from field → labels separated by `|`."""
    return {label: name for name, labels in rows.items() for label in labels.split("|")}


def _phrases(*rows: str) -> frozenset[str]:
    return frozenset(phrase for row in rows for phrase in row.split("|"))


# The labels of a header block, as "From:" in `From: Ann <ann@example.org>`.
FIELDS = _table(
    {
        "from": (
            "from|author|sender|von|absender|de|expéditeur|envoyé par|da|mittente|remitente|van"
            "|afzender|fra|från|avsändare|lähettäjä|frá|от|от кого|від|від кого|od|nadawca"
            "|odesílatel|odosielateľ|feladó|de la|expeditor|подател|šalje|pošiljatelj|no|nuo|saatja"
            "|από|kimden|gönderen|מאת|من|从|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람"
            "|từ|dari|ze|de el|người gửi|จาก|از|से|प्रेषक|보낸이|шаље|nork"
        ),
        "date": (
            "date|sent|sent on|date sent|gesendet|gesendet am|verschickt|datum|envoyé|envoyé le"
            "|date d'envoi|enviado|enviado el|enviada|enviada em|enviado em|fecha|fecha de envío"
            "|data|inviato"
            "|data invio|verzonden|verzonden op|sendt|dato|skickat|skickad|lähetetty|päivämäärä"
            "|päiväys|sent|дата|отправлено|отправлено|надіслано|дата отправки|wysłano|data wysłania"
            "|odesláno|odoslané|dátum|elküldve|küldve|trimis|изпратено|poslano|datums|nosūtīts"
            "|išsiųsta|saadetud|ημερομηνία|στάλθηκε|tarih|gönderilme tarihi|gönderme tarihi|נשלח"
            "|תאריך|تاريخ الإرسال|التاريخ|发送时间|发送日期|日期|時間|寄件日期|傳送時間"
            "|傳送日期|日時|送信日時|日付|보낸 날짜|날짜|보낸 시간|ngày"
            "|đã gửi|tanggal|dikirim|terkirim|wysłane|gönderildi|poslato|enviat|εστάλη|ส่ง|วันที่"
            "|تم الإرسال|ارسال شده|تاریخ|भेजा गया|दिनांक|послато|bidaltze-data"
        ),
        "to": (
            "to|an|empfänger|à|a|pour|destinataire|destinataires|para|destinatario|per|aan|til|till"
            "|vastaanottaja|кому|do|adresat|komu|pre|címzett|către|до|za|kam|kellele|προς|kime|alıcı"
            "|אל|إلى|收件人|收件者|宛先|받는 사람|받는사람|đến|kepada|tới|per a|prima|adressaat"
            "|người nhận|ถึง|به|को|받는이|прима|nori"
        ),
        "cc": (
            "cc|kopie|kopie (cc)|copie|copie à|copia|con copia|cópia|c/c|kopi|kopia|kopio|копия"
            "|копія|dw|do wiadomości|kopie|kópia|másolatot kap|másolat|κοιν|κοινοποίηση|bilgi"
            "|עותק|נסخة|抄送|副本|ccへ|참조"
        ),
        "bcc": "bcc|cci|cco|ccn|blindkopie|skrytá kopie|udw|密件抄送|숨은참조",
        "subject": (
            "subject|re|betreff|thema|objet|sujet|asunto|oggetto|assunto|onderwerp|emne|ämne|aihe"
            "|efni|тема|temat|předmět|predmet|tárgy|subiect|относно|tēma|tema|teema|θέμα|konu"
            "|נושא|الموضوع|主题|主旨|件名|제목|chủ đề|tiêu đề|subjek|perihal|zadeva|naslov|assumpte"
            "|เรื่อง|موضوع|विषय|subj|gaia"
        ),
        "other": (
            "reply-to|reply to|organization|importance|priority|sensitivity|attachments|attachment"
            "|antwort an|wichtigkeit|anlagen|priorität|importance|pièces jointes|répondre à"
            "|importancia|datos adjuntos|responder a|allegati|importanza|priorità|rispondi a|anexos"
            "|importância|bijlagen|urgentie|vigtighed|vedhæftede filer|prioritet|bilagor"
            "|вложения|важность|важность|mailed-by|signed-by|list|sent by|please respond to"
            "|newsgroups|message-id|x-mailer|mime-version|content-type|when|where|conversation"
        ),
    }
)

# "-----Original Message-----" and its like, as they stand between dashes.
REPLY_SEPARATORS = _phrases(
    "original message|original-nachricht|originalnachricht|ursprüngliche nachricht",
    "ursprungliche nachricht|original appointment|ursprünglicher termin|reply separator",
    "message d'origine|message original|message d’origine|mensaje original",
    "messaggio originale|mensagem original|oorspronkelijk bericht|origineel bericht",
    "oprindelig meddelelse|original meddelelse|den oprindelige meddelelse",
    "ursprungligt meddelande|originalmeddelande|opprinnelig melding|alkuperäinen viesti",
    "исходное сообщение|исходное письмо|первоначальное сообщение|оригінальне повідомлення",
    "wiadomość oryginalna|oryginalna wiadomość|wiadomość pierwotna|původní zpráva",
    "pôvodná správa|eredeti üzenet|mesaj original|mesajul original|оригинално съобщение",
    "izvorna poruka|originalna poruka|αρχικό μήνυμα|orijinal ileti|özgün ileti",
    "orijinal mesaj|原始邮件|邮件原件|原始郵件|原郵件|元のメッセージ|원본 메시지",
    "원본메시지|הודעה מקורית|الرسالة الأصلية|thư gốc|pesan asli|reply message|in reply to",
    "mail original|replied message|回复的原邮件|回复的邮件",
    "inline attachment follows|ursprüngliche mail|vastattu viesti",
)
FORWARD_SEPARATORS = _phrases(
    "forwarded message|forwarded mail|forward message|begin forwarded message",
    "start of forwarded message|weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht|beginn der weitergeleiteten nachricht",
    "beginn der weitergeleiteten e-mail|message transféré|message transmis",
    "début du message réexpédié|début du message transféré|début du message transmis",
    "courriel transféré|mensaje reenviado|inicio del mensaje reenviado",
    "messaggio inoltrato|inizio messaggio inoltrato|mensagem encaminhada",
    "mensagem reencaminhada|início da mensagem reencaminhada",
    "início da mensagem encaminhada|doorgestuurd bericht|begin doorgestuurd bericht",
    "videresendt meddelelse|videresendt besked|start på videresendt besked",
    "videresendt melding|start på videresendt melding|vidarebefordrat meddelande",
    "vidarebefordrat brev|påbörjat vidarebefordrat meddelande",
    "början på vidarebefordrat meddelande|välitetty viesti|edelleenlähetetty viesti",
    "пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения",
    "пересланное письмо|переслане повідомлення|wiadomość przekazana dalej",
    "przekazana wiadomość|treść przekazanej wiadomości|początek przekazywanej wiadomości",
    "přeposlaná zpráva|začátek přeposlané zprávy|preposlaná správa|továbbított üzenet",
    "továbbított levél|mesaj redirecționat|mesaj transmis mai departe",
    "препратено съобщение|proslijeđena poruka|προωθημένο μήνυμα|iletilen mesaj",
    "iletilmiş ileti|iletilen ileti|yönlendirilen ileti|转发邮件|转发的邮件|轉寄郵件",
    "轉寄的郵件|转发邮件信息|転送メッセージ|転送メール|전달된 메시지|הודעה מועברת",
    "الرسالة المعاد توجيهها|thư được chuyển tiếp|pesan terusan",
)

# "##- Please type your reply above this line -##": help desks put it above what they quote.
ABOVE_THIS_LINE = (
    r"(?:above|over) this line|(?:über|oberhalb) dieser (?:zeile|linie)|au[- ]dessus de cette ligne"
    r"|encima de esta línea|sopra (?:a )?questa (?:riga|linea)|acima (?:desta|dessa) linha"
    r"|boven deze (?:regel|lijn)|ovanför den (?:här )?raden|over denne linjen?"
    r"|tämän rivin yläpuolel|powyżej tej lini|nad t(?:ento řádek|ímto řádkem)"
    r"|(?:выше|над) этой (?:строк|лини)|この(?:行|線)より上|请在此行上方|在此行以上"
)

# The verb of an attribution line: "On Monday, Ann wrote:".
WROTE = (
    r"wrote|writes|schrieb|schreibt|geschrieben|écrit|ecrit|escribi[óo]|escribe|ha scritto|scrisse|"
    r"scrive|scriveva|ha\s+scritto|escreveu|escreve|schreef|geschreven|skrev|skreiv|skriver|"
    r"kirjoitti|kirjoittaa|skrifaði|napisał\(a\)|napisała|napisał|napisal\(a\)|napísal|napsal\(a\)|"
    r"napsal|napsala|pisze|pisał|pisał\(a\)|írta|ezt\s+írta|написал\(а\)|написал|написала|писал|"
    r"писал\(а\)|пишет|пише|написав|написа|scris|napisao|napisala|napisal/a|je\s+pisao|kirjutas|"
    r"napisana\s+przez|rašė|parašė|rakstīja|έγραψε|yazdı|yazmış|写道|寫道|寫|作成|書きました|さんは書きました|작성|"
    r"님이\s+작성|כתב|כתבה|كتب|đã viết|viết|menulis|said|spake|ha\s+escrit|piše|napisal|napisala|"
    r"escribiu|idatzi\s+zuen|idatzi\s+du|ysgrifennodd|scríobh|написао/ла|написао|쓴\s글|เขียนว่า|نوشت|"
    r"लिखा|لکھا|লিখেছে|எழுதியது|aliandika|isinulat\s+ni"
    r"|sprach|schrieben|écrivait|écriviez|escribía|escrevia|писали|písal|zapsal"
)

# How an attribution line begins, where the date comes first.
ATTRIBUTION_STARTS = (
    r"on|am|le|el|il|em|op|den|på|the|wiadomość\s+napisana\s+przez|w\s+dniu|dnia|dne|dňa|ke|kirjoitti|tir|at|on\s+the|in|"
    r"am\s+\w+|vào|pada|στις|في|בתאריך|a\s+las|il\s+giorno|en|(?:begin\s+)?quoting|zitat|citando|quoth|once"
)

# What stands between a date and a name and belongs to neither.
AROUND_NAMES = (
    r"at|um|uhr|à|alle|ore|às|om|kl|klo|o|v|в|ч|a|ha|hat|heeft|upon|time|of|dem|giorno|odesílatel"
    r"|uživatel|użytkownik|пользователь|от|from|ο\s+χρήστης|ο/η|מאת|تمت\s+كتابة\s+ما\s+يلي\s+بواسطة"
    r"|kasutaja|lietotājs|korisnik|je\s+oseba|keltezéssel|időpontban|dátummal|tarihinde"
    r"|zitat\s+von|wiadomość\s+napisana\s+przez|missatge\s+de|igorleak|hau\s+idatzi\s+du|saa|nang|ás|ar|an|је|у"
    r"|kontakt|as\s+of|thus|also|پر\s+کو|کو"
)
# Whom a line without a name means: the one that the mail goes to.
READERS = _phrases("you|sie|vous|usted|você|вы|ви")
# What stands before a date and belongs to the sentence.
BEFORE_DAYS = (
    r"message\s+dated|del\s+dia|на|la|în|þann|在|於|于|kuupäeval|dia|tanggal|تاریخ|در|ในวันที่|เมื่อ"
)

# What phones and programs put under a mail: "Sent from my iPhone". A verb of sending alone is
# the author's ("Sent by courier."), so a device or a program is named too.
_DEVICE = (
    r"(?:iphon|ipad|ipod|\bmac\b|android|samsung|galaxy|huawei|xiaomi|nokia|sony|motorola|oneplus"
    r"|pixel|blackberry|windows|phone|mobile?\b|mobil|handheld|handy|tablet|treo|palm|device|gerät"
    r"|appareil|móvil|celular|cellulare|dispositiv|telefon|телефон|смартфон|устройств|мобильн|почт|lumia|htc"
    r"|outlook|(?-i:\b(?:Mail|Nine)\b)|gmail|web\.de|gmx|proton|k-9|thunderbird|fairemail|aquamail|spark|edison"
    r"|superhuman|missive|airmail|blue ?mail|canary|newton|mailbird|shortwave|mimestream"
    r"|typeapp|tutanota|tuta\b|posteo|telekom|verizon|at&t|t-mobile|vodafone|orange|\bapp\b|手机|手機|携帯|휴대|邮箱|郵箱|信箱|"
    r"cihaz|هاتف|điện thoại|ponsel|מכשיר)"
)
MOBILE_SIGNATURES = (
    rf"sent from my (?:\S[^,]{{0,60}}|(?=[^,]{{0,40}}{_DEVICE}).{{2,80}})"
    r"|sent from my \S{2,20}(?: \S{2,20}){0,3}[,.;:] ?(?:please )?"
    r"(?:excuse|forgive|pardon|sorry for)\b.{2,60}"
    r"|\S.{0,60} reacted via gmail"
    rf"|(?:sent|composed|written)\s(?=[^,]{{0,60}}{_DEVICE})(?:from|via|using|with|by|on)\b.{{1,80}}"
    rf"|(?:gesendet|envoyée?|enviad[oa]|enviat|inviat[oa]|verzonden|verstuurd|sendt|skickat|skickades"
    r"|lähetetty|saadetud|отправлено|надіслано|изпратено|wysłan[eoy]|odesláno|odoslané"
    r"|(?:el)?küldve|trimis|στάλθηκε|poslano|poslato)\s"
    rf"(?=.{{0,60}}{_DEVICE})(?:from|via|on|von|vom|mit|über|aus|de|depuis"
    r"|à partir|avec|desde|do|des|a partir|da|dal|con|tramite|vanaf|met|vanuit|fra|från|med|с|со"
    r"|из|от|з|із|z|ze|s|az?|pe|din|από|minu|moje\w*|za pomocą|aplikací|aplikáciou)\b.{1,80}"
    rf"|lähetetty (?=.{{0,30}}{_DEVICE}).{{2,60}}"
    rf"|von (?:unterwegs|(?=.{{0,40}}{_DEVICE}).{{2,60}}) gesendet"
    rf"|diese nachricht wurde von mein\w{{1,2}} .{{2,80}} gesendet"
    rf"|.{{0,20}}{_DEVICE}.{{0,30}}(?:gönderildi|küldve|から送信(?:しました)?|에서 보냄|发送|傳送)"
    rf"|(?:从我的|发自|發自|從我的|나의|내|נשלח מ|أ?ُ?رسلت من|تم الإرسال من|đã gửi từ|gửi từ"
    rf"|dikirim dari|terkirim dari|ส่งจาก)(?=.{{0,30}}{_DEVICE}).{{2,60}}"
    r"|(?:get|hol|holen sie sich|télécharg\w+|obten\w+|obter|scarica|ottieni|download|hent|hämta"
    r"|hanki|pobierz|stáhn\w+|stiahn\w+|descarga|baixe|last ned|skaffa|получить|загрузить"
    r"|outlook)\b.{0,40}\boutlook\b.{0,30}"
    r"|get (?:bluemail|typeapp|aqua ?mail|spark|edison mail|nine)\b.{0,40}"
    rf"|простите за краткость, создано в (?=.{{0,30}}{_DEVICE}).{{2,40}}"
    r"|provenance\s?: courrier pour windows.{0,10}"
    r"|outlook (?:für|voor) \S{2,12} (?:beziehen|abrufen|downloaden)"
)
