"""The words that announce a secret in a mail, in the languages that mail is written in.

A label names what follows it; how far what follows may be believed to be it, the kind says:

- `password`: anything that is no ordinary word, or stands alone behind a colon
- `phrase`: words up to the end of the line, behind a colon
- `code`: digits, or capitals with digits: PINs, one-time codes, codes of doors and conferences
- `key`: letters with digits
- `account`: a number in groups
"""

from __future__ import annotations

import re

_PASSWORD = (
    r"pass-?words?",
    r"pass-?codes?",
    r"passwd",
    r"(?<![^\W_])pwd?\b",
    r"(?<![^\W_])pass(?=\s*[:=])",
    r"passw[oö]rt(?:e[sr]?)?",
    r"kennw[oö]rt(?:er)?",
    r"zugangsdaten",
    r"mots? de passe",
    r"(?<![^\W_])mdp\b",
    r"contraseñas?|contrasenyas?|contrasinal",
    r"(?<![^\W_])clave(?: de acceso)?(?=\s*(?:[:=]|es\b))",
    r"palavra-?(?: de )?passe",
    r"(?<![^\W_])senhas?\b",
    r"(?<![^\W_])parola(?: d['’]ordine)?(?=\s*[:=])",
    r"wachtwoord(?:en)?",
    r"lösenord(?:et)?",
    r"adgangskoden?|kodeord(?:et)?",
    r"passord(?:et)?",
    r"salasana(?:si|t)?",
    r"(?<![^\W_])has[łl]o\b",
    r"(?<![^\W_])heslo\b",
    r"jelsz[óo]\w{0,3}",
    r"(?<![^\W_])parol[aă]\b(?=\s*(?:[:=]|este\b|e\b))",
    r"lozinka|zaporka|\bgeslo\b",
    r"slaptažodis|\bparole\b(?=\s*[:=])|parool",
    r"(?<![^\W_])[şs]ifre(?:niz|n|si)?\b",
    r"парол[ьяею]",
    r"парола(?:та)?",
    r"лозинка",
    r"κωδικ(?:ός|ο) πρόσβασης",
    r"סיסמ[הא]",
    r"كلمة (?:المرور|السر)",
    r"رمز عبور",
    r"パスワード|暗証番号",
    r"密码|密碼|口令",
    r"비밀번호|암호",
    r"mật khẩu|kata sandi|รหัสผ่าน|पासवर्ड",
)
_PHRASE = (r"pass-?phrase", r"seed phrase", r"recovery (?:phrase|words)", r"phrase secrète")
_CODE = (
    r"(?-i:\b(?:PIN|PUK|TAN|mTAN|iTAN|CVV2?|CVC2?|OTP|TOTP|NIP)\b)(?:[- ](?:code|number|nummer))?",
    r"(?<![^\W_])(?:pin|puk|otp)(?=\s*[:=])",
    r"(?<![^\W_])(?:pin|puk|otp)[- ]?(?:codes?|numbers?|nummer)\b",
    r"(?<![^\W_])código pin|code pin|codice pin",
    r"(?<![^\W_])(?:access|security|verification|authenti[cf]\w{0,6}|authori[sz]ation|confirmation|activation"
    r"|one[- ]time|login|log-in|sign-?in|recovery|backup|unlock|entry|door|gate|garage|alarm"
    r"|participant|host|moderator|chairperson|conference|dial-?in|meeting|voice ?mail|lockbox"
    r"|key ?safe|2fa|two-factor|mfa|sms) (?:pass|pin[- ]?)?codes?\b",
    r"codes? (?:for|to) (?:the|our|my|your) (?:front |back |main )?"
    r"(?:door|gate|alarm|safe|building|garage|house|lock)",
    r"code (?:für|zu) [^\W\d_]{3} (?:tür|haustür|tor|alarmanlage|safe|schloss)",
    r"kod(?:en|et)? (?:til|till|for|för) (?:døren|døra|dörren|porten|alarmen|huset)",
    r"(?:einmal|bestätigungs|sicherheits|verifizierungs|zugangs|freischalt|aktivierungs|tür|tor"
    r"|alarm|anmelde|prüf|entsperr|sms-)-?code\b",
    r"einmal-?(?:passwort|kennwort)|geheimzahl",
    r"code (?:de (?:vérification|sécurité|confirmation|validation|la porte|l['’]alarme)|d['’]accès"
    r"|à usage unique|d['’]activation|d['’]entrée|secret|porte)|digicode",
    r"código (?:de (?:verificación|verificação|seguridad|segurança|acceso|acesso|confirmación"
    r"|confirmação|activación|ativação|la puerta)|único)",
    r"codice (?:di (?:verifica|sicurezza|accesso|conferma|attivazione)|segreto|monouso)",
    r"(?:verificatie|beveiligings|toegangs|bevestigings|inlog|deur|eenmalige )-?code",
    r"(?:verifierings|säkerhets|engångs|bekräftelse|port|åtkomst)kod(?:en)?\b",
    r"(?:bekræftelses|bekreftelses|sikkerheds|sikkerhets|engangs|dør)-?koden?\b",
    r"(?:vahvistus|turva|kerta|ovi)koodi\w{0,3}",
    r"kod (?:weryfikacyjny|dostępu|jednorazowy|autoryzacyjny|do drzwi)",
    r"(?:ověřovací|bezpečnostní|přístupový|overovací|jednorázový) kód",
    r"(?:ellenőrző|biztonsági|megerősítő|belépési) kód",
    r"cod(?:ul)? de (?:verificare|acces|securitate|confirmare)",
    r"(?:doğrulama|güvenlik|onay) kodu(?:nuz)?",
    r"(?:одноразовый )?код (?:подтверждения|доступа|проверки|безопасности|авторизации)|пин-?код",
    r"код (?:підтвердження|доступу)",
    r"κωδικός (?:επαλήθευσης|ασφαλείας|μίας χρήσης)",
    r"קוד (?:אימות|גישה)|رمز (?:التحقق|الدخول|التأكيد)",
    r"验证码|驗證碼|校验码|認証コード|確認コード|인증번호|인증 ?코드",
    r"mã xác (?:nhận|minh)|kode verifikasi|รหัสยืนยัน",
)
_KEY = (
    r"(?<![^\W_])api[-_ ]?(?:keys?|tokens?|secret|schlüssel|ключ)",
    r"(?<![^\W_])(?:secret[-_ ]?access|access|secret|licen[sc]e|product|activation|encryption"
    r"|recovery|private|wpa2?|wep|wi-?fi|network|bitlocker|account|storage|shared|deploy)[-_ ]key"
    r"(?:[-_ ]id)?\b",
    r"(?<![^\W_])client[-_ ]secret|shared[-_ ]secret|app[-_ ]secret",
    r"(?<![^\W_])(?:(?:access|auth|authentication|bearer|refresh|session|bot)[-_ ])?tokens?\b",
    r"\bbearer\b",
    r"(?:zugangs|lizenz|produkt|aktivierungs|wlan-?|netzwerk-?|sicherheits|wiederherstellungs)"
    r"schlüssel",
    r"clés? (?:api|d['’]api|d['’]accès|de licence|d['’]activation|wi-?fi|de produit|secrète)",
    r"clave (?:api|de (?:api|licencia|producto|activación))",
    r"chave (?:api|de (?:api|acesso|licença))",
    r"chiave (?:api|di (?:licenza|accesso|attivazione))|licentiesleutel|licensnyckel|klucz api",
    r"ключ (?:api|лицензии|доступа|активации)|лицензионный ключ|токен",
    r"密钥|秘钥|ライセンスキー|アクセスキー",
)
_ACCOUNT = (
    r"(?<![^\W_])(?:account|acct\.?|a/c)[ -]?(?:numbers?|no\b\.?|nr\b\.?|num\b\.?|#)",
    r"(?<![^\W_])acct\.?(?=\s*[:#=])",
    r"(?<![^\W_])(?:aba|routing|transit|sort)[ -](?:numbers?|no\b\.?|codes?|#)",
    r"(?<![^\W_])(?:social security|national insurance) (?:numbers?|no\b\.?|#)|\bSSN\b",
    r"(?<![^\W_])(?:credit |debit )?card[ -](?:numbers?|no\b\.?|#)",
    r"konto-?(?:nummer|nr\b\.?)|kontonr\b\.?|\bkto\b\.?(?:-?nr\b\.?)?|kontonum(?:mer|ero)\w?",
    r"kartennummer|karten-?nr\b\.?|sozialversicherungsnummer|steuer-?id",
    r"numéro de (?:compte|carte|sécurité sociale)|n° de compte",
    r"número de (?:cuenta|tarjeta|conta|cartão)|conta(?: corrente)? n[ºo°]\.?",
    r"numero (?:di|del) (?:conto|carta)|conto corrente n[°.]?",
    r"(?:bank)?rekening-?(?:nummer|nr\b\.?)|bankgiro|plusgiro|tilinumero",
    r"numer (?:konta|rachunku|karty)|nr (?:konta|rachunku)|číslo účtu|bankszámlaszám",
    r"hesap n(?:o|umarası)",
    r"номер (?:сч[её]та|карты)|расч[её]тный сч[её]т|рахунок №|αριθμός λογαριασμού",
    r"账号|帳號|银行卡号|口座番号|계좌번호",
)
_KINDS = {
    "phrase": _PHRASE,
    "code": _CODE,
    "key": _KEY,
    "account": _ACCOUNT,
    "password": _PASSWORD,
}

LABEL = re.compile(
    "|".join(
        f"(?P<{kind}>{'|'.join(f'(?:{word})' for word in words)})" for kind, words in _KINDS.items()
    ),
    re.IGNORECASE,
)
"""A label; its `lastgroup` is the kind."""

# Every label holds one of these in small letters: only near them labels are looked for.
STEMS = (
    *("pass", "pw", "kennw", "zugang", "mdp", "contras", "clave", "senha", "parol", "wachtw"),
    *("lösen", "kod", "salasana", "hasł", "haslo", "heslo", "jelsz", "lozink", "zapork", "geslo"),
    *("slapta", "parool", "ifre", "парол", "лозинк", "κωδικ", "סיסמ", "كلمة", "رمز", "パスワード"),
    *("暗証", "密", "口令", "비밀", "암호", "mật", "sandi", "รหัส", "पासव", "phrase", "recovery"),
    *("pin", "puk", "cvv", "cvc", "otp", "nip", "code", "códig", "codic", "geheimzahl"),
    *(
        "kód",
        "cod de",
        "codul",
        "код",
        "пин",
        "קוד",
        "验证",
        "驗證",
        "校验",
        "認証",
        "確認",
        "인증",
        "mã",
    ),
    *("key", "schlüssel", "api", "secret", "token", "bearer", "clé", "chave", "chiave", "sleutel"),
    *("nyckel", "ключ", "токен", "钥", "キー", "account", "acct", "a/c", "aba", "routing"),
    *("transit", "sort", "social", "insurance", "ssn", "card", "konto", "kto", "karten", "steuer"),
    *(
        "numéro",
        "n°",
        "número",
        "conta n",
        "conta c",
        "conto",
        "numero",
        "rekening",
        "giro",
        "tilin",
        "numer",
    ),
    *("nr ", "číslo", "számla", "hesap", "номер", "расч", "рахунок", "αριθμ", "账号", "帳號"),
    *("银行", "口座", "계좌"),
)

# Words of everyday hold it in small letters.
CAPITAL_STEM = "TAN"
LONGEST_LABEL = 40

# What stands between a label and its value: a sign, or "is" and its like.
LINK = re.compile(
    r"\s*[:=：＝]+\s{0,4}|\s+[–—]\s+"
    r"|\s*(?:は|是|为|為|는|은|가)\s*[:：]?\s*"
    r"|(?<![^\W_])(?:is|was|are|be|ist|lautet|war|est|était|es|era|fue|será|é|è|era|is|luidt|är|er|on"
    r"|jest|to|je|este|היא|הוא|هي|هو|e|это|є|είναι|adalah|là|changed to|set to|reset to)(?![^\W_])"
    r"(?:\s+(?:now|currently|still|jetzt|nun|nu|maintenant|ahora|agora|ora|teraz|теперь|as follows)"
    r"(?![^\W_]))?\s*[:：]?\s*",
    re.IGNORECASE,
)
